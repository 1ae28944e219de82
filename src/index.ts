// The public words.
export type { AnsweredCommand, Awaitable, IssuedCommand, StorageAdapter } from './adapter.js'
export { CommandReplyError, type CommandReplyErrorCode } from './errors.js'
export { commandReplyHandler } from './handler.js'
export { type MemoryAdapter, memoryAdapter } from './memory.js'
export type { CommandReplyHandlerOptions, CommandReplyOptions } from './options.js'
export { type Family, type Outcome, outcomeOf } from './outcome.js'
export { type CommandReply, type ParsedReplies, parseReplies } from './reply.js'
export { commandReplyRouter } from './router.js'

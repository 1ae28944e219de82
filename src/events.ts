// Who came and went, and what else was stored, in its order and without a gap.
export { closingTexts, replyTexts, uploadTexts, withoutPerson } from './events/entry.js'
export type {
  ClosedEvent,
  DecidedEvent,
  PunchEvent,
  RepliedEvent,
  StoredEvent,
  TemplateEvent,
  TerminalEvent,
  UploadedEvent,
} from './events/event.js'
export { type EventOptions, events } from './events/reader.js'
export { shardOf } from './events/shard.js'
export type {
  EventEntry,
  EventLog,
  EventPart,
  EventPlace,
  EventStorage,
} from './events/storage.js'
export { type ListedPunch, listedPunchOf } from './punch/listed.js'
export { type Punch, punchOf } from './punch/punch.js'
export type { Verification, VerificationWord } from './punch/verification.js'

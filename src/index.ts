// Public API (re-exports only).
export { assertIssuable, type IssuedCommand } from './command.js'
export { addressOf } from './endpoint/address.js'
export type { ByTerminal } from './endpoint/by-terminal.js'
export type { Awaitable } from './endpoint/deadline.js'
export { IclockError, type IclockErrorCode } from './endpoint/errors.js'
export type { Handler } from './endpoint/node.js'
export type { BodyOptions, EncodingOptions, EndpointOptions } from './endpoint/options.js'
export type { RefusalEvent } from './endpoint/refusal.js'
export type { TimeZoneOption, TimeZoneOptions } from './endpoint/time-zone.js'
export type { EventEntry, EventLog, EventPart, EventPlace, EventStorage } from './events/storage.js'
export type { FileEvent } from './files/delivery.js'
export type { FileOptions } from './files/handler.js'
export { type CheckedFilter, checkFilter, cursorOf, type ListName } from './filter.js'
export type { HandshakeEvent } from './handshake/arrival.js'
export {
  type ArrivalOptions,
  type HandshakeHandlerOptions,
  handshakeHandler,
} from './handshake/handler.js'
export type { HandshakeStorage } from './handshake/known.js'
export type { HandshakeOptions, OtherWord, TransWord } from './handshake/options.js'
export type { QuestionOptions, TerminalQuestion } from './handshake/question.js'
export { carriesToken } from './handshake/registration.js'
export { isHandshake } from './handshake/request.js'
export type {
  Forgotten,
  ForgottenPerson,
  KeptAttendance,
  KeptAttendanceFilter,
  KeptLine,
  KeptReply,
  KeptReplyFilter,
  KeptUpload,
  KeptUploadFilter,
  ListFilter,
  Page,
  RetentionStorage,
} from './kept.js'
export type { UnparsedLine } from './memory/reply.js'
export { type MemoryAdapter, type MemoryAdapterOptions, memoryAdapter } from './memory.js'
export { rowsOf } from './page.js'
export { type Abilities, type Ability, abilitiesOf } from './punch/ability.js'
export { beginningOf } from './queue/beginning.js'
export type {
  CommandQueue,
  CommandQueueAdapter,
  CommandQueueOptions,
  RunOptions,
} from './queue/calls.js'
export type { FamilyOption, KnowsFamilies } from './queue/family.js'
export type { FenceStorage } from './queue/fence.js'
export type { HandOutStorage } from './queue/hand-out.js'
export {
  type DeliveryHandlerOptions,
  type DeliveryOptions,
  deliveryHandler,
  type PollEvent,
} from './queue/handler.js'
export type { Issue, IssueOptions, NewCommand } from './queue/issue.js'
export type { CommandIdStyle } from './queue/issuer.js'
export type { ListedCommand } from './queue/list.js'
export { personIn } from './queue/person.js'
export { commandQueue } from './queue/queue.js'
export type { CommandResult, ResultOptions } from './queue/result.js'
export { type SendAgainOptions, sendAgain } from './queue/send-again.js'
export { isOnTerminal, stateOf } from './queue/state.js'
export type {
  Cancellation,
  Claim,
  Closing,
  ClosingById,
  ClosingByKey,
  CommandBeginning,
  CommandCounts,
  CommandFilter,
  CommandIdentity,
  CommandProgress,
  CommandRecord,
  CommandState,
  CommandStorage,
  CommandSummary,
  CountFilter,
  DeliveryTerms,
  OpenBounds,
  OpenCommand,
  OpenCommands,
  OwnMembers,
  QueuedCommand,
  ReplyBeginning,
} from './queue/storage.js'
export { summaryOf } from './queue/summary.js'
export type { NewTerms } from './queue/terms.js'
export type { ReplyEvent } from './reply/event.js'
export type { ReplyAdapter } from './reply/find.js'
export {
  type CommandReplyHandlerOptions,
  commandReplyHandler,
} from './reply/handler.js'
export {
  type Family,
  type FamilyOfTerminal,
  isPending,
  type Outcome,
  outcomeOf,
} from './reply/outcome.js'
export { type ParseRepliesOptions, parseReplies } from './reply/parse.js'
export { replaces } from './reply/precedence.js'
export type { CommandReply, ParsedReplies } from './reply/reply.js'
export type { AnsweredCommand, ReplyKept, ReplyStorage } from './reply/storage.js'
export type { ClockEvent } from './router/drift.js'
export type { TerminalAdapter, TerminalOptions } from './router/options.js'
export type { UnknownEvent } from './router/place.js'
export { type TerminalRouterOptions, terminalRouter } from './router/terminal.js'
export { type CommandReplyOptions, commandReplyRouter } from './router.js'
export { tolerateExtraBytes } from './surplus.js'
export { isOnline, type OnlineOptions } from './terminal/online.js'
export type {
  Refusals,
  RefusedFilter,
  RefusedStorage,
  RefusedTerminal,
} from './terminal/refused.js'
export type {
  Contact,
  FamilyRank,
  Terminal,
  TerminalFacts,
  TerminalFilter,
  TerminalStorage,
  TerminalSummary,
} from './terminal/storage.js'
export type { AcknowledgementForm, AcknowledgementForms } from './upload/acknowledgement.js'
export { type AttendanceDetails, detailsOf } from './upload/details.js'
export { fieldOf } from './upload/fields.js'
export { isForgotten } from './upload/forgotten.js'
export {
  type AcknowledgementOptions,
  type UploadAdapter,
  type UploadHandlerOptions,
  type UploadHookOptions,
  uploadHandler,
} from './upload/handler.js'
export { lineKey } from './upload/line.js'
export { type ParseUploadOptions, parseUpload } from './upload/parse.js'
export { personOf } from './upload/person.js'
export type { UploadEvent } from './upload/reception.js'
export type { PacketSet, UploadStorage } from './upload/storage.js'
export { tableOf } from './upload/table.js'
export type {
  AttendanceRecord,
  FieldRecord,
  FileRecord,
  OperationRecord,
  PacketNumber,
  PacketRecord,
  ParsedUpload,
  Upload,
  UploadRecord,
} from './upload/upload.js'
export type { DecisionEvent } from './verification/asking.js'
export type { Allowed, Denied, Verdict, VerificationDecision } from './verification/decision.js'
export type { VerificationOptions, VerificationRequest } from './verification/options.js'
export type { VerificationQuestion } from './verification/question.js'
export type {
  BareCommand,
  RemoteAttendanceOptions,
  RemoteQuestion,
} from './verification/remote.js'

// A virtual terminal for tests: it writes to a raw socket like firmware, and reads responses as
// strictly. It shares no code with the endpoints, so it can't repeat their mistakes.
/// <reference types="node" preserve="true" />
export type { Punch } from './simulator/attendance.js'
export { DeliveryError, type SendOptions } from './simulator/delivery.js'
export { DIALECTS, type Dialect, type DialectName } from './simulator/dialect.js'
export type { Download, DownloadOptions, FileToFetch } from './simulator/download.js'
export type { Exchange, ExchangeKind, ExchangeOptions } from './simulator/exchange.js'
export type { Execute, Execution, Rows, Uploads } from './simulator/execution.js'
export { type FleetOptions, type FleetTerminal, runFleet } from './simulator/fleet.js'
export type { Handshake } from './simulator/handshake.js'
export type { VirtualTerminalOptions } from './simulator/options.js'
export type { Pace } from './simulator/pace.js'
export {
  type TemplateType,
  type TerminalAuthorization,
  type TerminalEnrollment,
  type TerminalPeople,
  type TerminalPeopleOptions,
  type TerminalPhoto,
  type TerminalTemplate,
  type TerminalUser,
  type TerminalUserInput,
  terminalPeople,
} from './simulator/people.js'
export type { Poll, TerminalCommand } from './simulator/poll.js'
export { batch, type RecordWriter, recordWriter } from './simulator/records.js'
export type { Body } from './simulator/request.js'
export type { ServeOptions, Service } from './simulator/service.js'
export type { Connection, RecordSender, VirtualTerminal } from './simulator/terminal.js'
export type { Photo, QueryResult } from './simulator/upload.js'
export type { TypedPin, Verified, Visitor } from './simulator/verification.js'
export { virtualTerminal } from './simulator/virtual-terminal.js'

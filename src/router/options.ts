// The options of everything a terminal asks for, and the storage that it needs.
import type { OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { CAPACITY_OPTIONS, type CapacityOptions } from '../endpoint/bodies.js'
import type { ByTerminal } from '../endpoint/by-terminal.js'
import {
  BODY_OPTIONS,
  type BodyOptions,
  ENCODING_OPTIONS,
  ENDPOINT_OPTIONS,
  type EncodingOptions,
  type EndpointOptions,
} from '../endpoint/options.js'
import { FILE_OPTIONS, type FileOptions } from '../files/handler.js'
import type { OfferStorage } from '../files/storage.js'
import { ARRIVAL_OPTIONS, type ArrivalOptions } from '../handshake/handler.js'
import { DELIVERY_OPTIONS, type DeliveryOptions } from '../queue/handler.js'
import type { CommandIdStyle } from '../queue/issuer.js'
import type { CommandStorage } from '../queue/storage.js'
import { REPLY_HOOK_OPTIONS, type ReplyHookOptions } from '../reply/handler.js'
import type { ReplyStorage } from '../reply/storage.js'
import type { RefusedStorage } from '../terminal/refused.js'
import type { TerminalStorage } from '../terminal/storage.js'
import {
  ACKNOWLEDGEMENT_OPTIONS,
  type AcknowledgementOptions,
  UPLOAD_HOOK_OPTIONS,
  type UploadHookOptions,
} from '../upload/handler.js'
import type { UploadStorage } from '../upload/storage.js'
import { VERIFICATION_OPTIONS, type VerificationOptions } from '../verification/options.js'
import { REMOTE_OPTIONS, type RemoteAttendanceOptions } from '../verification/remote.js'

/** The storage that `terminalRouter` needs; `memoryAdapter()` has all of it. */
export type TerminalAdapter<Issued extends IssuedCommand = IssuedCommand> = ReplyStorage<Issued> &
  CommandStorage<Issued> &
  UploadStorage &
  TerminalStorage &
  Partial<RefusedStorage> &
  Partial<OfferStorage>

/**
 * The options of everything a terminal asks for. Options of a single endpoint nest under its name,
 * so that they affect nothing else.
 */
export interface TerminalOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions,
    EncodingOptions,
    CapacityOptions,
    ArrivalOptions,
    AcknowledgementOptions,
    RemoteAttendanceOptions,
    FileOptions,
    ReplyHookOptions<Issued>,
    UploadHookOptions {
  /** The storage of all endpoints. */
  adapter: TerminalAdapter<Issued>
  /** The options of replies only. */
  reply?: BodyOptions
  /**
   * What the ids of the router's own commands look like, as for `commandQueue`: `'text'` by
   * default; or a function of the serial number.
   */
  commandIds?: ByTerminal<CommandIdStyle | undefined>
  /** How commands are sent. */
  delivery?: DeliveryOptions
  /** The options of uploads only. */
  upload?: BodyOptions
  /**
   * Decides whether doors open, for terminals that ask (background verification). Without it the
   * answer is `AUTH=FAILED`, and the question is stored.
   */
  verification?: VerificationOptions
  /**
   * Further names below `/iclock/` to which terminals post data, such as `['edata']`: it is stored
   * as uploads. By default they go on to the app.
   */
  uploadPaths?: readonly string[]
}

/** The names of the options of a terminal's conversation. */
export const TERMINAL_OPTIONS: OptionNames<TerminalOptions> = {
  adapter: true,
  reply: BODY_OPTIONS,
  commandIds: true,
  delivery: DELIVERY_OPTIONS,
  upload: BODY_OPTIONS,
  verification: VERIFICATION_OPTIONS,
  uploadPaths: true,
  ...REPLY_HOOK_OPTIONS,
  ...UPLOAD_HOOK_OPTIONS,
  ...ARRIVAL_OPTIONS,
  ...REMOTE_OPTIONS,
  ...FILE_OPTIONS,
  ...ACKNOWLEDGEMENT_OPTIONS,
  ...ENCODING_OPTIONS,
  ...CAPACITY_OPTIONS,
  ...ENDPOINT_OPTIONS,
}

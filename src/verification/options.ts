// The options about doors that ask the server.
import { checkAdapter, checkFunction, checkWhole, type OptionNames, wrong } from '../check.js'
import { type ByTerminal, byTerminal, type ValueOf } from '../endpoint/by-terminal.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { Exchange } from '../endpoint/endpoint.js'
import { type HookOptions, hookOf, reporterOf } from '../endpoint/hook.js'
import {
  decoderLabelOf,
  type EncodingOptions,
  type EndpointOptions,
  type EndpointSettings,
  endpointSettings,
} from '../endpoint/options.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { type TimeZoneOptions, timeZoneOf } from '../endpoint/time-zone.js'
import type { UploadStorage } from '../upload/storage.js'
import type { Upload } from '../upload/upload.js'
import type { Allowed, Denied, VerificationDecision } from './decision.js'
import type { VerificationQuestion } from './question.js'

/** What `decide` gets. */
export interface VerificationRequest extends VerificationQuestion {
  /**
   * The first decision about the same line within the last minute: the terminal asks again, because
   * its answer was lost. Missing if that answer was `AUTH=TIMEOUT`.
   */
  repeated?: VerificationDecision
  /** Aborted when the deadline has come. */
  signal: AbortSignal
}

/** The option about doors that ask the server. */
export interface VerificationOptions {
  /**
   * Decides whether a door opens. What throws, hangs, or returns anything but a decision leaves it
   * closed; the error goes to `onError`.
   */
  decide(question: VerificationRequest): Awaitable<Allowed | Denied>
  /**
   * How long `authorize`, `decide` and storage may take together, in milliseconds: 3,000 by default.
   * It has to be less than the terminal waits (`TimeoutSec` of its handshake, 10 s).
   */
  deadline?: number
  /**
   * What a terminal reads when the deadline has come: `'deny'` by default, which leaves the door
   * closed. `'allow'` is dangerous: whoever slows your database down opens every door.
   */
  onTimeout?: 'deny' | 'allow'
  /**
   * How terminals spell that a door opens: `'SUCCESS'` by default, or `'SUCCEED'`, which an edition
   * of the manual prints; or a function of the serial number.
   */
  word?: ByTerminal<'SUCCESS' | 'SUCCEED' | undefined>
  /** Called with each decision after it was answered. It isn't awaited; errors go to `onError`. */
  afterDecision?(decision: VerificationDecision): unknown
}

/** The names of the options about doors that ask the server. */
export const VERIFICATION_OPTIONS: OptionNames<VerificationOptions> = {
  decide: true,
  deadline: true,
  onTimeout: true,
  word: true,
  afterDecision: true,
}

/** The storage that decisions need. */
export type VerificationStorage = Pick<UploadStorage, 'onUpload'> &
  Required<Pick<UploadStorage, 'listUploads'>>

/** What answering a question needs, checked. */
export interface VerificationSettings extends EndpointSettings {
  adapter: VerificationStorage
  decide: VerificationOptions['decide']
  opensOnTimeout: boolean
  wordOf: ValueOf<string>
  encodingOf: ValueOf<string>
  zoneOf: ValueOf<string | undefined>
  afterDecision: ((decision: VerificationDecision) => void) | undefined
  /** Reports what `decide` or storage threw. */
  onError: (error: unknown) => void
  /** Stores the body of any request as an upload. */
  keep: Exchange
  /** Called once a question was stored. */
  onKept(upload: Upload, request: TerminalRequest): void
}

/** The options that decisions share with other endpoints. */
export interface VerificationEndpointOptions
  extends EndpointOptions,
    EncodingOptions,
    TimeZoneOptions,
    HookOptions {
  adapter: UploadStorage
  verification?: VerificationOptions
}

const DEADLINE = 3000
const LONGEST_DEADLINE = 60_000
const WORDS = ['SUCCESS', 'SUCCEED']

/**
 * Checks the options.
 *
 * @throws TypeError if one is wrong, or the adapter lacks a call
 */
export function verificationSettings(
  options: VerificationEndpointOptions,
  verification: VerificationOptions,
  { keep, onKept }: Pick<VerificationSettings, 'keep' | 'onKept'>,
): VerificationSettings {
  const { adapter } = options
  checkAdapter(adapter, ['onUpload', 'listUploads'])
  const { decide, deadline = DEADLINE, onTimeout = 'deny', word, afterDecision } = verification
  if (typeof decide !== 'function') {
    throw wrong('verification.decide', decide, 'a function of the question')
  }
  checkWhole('verification.deadline', deadline, 1, LONGEST_DEADLINE)
  if (!['deny', 'allow'].includes(onTimeout)) {
    throw wrong('verification.onTimeout', onTimeout, '"deny" or "allow"')
  }
  checkFunction('verification.afterDecision', afterDecision, 'a function (decision)')
  return {
    ...endpointSettings(options),
    timeout: deadline,
    adapter: adapter as VerificationStorage,
    decide: decide.bind(verification),
    opensOnTimeout: onTimeout === 'allow',
    wordOf: byTerminal('verification.word', word, checkedWord),
    encodingOf: decoderLabelOf(options),
    zoneOf: timeZoneOf(options.timeZone),
    afterDecision: hookOf('afterDecision', afterDecision?.bind(verification), options),
    onError: reporterOf('verification', options),
    keep,
    onKept,
  }
}

function checkedWord(word: unknown = 'SUCCESS'): string {
  if (WORDS.includes(word as string)) return word as string
  throw wrong('verification.word', word, '"SUCCESS" or "SUCCEED"')
}

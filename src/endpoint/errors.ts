// The errors this package raises, each with a stable code.

/**
 * The code of an error.
 *
 * - `SERIAL_NUMBER_MISSING` (400): the query does not name one terminal, once.
 * - `SERIAL_NUMBER_INVALID` (400): the serial number is not one that a terminal can have.
 * - `TERMINAL_NOT_AUTHORIZED` (403): `authorize` refused the terminal.
 * - `ENCODING_UNSUPPORTED` (415): the body has a Content-Encoding.
 * - `UNREADABLE_REPLY` (400): some lines are not valid replies, and the adapter has no
 *   `onUnparsed`; the good replies are stored.
 * - `VERIFICATION_OFF` (403): a terminal asks whether a door may open, and no app decides; only on the
 *   channel, the answer is `AUTH=FAILED`.
 * - `TOO_MANY_RECORDS` (413): the body holds more records and lines than `maxRecords`.
 * - `TERMINAL_GONE` (400): the connection was closed before the body was complete.
 * - `BODY_UNEXPECTED` (400): a poll or a heartbeat has a body, and nothing that stores it.
 * - `BODY_ALREADY_READ` (500): a parser read the body and left neither its bytes nor its text.
 * - `COMMAND_MISMATCH` (500): storage found a command of another terminal, or with another id.
 * - `ENCRYPTION_UNSUPPORTED` (406): the terminal wants to exchange keys for encryption, which this
 *   package does not speak.
 * - `TERMINAL_MISMATCH` (500): storage found a different terminal from the one it was asked for.
 * - `BUSY` (503): more large bodies were in work than `capacity` allows; the terminal will retry.
 * - `STORAGE_TIMEOUT` (503): storage, or `authorize`, did not settle in time.
 * - `COMMAND_TIMEOUT` (504): a command did not end within the `timeout` of `result` or `run`; it
 *   stays in the queue.
 * - `COMMAND_ID_USED` (409): the terminal has had a command with this id and another text, or replied
 *   to it before it was issued.
 * - `COMMAND_IDS_EXHAUSTED` (500): a terminal has had every whole number as an id.
 * - `TERMINAL_UNKNOWN` (404): no terminal with this serial number ever called.
 * - `STORAGE_MISMATCH` (500): a call of the adapter answered something else than it must.
 * - `COMMAND_UNKNOWN` (404): storage has no command of that terminal and id.
 * - `FAMILY_MISMATCH` (400): the command is for terminals of the other family.
 * - `DELETES_EXCEEDED` (409): a pass of the roster would delete more people than may be deleted
 *   within a day.
 * - `VALUE_REFUSED` (400): a value, such as a name or a PIN, can't be part of a command; `member`
 *   names it.
 * - `FILE_NOT_OFFERED` (404): a terminal asks for a file that was not offered to it, or no longer is.
 * - `RANGE_BEYOND_END` (416): a terminal asks for a part that begins behind the end of its file.
 * - `PLATFORM_MISMATCH` (409): firmware was to be offered to a terminal of another platform.
 * - `FILE_MISMATCH` (409): firmware has another size or MD5 than its offer was to say.
 * - `CURSOR_INVALID` (400): a text is not the cursor of an event.
 * - `CURSOR_FOREIGN` (409): a cursor is of another store, or ahead of this one.
 * - `EVENTS_FORGOTTEN` (410): `forget` has deleted events that come after a cursor.
 */
export type IclockErrorCode = keyof typeof STATUS

const STATUS = {
  SERIAL_NUMBER_MISSING: 400,
  SERIAL_NUMBER_INVALID: 400,
  TERMINAL_NOT_AUTHORIZED: 403,
  ENCODING_UNSUPPORTED: 415,
  UNREADABLE_REPLY: 400,
  VERIFICATION_OFF: 403,
  TOO_MANY_RECORDS: 413,
  TERMINAL_GONE: 400,
  BODY_UNEXPECTED: 400,
  BODY_ALREADY_READ: 500,
  COMMAND_MISMATCH: 500,
  ENCRYPTION_UNSUPPORTED: 406,
  TERMINAL_MISMATCH: 500,
  BUSY: 503,
  STORAGE_TIMEOUT: 503,
  COMMAND_TIMEOUT: 504,
  COMMAND_UNKNOWN: 404,
  COMMAND_ID_USED: 409,
  COMMAND_IDS_EXHAUSTED: 500,
  FAMILY_MISMATCH: 400,
  VALUE_REFUSED: 400,
  TERMINAL_UNKNOWN: 404,
  STORAGE_MISMATCH: 500,
  CURSOR_INVALID: 400,
  CURSOR_FOREIGN: 409,
  EVENTS_FORGOTTEN: 410,
  DELETES_EXCEEDED: 409,
  FILE_NOT_OFFERED: 404,
  RANGE_BEYOND_END: 416,
  PLATFORM_MISMATCH: 409,
  FILE_MISMATCH: 409,
} as const

/**
 * An error of this package, passed to `next`. Identify it by `code`: an app that both imports and
 * requires this package has two classes of this name.
 */
export class IclockError extends Error {
  override readonly name = 'IclockError'
  /** Stable across versions. */
  readonly code: IclockErrorCode
  /** The HTTP status of the answer. */
  readonly status: number
  /** Whether the terminal may read the message: true below status 500. */
  readonly expose: boolean
  /** The member whose value was refused, such as `name`; only with `VALUE_REFUSED`. */
  declare readonly member?: string
  /**
   * The version that the terminal announced as `pushver`, if storage knows it; only with
   * `ENCRYPTION_UNSUPPORTED`.
   */
  declare readonly pushVersion?: string
  /** Headers for the answer, which the error page of Express adds; only with `BUSY`. */
  declare readonly headers?: Readonly<Record<string, string>>

  /** Makes an error; its status follows from the code. */
  constructor(code: IclockErrorCode, message: string, member?: string) {
    super(message)
    this.code = code
    this.status = STATUS[code]
    this.expose = this.status < 500
    if (member !== undefined) this.member = member
    if (code === 'BUSY') this.headers = { 'Retry-After': '10' }
  }
}

/** The HTTP status of an error, as in http-errors; 500 if it has none. */
export function statusOf(error: object): number {
  const { status, statusCode } = error as { status?: unknown; statusCode?: unknown }
  const asked = status ?? statusCode
  const isErrorStatus = Number.isInteger(asked) && Number(asked) >= 400 && Number(asked) < 600
  return isErrorStatus ? Number(asked) : 500
}

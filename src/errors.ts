// The refusals that this package makes, each with a stable code.

/**
 * What a refusal is about.
 *
 * - `SERIAL_NUMBER_MISSING` (400): the query does not name one device, once.
 * - `SERIAL_NUMBER_INVALID` (400): it names one that no terminal can have.
 * - `DEVICE_NOT_AUTHORIZED` (403): `authorize` refused the device.
 * - `ENCODING_UNSUPPORTED` (415): the body has a Content-Encoding.
 * - `UNREADABLE_REPLY` (400): lines are no reply, and the adapter has no `onUnread`; the good replies are kept.
 * - `DEVICE_GONE` (400): the connection was closed before the body was whole.
 * - `BODY_ALREADY_READ` (500): a parser read the body and left neither its bytes nor its text.
 * - `COMMAND_MISMATCH` (500): storage found a command of another device, or with another id.
 * - `STORAGE_TIMEOUT` (503): storage, or `authorize`, did not settle in time.
 */
export type CommandReplyErrorCode = keyof typeof STATUS

const STATUS = {
  SERIAL_NUMBER_MISSING: 400,
  SERIAL_NUMBER_INVALID: 400,
  DEVICE_NOT_AUTHORIZED: 403,
  ENCODING_UNSUPPORTED: 415,
  UNREADABLE_REPLY: 400,
  DEVICE_GONE: 400,
  BODY_ALREADY_READ: 500,
  COMMAND_MISMATCH: 500,
  STORAGE_TIMEOUT: 503,
} as const

/**
 * A refusal, handed to `next`. Know it by its `code`: an app that both imports and requires this package has
 * two classes of this name.
 */
export class CommandReplyError extends Error {
  override readonly name = 'CommandReplyError'
  /** Which refusal it is; stable across versions. */
  readonly code: CommandReplyErrorCode
  /** The HTTP status of the answer. */
  readonly status: number
  /** Whether the device may read the message: true below status 500. */
  readonly expose: boolean

  /** Makes a refusal; its status follows from the code. */
  constructor(code: CommandReplyErrorCode, message: string) {
    super(message)
    this.code = code
    this.status = STATUS[code]
    this.expose = this.status < 500
  }
}

/** Text from outside as it may stand in an error message: printable ASCII, and cut short. */
export function quoted(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return JSON.stringify(shown).replace(/[^ -~…]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

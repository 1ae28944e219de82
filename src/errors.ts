// The refusals that this package makes, each with a stable code.

/** What a refusal is about; the README says for each when it comes and what to do. */
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

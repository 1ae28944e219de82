// The meaning of a return code. Pure: the manuals' tables, and which of them applies to a command.
import { describe } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { ACCESS, ATTENDANCE, CARD_ENROLLMENT, ENROLLMENT, NO_ENROLLMENT } from './codes.js'
import type { CommandReply } from './reply.js'

/**
 * Which of the manuals' code tables a terminal follows: `attendance` for time clocks, `access` for
 * door terminals (access control).
 */
export type Family = 'attendance' | 'access'

/** Returns the family of each terminal of a mixed fleet, by its serial number. */
export type FamilyOfTerminal = (serialNumber: string) => Family

/** Every outcome. */
export const OUTCOMES = ['succeeded', 'failed', 'pending', 'unknown'] as const

/** The outcome of a command. */
export interface Outcome {
  /**
   * `pending`: accepted, a final reply with the same id follows. `unknown`: the manuals don't say,
   * or there is no return code; never treat it as success.
   */
  outcome: (typeof OUTCOMES)[number]
  /** The outcome in words. */
  meaning: string
}

const ACCEPTED = -5000

// `i` without `u` folds only ASCII: no other letter equals one of these.
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^getfile(?: |$)/i, { quantity: (size) => `a file of ${size} bytes` }],
  [/^putfile(?: |$)/i, { quantity: (size) => `${size} bytes taken, or commands done` }],
  [/^data (?:query|count)(?: |$)/i, { quantity: (count) => `${count} records` }],
  [/^account(?: |$)/i, { quantity: (count) => `${count} records` }],
  [/^shell(?: |$)/i, { isShell: true }],
  [/^enroll_(?:fp|bio)(?: |$)/i, { enrollment: ENROLLMENT }],
  [/^enroll_mf(?: |$)/i, { enrollment: CARD_ENROLLMENT }],
]

interface Kind {
  quantity?: (quantity: number) => string
  isShell?: true
  enrollment?: Readonly<Record<number, string>>
}

/**
 * Explains the outcome of a command (PUSH manuals, appendix "return values"). What a code means
 * depends on the command: a size after `GetFile`, a count after `DATA QUERY`, an exit status after
 * `Shell`. The issued command's text determines which one it was; without it the reply's `CMD`,
 * which terminals shorten.
 *
 * @example
 * const { outcome, meaning } = outcomeOf(reply, command)
 * if (outcome === 'failed') console.warn(`command ${reply.commandId}: ${meaning}`)
 *
 * @param command the issued command, as `onReply` receives it, if it is known
 * @param family which code table applies, `'attendance'` by default; they conflict, and a reply
 *   doesn't say which one it uses. A code that only one of them has means the same in both
 * @throws TypeError if the command or the family is something else
 */
export function outcomeOf(
  reply: CommandReply,
  command?: IssuedCommand | null,
  family: Family | FamilyOfTerminal = 'attendance',
): Outcome {
  if (typeof command === 'string') {
    throw new TypeError(
      `outcomeOf: command is ${describe(command)}; expected the issued command or undefined, and the family behind it`,
    )
  }
  const chosen = typeof family === 'function' ? family(reply.serialNumber) : family
  if (chosen !== 'attendance' && chosen !== 'access') {
    throw new TypeError(
      `outcomeOf: family is ${describe(chosen)}; expected "attendance" or "access"`,
    )
  }
  const code = reply.returnCode
  if (reply.rows !== undefined) return succeeded(`${reply.rows} records`)
  if (code === null) {
    const error = errorLogged(reply)
    return error === undefined ? { outcome: 'unknown', meaning: 'no return code' } : failed(error)
  }
  if (code === ACCEPTED) return { outcome: 'pending', meaning: 'accepted, the final reply follows' }

  const { quantity, isShell, enrollment } = kindOf(command?.text) ?? kindOf(reply.commandName) ?? {}
  if (quantity !== undefined && code >= 0) return succeeded(quantity(code))
  if (code === 0) return succeeded('done')
  if (isShell) return failed(`exit status ${code}`)
  if (enrollment !== undefined) {
    if (code > 0) return failed(enrollment[code] ?? undocumented(code))
    const refusal = chosen === 'attendance' ? NO_ENROLLMENT[code] : undefined
    if (refusal !== undefined) return failed(refusal)
  }
  if (code < 0) return failed(meaningOf(code, chosen))
  return chosen === 'access'
    ? succeeded(`done, with ${code}`)
    : { outcome: 'unknown', meaning: undocumented(code) }
}

/**
 * Whether a reply only confirms that the command was accepted, and the final reply follows
 * (`Return=-5000`).
 */
export function isPending(reply: CommandReply): boolean {
  return reply.returnCode === ACCEPTED
}

// An `ERRORLOG` line that names a command reports that it failed (PUSH manual, "Upload error log").
function errorLogged({ commandName, fields }: CommandReply): string | undefined {
  if (commandName !== 'ERRORLOG') return undefined
  const values = new Map(Object.entries(fields).map(([key, value]) => [key.toLowerCase(), value]))
  return ['error', values.get('errcode'), values.get('errmsg')].filter(Boolean).join(' ')
}

function kindOf(text: string | undefined): Kind | undefined {
  if (typeof text !== 'string') return undefined
  return KINDS.find(([pattern]) => pattern.test(text))?.[1]
}

function meaningOf(code: number, family: Family): string {
  const [own, other] = family === 'access' ? [ACCESS, ATTENDANCE] : [ATTENDANCE, ACCESS]
  return own[code] ?? other[code] ?? undocumented(code)
}

function succeeded(meaning: string): Outcome {
  return { outcome: 'succeeded', meaning }
}

function failed(meaning: string): Outcome {
  return { outcome: 'failed', meaning }
}

function undocumented(code: number): string {
  return `undocumented code ${code}`
}

// What a return code says. Pure: two tables of the manuals, and which of them a command asks for.
import { ACCESS, ALREADY_ENROLLED, ATTENDANCE, CARD_ENROLMENT, ENROLMENT } from './codes.js'
import type { CommandReply } from './reply.js'

/** Which of the manuals' code tables a device follows: time-clocks the first, door terminals (access control) the second. */
export type Family = 'attendance' | 'access'

/** What came of a command. */
export interface Outcome {
  /**
   * `pending`: accepted, a final reply with the same id follows. `unknown`: neither manual tells, or there is no
   * return code; never take it for success.
   */
  outcome: 'succeeded' | 'failed' | 'pending' | 'unknown'
  /** The same in words. */
  meaning: string
}

const ACCEPTED = -5000

const CODES = { attendance: ATTENDANCE, access: ACCESS }

const ENROLMENTS: ReadonlyMap<string, Readonly<Record<number, string>>> = new Map([
  ['ENROLL_FP', ENROLMENT],
  ['ENROLL_BIO', ENROLMENT],
  ['ENROLL_MF', CARD_ENROLMENT],
])

// Commands whose return code, from 0 up, is a quantity.
const QUANTITIES: ReadonlyMap<string, (quantity: number) => string> = new Map([
  ['GETFILE', (size: number) => `a file of ${size} bytes`],
  ['PUTFILE', (size: number) => `${size} bytes taken, or commands done`],
  ['DATA QUERY', (count: number) => `${count} records`],
  ['ACCOUNT', (count: number) => `${count} records`],
])

/**
 * Tells what came of a command (PUSH manuals, appendix "return values"). What a code means depends on the command:
 * a size after `GetFile`, a count after `DATA QUERY`, an exit status after `Shell`.
 *
 * @param family whose table of codes counts, `'attendance'` by default; the two disagree, and a reply does not tell
 * @throws TypeError where there is no such family
 */
export function outcomeOf(reply: CommandReply, family: Family = 'attendance'): Outcome {
  if (!Object.hasOwn(CODES, family)) {
    const came = JSON.stringify(family)
    throw new TypeError(`outcomeOf: family is ${came}; expected "attendance" or "access"`)
  }
  const code = reply.returnCode
  if (code === null) {
    const error = errorLogged(reply)
    return error === undefined ? { outcome: 'unknown', meaning: 'no return code' } : failed(error)
  }
  if (code === ACCEPTED) return { outcome: 'pending', meaning: 'accepted, the final reply follows' }

  const command = reply.commandName.toUpperCase()
  const quantity = QUANTITIES.get(command)
  if (quantity !== undefined && code >= 0) return succeeded(quantity(code))
  if (code === 0) return succeeded('done')
  if (command === 'SHELL') return failed(`exit status ${code}`)

  const enrolment = ENROLMENTS.get(command)
  if (enrolment !== undefined) {
    if (code > 0) return failed(enrolment[code] ?? undocumented(code))
    // The manual of 2008 has -2 for what is 2 in later ones.
    if (code === -2 && family === 'attendance') return failed(ALREADY_ENROLLED)
  }
  if (code < 0) return failed(CODES[family][code] ?? undocumented(code))
  return family === 'access'
    ? succeeded(`done, with ${code}`)
    : { outcome: 'unknown', meaning: undocumented(code) }
}

// An `ERRORLOG` line that names a command says that it failed (PUSH manual, "Upload error log").
function errorLogged({ commandName, fields }: CommandReply): string | undefined {
  if (commandName !== 'ERRORLOG') return undefined
  const values = new Map(Object.entries(fields).map(([key, value]) => [key.toLowerCase(), value]))
  return ['error', values.get('errcode'), values.get('errmsg')].filter(Boolean).join(' ')
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

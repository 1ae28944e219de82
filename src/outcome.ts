// What a return code says. Pure: two tables of the manuals, and which of them a command asks for.
import type { CommandReply } from './reply.js'

/** Which of the manuals' code tables a device follows: time-clocks the first, door terminals (access control) the second. */
export type Family = 'attendance' | 'security'

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

const ATTENDANCE: Readonly<Record<number, string>> = {
  [-1]: 'wrong parameter',
  [-2]: 'photo data differ from the stated size',
  [-3]: 'access (read or write) error',
  [-9]: 'template differs from the stated size',
  [-10]: 'no user of that PIN on the device',
  [-11]: 'illegal template format',
  [-12]: 'illegal template',
  [-30]: 'template algorithm version differs',
  [-1001]: 'capacity reached',
  [-1002]: 'not supported',
  [-1003]: 'execution timed out',
  [-1004]: 'data and configuration disagree',
  [-1005]: 'busy',
  [-1006]: 'data too long',
  [-1007]: 'memory error',
  [-1008]: 'could not fetch data from the server',
}

const SECURITY: Readonly<Record<number, string>> = {
  [-1]: 'send failed',
  [-2]: 'no response',
  [-3]: 'buffer too small',
  [-4]: 'decompression failed',
  [-5]: 'wrong length read',
  [-6]: 'decompressed length differs',
  [-7]: 'command repeated',
  [-8]: 'not authorised',
  [-9]: 'CRC error',
  [-10]: 'cannot parse',
  [-11]: 'wrong parameter',
  [-12]: 'execution error',
  [-13]: 'no such command',
  [-14]: 'wrong password',
  [-15]: 'could not write the file',
  [-16]: 'could not read the file',
  [-17]: 'no such file',
  [-18]: 'no space left',
  [-19]: 'checksum error',
  [-20]: 'length received differs',
  [-21]: 'platform not set',
  [-22]: 'firmware is for another platform',
  [-23]: 'firmware is older than the present one',
  [-24]: 'error in the upgrade file',
  [-25]: 'not a firmware file',
  [-26]: 'empty template',
  [-27]: 'no such PIN for the template',
  [-28]: 'door is in its normally-open period',
  [-30]: 'template algorithm version differs',
  [-100]: 'no such table',
  [-101]: 'no such condition field',
  [-102]: 'number of fields differs',
  [-103]: 'order of fields differs',
  [-104]: 'event data error',
  [-105]: 'parse error',
  [-106]: 'data over 4 MB',
  [-107]: 'table could not be read',
  [-108]: 'invalid option',
  [-201]: 'library error',
  [-202]: 'interface error',
  [-203]: 'port error',
  [-206]: 'serial agent error',
  [-301]: 'TCP/IP version error',
  [-603]: 'invalid handle',
  [-604]: 'memory error',
  [-609]: 'invalid handle',
  [-612]: 'could not save the parameter',
  [-614]: 'could not cancel the alarm',
  [-615]: 'could not restart',
  [-616]: 'could not set normally open',
  [-618]: 'URL error',
  [-619]: 'null parameter',
  [-620]: 'server data error',
  [-621]: 'field not supported',
  [-628]: 'could not load the template',
  [-629]: 'wrong table name',
  [-630]: 'shell command failed',
  [-631]: 'base64 length error',
  [-632]: 'file name error',
  [-708]: 'firmware lacks the command',
  [-709]: 'could not upload options',
  [-720]: 'upgrade failed',
  [-721]: 'download failed',
  [-722]: 'upload failed',
  [-725]: 'timed out',
  [-726]: 'server error',
  [-728]: 'could not upload the count',
  [-730]: 'no answer from the server',
  [-731]: 'server receive error',
  [-801]: 'command format error',
}

const ALREADY_ENROLLED = 'already enrolled for this user'
const ENROLMENT: Readonly<Record<number, string>> = {
  2: ALREADY_ENROLLED,
  4: 'bad quality, or the scans differ',
  5: "duplicate of another user's",
  6: 'cancelled',
  7: 'busy',
}
const CARD_ENROLMENT: Readonly<Record<number, string>> = {
  ...ENROLMENT,
  5: 'timed out',
}

const CODES = { attendance: ATTENDANCE, security: SECURITY }

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
    throw new TypeError(`outcomeOf: family is ${came}; meant is "attendance" or "security"`)
  }
  const code = reply.returnCode
  if (code === null) return { outcome: 'unknown', meaning: 'no return code' }
  if (code === ACCEPTED) return { outcome: 'pending', meaning: 'accepted, the final reply follows' }

  const command = reply.command.toUpperCase()
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
  return family === 'security'
    ? succeeded(`done, with ${code}`)
    : { outcome: 'unknown', meaning: undocumented(code) }
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

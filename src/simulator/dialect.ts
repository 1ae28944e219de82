// How terminals differ in what they send and what they take.
import { createHash } from 'node:crypto'

/** How a terminal speaks: its habits. */
export interface Dialect {
  /**
   * Which requests it makes: `attendance` those of a time clock, `access` those of a door terminal,
   * with `application/push;charset=UTF-8`, `return` in lower case and a cookie.
   */
  family: 'attendance' | 'access'
  /** What its paths end in. */
  suffix: '' | '.aspx'
  /** `pushver`: the version that it announces; `''`: a terminal of 2008–2011. */
  pushVersion: string
  /** Whether it sends `Host`. Node answers 400 to HTTP/1.1 without it, unless told otherwise. */
  hasHost: boolean
  /** The method of its handshake; by POST, its options are the body. */
  handshake: 'GET' | 'POST'
  /** What separates its options. */
  options: 'comma' | 'line'
  /** The command IDs that it takes; it ignores a command with another. */
  commandIds: 'text' | 'number'
  /** What it sends as the stamp of a table: 9999, or the time of the last record. */
  stamps: 'number' | 'time'
  /** How many columns its attendance records have; those of 2008–2011 have 4. */
  columns: 7 | 16
  /** How many values its `INFO` has. */
  info: 9 | 10
  /** What sets its clock, besides a command: `Date`, the answer to `type=time`, or nothing. */
  clock: 'date' | 'request' | 'command'
  /** How it sends pictures: once, or again and again until the server closes the connection. */
  pictures: 'once' | 'until closed'
  /** Whether it replies to a query once it has sent the rows. */
  concludes: boolean
  /** Whether it uploads a user that it was just given, the name cut to 24 bytes. */
  echoes: boolean
}

/** The names of the dialects that the simulator knows. */
export type DialectName =
  | 'attendance'
  | 'access'
  | 'clone'
  | 'hostless'
  | 'american'
  | 'post'
  | 'lines'
  | 'echo'
  | 'pictures'
  | 'rows'

const attendance: Dialect = {
  family: 'attendance',
  suffix: '',
  pushVersion: '2.4.1',
  hasHost: true,
  handshake: 'GET',
  options: 'comma',
  commandIds: 'text',
  stamps: 'number',
  columns: 7,
  info: 10,
  clock: 'date',
  pictures: 'once',
  concludes: true,
  echoes: false,
}
const access: Dialect = {
  ...attendance,
  family: 'access',
  pushVersion: '3.1.2',
  clock: 'command',
}

/** The dialects that the simulator knows; another one is made from one of them. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  attendance,
  access,
  clone: { ...attendance, suffix: '.aspx' },
  // An X2008 of eSSL or Identix.
  hostless: { ...attendance, hasHost: false, commandIds: 'number', clock: 'request' },
  // The PUSH SDK manual 3.2.0.
  american: {
    ...attendance,
    pushVersion: '2.0.3',
    commandIds: 'number',
    stamps: 'time',
    columns: 16,
    info: 9,
    clock: 'request',
  },
  post: { ...attendance, handshake: 'POST' },
  lines: { ...attendance, options: 'line' },
  echo: { ...attendance, echoes: true },
  // A SenseFace 7A.
  pictures: { ...access, pictures: 'until closed' },
  rows: { ...access, concludes: false },
}

/** A header as it is written. */
export type Header = [name: string, value: string]

/** The headers of a request, in the order in which firmware writes them. */
export function headersOf(
  { family, hasHost }: Dialect,
  token: string,
  host: string,
  persistence: 'close' | 'keep-alive',
): Header[] {
  const hosts: Header[] = hasHost ? [['Host', host]] : []
  if (family === 'access') {
    return [
      ['Cookie', `token=${token}`],
      ...hosts,
      ['User-Agent', 'iClock Proxy/1.09'],
      ['Connection', persistence === 'close' ? 'starting' : persistence],
      ['Accept', 'application/push'],
      ['Accept-Charset', 'UTF-8'],
      ['Accept-Language', 'zh-CN'],
      ['Content-Type', 'application/push;charset=UTF-8'],
      ['Content-Language', 'zh-CN'],
    ]
  }
  return [
    ...hosts,
    ['User-Agent', 'iClock Proxy/1.09'],
    ['Connection', persistence],
    ['Accept', '*/*'],
  ]
}

/** The token of an access terminal: the MD5 of its registry code, serial number and session id. */
export function tokenOf(registryCode: string, serialNumber: string, sessionId: string): string {
  return createHash('md5').update(`${registryCode}${serialNumber}${sessionId}`).digest('hex')
}

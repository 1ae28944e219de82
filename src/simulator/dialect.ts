// How the requests of firmware families differ: paths, headers and versions.
import { createHash } from 'node:crypto'

/**
 * How a terminal's firmware writes: `attendance` like the manual's example, without a Content-Type;
 * `access` with `application/push;charset=UTF-8`, `return` in lower case and a cookie; `clone` like
 * attendance, to paths that end in `.aspx`.
 */
export type Dialect = 'attendance' | 'access' | 'clone'

interface Habits {
  suffix: '' | '.aspx'
  pushVersion: string
}

/** What each firmware family does differently. */
export const DIALECTS: Record<Dialect, Habits> = {
  attendance: { suffix: '', pushVersion: '2.4.1' },
  access: { suffix: '', pushVersion: '3.1.2' },
  clone: { suffix: '.aspx', pushVersion: '2.4.1' },
}

/** A header as it is written. */
export type Header = [name: string, value: string]

/** The headers of a request, in the order in which firmware writes them. */
export function headersOf(
  dialect: Dialect,
  token: string,
  host: string,
  persistence: string,
): Header[] {
  if (dialect === 'access') {
    return [
      ['Cookie', `token=${token}`],
      ['Host', host],
      ['User-Agent', 'iClock Proxy/1.09'],
      ['Connection', 'starting'],
      ['Accept', 'application/push'],
      ['Accept-Charset', 'UTF-8'],
      ['Accept-Language', 'zh-CN'],
      ['Content-Type', 'application/push;charset=UTF-8'],
      ['Content-Language', 'zh-CN'],
    ]
  }
  return [
    ['Host', host],
    ['User-Agent', 'iClock Proxy/1.09'],
    ['Connection', persistence],
    ['Accept', '*/*'],
  ]
}

/** The token of an access terminal: the MD5 of its registry code, serial number and session id. */
export function tokenOf(registryCode: string, serialNumber: string, sessionId: string): string {
  return createHash('md5').update(`${registryCode}${serialNumber}${sessionId}`).digest('hex')
}

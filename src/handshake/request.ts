// Recognizes the requests of a starting terminal.
import type { IncomingMessage } from 'node:http'
import { queryOf } from '../endpoint/serial-number.js'
import { versionOf } from './handshake.js'

const ASPX = /\.aspx$/

/**
 * The last segment of the path in lower case, without `.aspx`: `cdata` of
 * `/iclock/CDATA.aspx?SN=1`.
 */
export function segmentOf({ url = '' }: IncomingMessage): string {
  const path = url.slice(0, url.length - queryOf(url).length).toLowerCase()
  const segments = path.replace('?', '').split('/')
  const last = segments.at(-1) === '' ? segments.at(-2) : segments.at(-1)
  return (last ?? '').replace(ASPX, '')
}

/**
 * The members of a query, their names in lower case; if a name is given twice, the first counts.
 */
export function membersOf({ url = '' }: IncomingMessage): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(queryOf(url))) {
    const key = name.toLowerCase()
    if (!members.has(key)) members.set(key, value)
  }
  return members
}

/**
 * Whether a terminal is starting, and can't have a token yet: `GET cdata` with `options`, or
 * without anything that indicates another request, `registry` or `push`.
 */
export function isHandshake(req: IncomingMessage): boolean {
  const segment = segmentOf(req)
  return segment === 'registry' || segment === 'push' || (segment === 'cdata' && saysHello(req))
}

/** Whether a request to `cdata` is a handshake. */
export function saysHello(req: IncomingMessage): boolean {
  if (req.method !== 'GET') return false
  const members = membersOf(req)
  if (members.has('options')) return true
  return !['table', 'pin', 'authtype'].some((member) => members.has(member))
}

/**
 * Whether a request to `cdata` asks for a person that the terminal does not know (attendance
 * manual, "Remote attendance").
 */
export function asksForPerson(req: IncomingMessage): boolean {
  if (req.method !== 'GET') return false
  const members = membersOf(req)
  const table = members.get('table')?.toLowerCase()
  return members.has('pin') && !members.has('authtype') && (table ?? 'remoteatt') === 'remoteatt'
}

/** Whether a request to `rtdata` asks for the time. `type` may come twice. */
export function asksForTime({ method, url = '' }: IncomingMessage): boolean {
  if (method !== 'GET') return false
  const members = [...new URLSearchParams(queryOf(url))]
  return members.some(([name, value]) => /^type$/i.test(name) && /^time$/i.test(value))
}

/**
 * Whether a handshake that names no `DeviceType` looks like the one printed for access terminals: a
 * protocol of version 3, and the Content-Type of their manual. A time clock with such a version was
 * never seen, but can't be excluded.
 */
export function looksLikeAccess({ headers }: IncomingMessage, pushVersion?: string): boolean {
  const [major = 0] = versionOf(pushVersion) ?? []
  const isPush = (value = '') => value.toLowerCase().includes('application/push')
  return major >= 3 && (isPush(headers.accept) || isPush(headers['content-type']))
}

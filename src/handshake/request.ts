// Recognizes the requests of a starting terminal.
import type { IncomingMessage } from 'node:http'
import { Target } from '../endpoint/query.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { versionOf } from './handshake.js'

/**
 * Whether a terminal is starting, and can't have a token yet: `cdata` with `options`, or `GET cdata`
 * without anything that indicates another request, `registry` or `push`.
 */
export function isHandshake({
  method,
  url = '',
}: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  const target = new Target(url)
  const { segment } = target
  if (segment === 'registry' || segment === 'push') return true
  return segment === 'cdata' && isHandshakeQuery({ method: method ?? '', target })
}

type Query = Pick<TerminalRequest, 'method' | 'target'>

/** Whether a request to `cdata` is a handshake. */
export function isHandshakeQuery({ method, target }: Query): boolean {
  if (method === 'POST') return isPostedHandshake(target)
  if (method !== 'GET' || target.has('type')) return false
  return target.has('options') || !OTHERS.some((name) => target.has(name))
}

/** Whether a POST to `cdata` is a handshake, and no upload. */
export function isPostedHandshake(target: Target): boolean {
  return target.has('options') && !target.has('table') && !target.has('type')
}

const OTHERS = ['table', 'pin', 'authtype']

/**
 * Whether a request to `cdata` asks for a person that the terminal does not know (attendance
 * manual, "Remote attendance").
 */
export function asksForPerson({ method, target }: TerminalRequest): boolean {
  if (method !== 'GET') return false
  const table = target.value('table')?.toLowerCase() ?? 'remoteatt'
  return target.has('pin') && !target.has('authtype') && table === 'remoteatt'
}

/** Whether a request to `rtdata` or `cdata` asks for the time. `type` may come twice. */
export function asksForTime({ method, target }: Query): boolean {
  if (method !== 'GET') return false
  return target.members.some(([name, value]) => /^type$/i.test(name) && /^time$/i.test(value))
}

/**
 * Whether a handshake that names no `DeviceType` looks like the one printed for access terminals: a
 * protocol of version 3, and the Content-Type of their manual. A time clock with such a version was
 * never seen, but can't be excluded.
 */
export function looksLikeAccess(request: TerminalRequest, pushVersion?: string): boolean {
  const [major = 0] = versionOf(pushVersion) ?? []
  return (
    major >= 3 &&
    ['accept', 'content-type'].some((name) => {
      return request.header(name)?.toLowerCase().includes('application/push')
    })
  )
}

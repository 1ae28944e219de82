// What may be set on a device, and what is said of a wrong setting.
import type { Server } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { inspect } from 'node:util'
import { type Manners, PATHS } from './manners.js'

/** The options of `virtualDevice`: either `url` or `server` says where the server is. */
export interface VirtualDeviceOptions {
  /** `SN`: who posts. */
  serialNumber: string
  /** Where the server is, `http:` or `https:`, with any path before `/iclock/devicecmd`. */
  url?: string | URL
  /** A server of this process that listens when the device posts; one that stops and starts again needs `url`. */
  server?: Server
  /** How it writes; `'attendance'` by default. */
  manners?: Manners
  /** Where it posts, below the path of `url`; `/iclock/devicecmd` by default. */
  path?: string
  /** The ms that one exchange may take; 2000 by default. */
  timeout?: number
  /** The ms between an answer that was refused and the next try; 200 by default. */
  pause?: number
  /** The ms after which it stops to repeat; 4000 by default, below the 5 seconds that most test runners give a test. */
  giveUpAfter?: number
  /** Options of `node:tls` for an `https:` server, as `{ ca }` or `{ rejectUnauthorized: false }`. */
  tls?: ConnectionOptions
}

export function checkOptions(options: VirtualDeviceOptions): void {
  const { serialNumber, url, server, manners = 'attendance' } = options
  if (typeof serialNumber !== 'string' || serialNumber === '') {
    throw wrong('serialNumber', serialNumber, "a text, as '0316144680030'")
  }
  if ((url === undefined) === (server === undefined)) {
    throw new TypeError('express-iclock/simulator: either url or server says where the server is')
  }
  if (url !== undefined) checkUrl(String(url))
  if (server !== undefined && typeof server.address !== 'function') {
    throw wrong('server', server, 'an http.Server, as app.listen() returns it')
  }
  if (!Object.hasOwn(PATHS, manners)) {
    throw wrong('manners', manners, Object.keys(PATHS).join(', '))
  }
  for (const name of ['timeout', 'pause', 'giveUpAfter'] as const) {
    const time = options[name] ?? 0
    if (!(time >= 0)) throw wrong(name, time, 'a number of milliseconds')
  }
}

function checkUrl(url: string): void {
  const meant = "where the server is, as 'http://localhost:3000' or 'https://example.com/hr'"
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw wrong('url', url, meant)
  if (/\/iclock\/devicecmd/i.test(url)) {
    throw wrong('url', url, `${meant}: the device itself puts /iclock/devicecmd behind it`)
  }
}

export function wrong(option: string, came: unknown, meant: string): TypeError {
  const shownCame = inspect(came, { depth: 0, breakLength: Infinity })
  return new TypeError(
    `express-iclock/simulator: option "${option}" is ${shownCame}; meant is ${meant}`,
  )
}

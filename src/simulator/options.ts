// Options of a virtual device, and errors for invalid ones.
import type { Server } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { inspect } from 'node:util'
import { type Manners, PATHS } from './manners.js'

/** The options of `virtualDevice`: either `url` or `server` says where the server is. */
export interface VirtualDeviceOptions {
  /** `SN`: the serial number of the device. */
  serialNumber: string
  /** The server's address, `http:` or `https:`, with any path that precedes `/iclock/devicecmd`. */
  url?: string | URL
  /** A server of this process, listening by the time the device sends; one that restarts needs `url`. */
  server?: Server
  /** How its firmware writes; `'attendance'` by default. */
  manners?: Manners
  /** Where it posts replies, below the path of `url`; `/iclock/devicecmd` by default. */
  path?: string
  /** The time limit of one exchange in ms; 2000 by default. */
  timeout?: number
  /** The pause in ms between a refused response and the next attempt; 200 by default. */
  pause?: number
  /** When it stops retrying, in ms; 4000 by default, below the 5 seconds most test runners allow. */
  giveUpAfter?: number
  /**
   * How far `Date` may be from the clock of this process, in ms; 5 minutes by default. `Infinity` accepts any time.
   */
  maxClockError?: number
  /** Options of `node:tls` for an `https:` server, such as `{ ca }` or `{ rejectUnauthorized: false }`. */
  tls?: ConnectionOptions
}

/** setTimeout treats longer delays as 1 ms. */
const MAX_DELAY = 2 ** 31 - 1

export function checkOptions(options: VirtualDeviceOptions): void {
  const { serialNumber, url, server, manners = 'attendance', maxClockError = 0 } = options
  if (typeof serialNumber !== 'string' || serialNumber === '') {
    throw wrong('serialNumber', serialNumber, "a string such as '0316144680030'")
  }
  if ((url === undefined) === (server === undefined)) {
    throw new TypeError('express-iclock/simulator: expected exactly one of the options url, server')
  }
  if (url !== undefined) checkUrl(url)
  if (server !== undefined) checkServer(server)
  if (!Object.hasOwn(PATHS, manners)) {
    throw wrong('manners', manners, `one of ${Object.keys(PATHS).join(', ')}`)
  }
  checkDelays(options, ['timeout', 'pause', 'giveUpAfter'])
  if (!(typeof maxClockError === 'number' && maxClockError >= 0)) {
    throw wrong('maxClockError', maxClockError, 'a number of milliseconds, or Infinity')
  }
}

function checkUrl(url: unknown): void {
  const text = typeof url === 'string' || url instanceof URL ? String(url) : undefined
  const expected = "the server's address, such as 'http://localhost:3000'"
  if (text === undefined || !URL.canParse(text)) throw wrong('url', url, expected)
  const { protocol, username, password, search, hash, pathname } = new URL(text)
  if (!/^https?:$/.test(protocol)) {
    throw wrong('url', url, `${expected}: it starts with http:// or https://`)
  }
  if (username !== '' || password !== '') {
    throw new TypeError(
      'express-iclock/simulator: option "url" holds credentials, which terminals cannot send',
    )
  }
  if (search !== '' || hash !== '') throw wrong('url', url, `${expected}, without ? and #`)
  if (/\/iclock\/devicecmd/i.test(pathname)) {
    throw wrong('url', url, `${expected}: the device appends /iclock/devicecmd itself`)
  }
}

function checkServer(server: unknown): void {
  const address = typeof server === 'object' && server !== null && 'address' in server
  if (address && typeof server.address === 'function') return
  const hint = typeof server === 'function' ? ' rather than an Express app' : ''
  throw wrong('server', server, `an http.Server${hint}: pass what app.listen() returns`)
}

/** Checks those of the named options that are set. */
export function checkDelays<Name extends string>(
  options: { [Key in Name]?: number | undefined },
  names: readonly Name[],
): void {
  for (const name of names) {
    const delay: unknown = options[name] ?? 0
    if (!(typeof delay === 'number' && delay >= 0 && delay <= MAX_DELAY)) {
      throw wrong(name, delay, `milliseconds from 0 to ${MAX_DELAY}`)
    }
  }
}

/** Checks those of the named options that are set. */
export function checkCounts<Name extends string>(
  options: { [Key in Name]?: number | undefined },
  names: readonly Name[],
  least: number,
): void {
  for (const name of names) {
    const count = options[name] ?? least
    if (!(Number.isSafeInteger(count) && count >= least)) {
      throw wrong(name, count, `an integer of at least ${least}`)
    }
  }
}

export function wrong(option: string, value: unknown, expected: string): TypeError {
  return new TypeError(
    `express-iclock/simulator: option "${option}" is ${describe(value)}; expected ${expected}`,
  )
}

/** Objects are only named: their members may be many, and secret. */
function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' && value.length > 80
      ? `${inspect(value.slice(0, 80))}…`
      : inspect(value)
  }
  try {
    return `an object (${value.constructor.name})`
  } catch {
    return 'an object'
  }
}

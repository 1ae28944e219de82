// Options of a virtual terminal, and errors for invalid ones.
import type { Server } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { inspect } from 'node:util'
import type { OptionNames } from '../check.js'
import { checkDelays, wrong } from './check.js'
import { DIALECTS, type Dialect, type DialectName } from './dialect.js'
import type { Exchange } from './exchange.js'
import { memoryOf, type TerminalPeople } from './people.js'

/** The options of `virtualTerminal`; exactly one of `url` and `server` is required. */
export interface VirtualTerminalOptions {
  /** `SN`: the serial number of the terminal. */
  serialNumber: string
  /** The server's address, `http:` or `https:`, with any path that precedes `/iclock/devicecmd`. */
  url?: string | URL
  /**
   * A server of this process, listening by the time the terminal sends; one that restarts needs
   * `url`.
   */
  server?: Server
  /** How it speaks: a dialect by its name, or one of your own; `'attendance'` by default. */
  dialect?: DialectName | Dialect
  /** The path that precedes `/iclock`, such as `'/hr'`; a `url` may hold it instead. */
  prefix?: string
  /**
   * `pushver`: its protocol version; by default `'2.4.1'`, for access terminals `'3.1.2'`. `''` is
   * a terminal of 2008–2011.
   */
  pushVersion?: string
  /** The firmware version that it reports in `INFO`. */
  firmware?: string
  /** The time limit of one exchange in ms; 2000 by default. */
  timeout?: number
  /** The pause in ms between a refused response and the next attempt; 200 by default. */
  pause?: number
  /**
   * When it stops retrying, in ms; 4000 by default, below the 5 seconds most test runners allow.
   */
  giveUpAfter?: number
  /**
   * How far `Date` may be from the clock of this process, in ms; 5 minutes by default. `Infinity`
   * accepts any time.
   */
  maxClockError?: number
  /** How far its own clock is ahead, in ms, until something sets it; negative: behind. */
  drift?: number
  /** The people that it keeps, from `terminalPeople`; by default it keeps nobody. */
  people?: TerminalPeople
  /**
   * Options of `node:tls` for an `https:` server, such as `{ ca }` or
   * `{ rejectUnauthorized: false }`.
   */
  tls?: ConnectionOptions
  /** Called after every exchange, before its result is used. */
  onExchange?(exchange: Exchange): void
}

export const OPTION_NAMES: OptionNames<VirtualTerminalOptions> = {
  ...{
    serialNumber: true,
    url: true,
    server: true,
    dialect: true,
    prefix: true,
    pushVersion: true,
  },
  ...{ firmware: true, timeout: true, pause: true, giveUpAfter: true, maxClockError: true },
  ...{ drift: true, people: true, tls: true, onExchange: true },
}

/** Checks the options of `virtualTerminal`. Throws a TypeError for an invalid one. */
export function checkOptions(options: VirtualTerminalOptions): void {
  const { serialNumber, url, server, dialect = 'attendance', maxClockError = 0 } = options
  if (typeof serialNumber !== 'string' || serialNumber === '') {
    throw wrong('serialNumber', serialNumber, "a string such as '0316144680030'")
  }
  if ((url === undefined) === (server === undefined)) {
    throw new TypeError('express-iclock/simulator: expected exactly one of the options url, server')
  }
  if (url !== undefined) checkUrl(url)
  if (server !== undefined) checkServer(server)
  checkDialect(dialect)
  for (const name of ['prefix', 'pushVersion', 'firmware'] as const) {
    const text: unknown = options[name] ?? ''
    if (typeof text !== 'string') throw wrong(name, text, 'a string')
  }
  checkDelays(options, ['timeout', 'pause', 'giveUpAfter'])
  memoryOf(options.people)
  if (!Number.isFinite(options.drift ?? 0)) {
    throw wrong('drift', options.drift, 'a number of milliseconds')
  }
  if (!(typeof maxClockError === 'number' && maxClockError >= 0)) {
    throw wrong('maxClockError', maxClockError, 'a number of milliseconds, or Infinity')
  }
}

function checkDialect(dialect: unknown): void {
  if (typeof dialect !== 'object' || dialect === null) {
    if (Object.hasOwn(DIALECTS, dialect as string)) return
    throw wrong('dialect', dialect, `one of ${Object.keys(DIALECTS).join(', ')}, or a Dialect`)
  }
  for (const [name, usual] of Object.entries(DIALECTS.attendance)) {
    const value = (dialect as Record<string, unknown>)[name]
    if (typeof value === typeof usual) continue
    const expected = `one such as ${inspect(usual)}, as in { ...DIALECTS.attendance, … }`
    throw wrong(`dialect.${name}`, value, expected)
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
    throw wrong('url', url, `${expected}: the terminal appends /iclock/devicecmd itself`)
  }
}

function checkServer(server: unknown): void {
  const address = typeof server === 'object' && server !== null && 'address' in server
  if (address && typeof server.address === 'function') return
  const hint = typeof server === 'function' ? ' rather than an Express app' : ''
  throw wrong('server', server, `an http.Server${hint}: pass what app.listen() returns`)
}

// A terminal's state while it runs, and how it sends one request to the server.
import { setMaxListeners } from 'node:events'
import { Clock } from './clock.js'
import { DIALECTS, type Dialect, headersOf, tokenOf } from './dialect.js'
import {
  checkExchangeOptions,
  type Exchange,
  type ExchangeOptions,
  exchangeOn,
} from './exchange.js'
import type { Gate } from './gate.js'
import { AttendanceLog } from './log.js'
import { checkOptions, type VirtualTerminalOptions } from './options.js'
import { Outbox } from './outbox.js'
import type { Memory } from './people/memory.js'
import { memoryOf } from './people.js'
import type { BodyCheck } from './refusal.js'
import { type Body, requestOf } from './request.js'
import { type Target, targetFinder } from './target.js'
import { openWire, type Wire } from './wire.js'

/** One request of firmware, and what its response must hold. */
export interface Question {
  kind: Exchange['kind']
  method: 'GET' | 'POST'
  /** Its path below `/iclock/`. */
  endpoint: string
  /** What follows `SN` in the query, in order. */
  query?: [key: string, value: string | number][]
  body?: Body
  checkBody: BodyCheck
  /** Whether it is sent again until the server closes the connection. */
  mustClose?: boolean
  /** The part of a file that it asks for: the response is checked as such. */
  part?: { first: number; last: number }
}

type Limits = 'timeout' | 'pause' | 'giveUpAfter' | 'maxClockError'

/** The options of a terminal, with their defaults. */
export interface Identity extends Required<Pick<VirtualTerminalOptions, Limits>> {
  serialNumber: string
  dialect: Dialect
  /** Empty on terminals that predate the `pushver` parameter. */
  pushVersion: string
  firmware: string
  prefix: string
  onExchange: ((exchange: Exchange) => void) | undefined
}

/** A terminal: its identity, its permanent memory, and what it loses without power. */
export interface Session {
  readonly identity: Identity
  readonly targetOf: () => Target
  /** Survives power loss, like flash memory. */
  readonly log: AttendanceLog
  readonly clock: Clock
  /** What it has of files, by their URLs; survives power loss. */
  readonly downloads: Map<string, Buffer[]>
  /** Survives power loss; undefined if it keeps nobody. */
  readonly people: Memory | undefined
  /** Replies that the server has not accepted yet. */
  outbox: Outbox
  /** Users that it was given and uploads again, as lines of their table. */
  echoes: string[]
  /** The options that the server gave at the handshake. */
  settings: Record<string, string>
  token: string
  /** The last `INFO` that the server accepted. */
  info: string
  /** Limits the connections that many terminals open at once. */
  readonly gate: Gate | undefined
  /** Aborted by power loss; its reason tells whether the terminal restarts. */
  power: AbortController
}

/** Switches a terminal on for the first time. */
export function openSession(options: VirtualTerminalOptions, gate?: Gate): Session {
  checkOptions(options)
  const { serialNumber, firmware = 'Ver 8.0.4.5-20190903', drift = 0 } = options
  const named = options.dialect ?? 'attendance'
  const dialect = typeof named === 'string' ? DIALECTS[named] : named
  return {
    identity: {
      serialNumber,
      dialect,
      firmware,
      pushVersion: options.pushVersion ?? dialect.pushVersion,
      timeout: options.timeout ?? 2000,
      pause: options.pause ?? 200,
      giveUpAfter: options.giveUpAfter ?? 4000,
      maxClockError: options.maxClockError ?? 5 * 60_000,
      prefix: options.prefix ?? '',
      onExchange: options.onExchange,
    },
    targetOf: targetFinder(options),
    log: new AttendanceLog(),
    clock: new Clock(drift),
    downloads: new Map(),
    people: memoryOf(options.people),
    gate,
    ...powerOn(serialNumber),
  }
}

/** A terminal's state right after it was switched on. */
function powerOn(serialNumber: string) {
  const power = new AbortController()
  // Each exchange adds a listener, and a test may run many at once.
  setMaxListeners(0, power.signal)
  return {
    outbox: new Outbox(),
    echoes: [],
    settings: {},
    token: tokenOf('', serialNumber, ''),
    info: '',
    power,
  }
}

/** Cuts the power: commands received but not yet answered are lost. */
export function losePower(session: Session, comesBack: boolean): void {
  const { power } = session
  Object.assign(session, powerOn(session.identity.serialNumber))
  power.abort(comesBack ? 'reboot' : 'crash')
}

/** Sends a request over its own connection; never rejects because of the server. */
export async function ask(
  session: Session,
  question: Question,
  options?: ExchangeOptions,
): Promise<Exchange> {
  const { power } = session
  await session.gate?.enter()
  try {
    const wire = openWire(session.targetOf())
    try {
      return await askOver(wire, session, question, options, 'close', power)
    } finally {
      wire.socket.destroy()
    }
  } finally {
    session.gate?.leave()
  }
}

/** Sends a request over an open connection; never rejects because of the server. */
export async function askOver(
  wire: Wire,
  session: Session,
  question: Question,
  options: ExchangeOptions = {},
  persistence: 'close' | 'keep-alive' = 'close',
  power: AbortController = session.power,
): Promise<Exchange> {
  checkExchangeOptions(options)
  const { serialNumber, dialect, prefix, timeout, maxClockError, onExchange } = session.identity
  const {
    kind,
    method,
    endpoint,
    query = [],
    body = '',
    checkBody,
    mustClose = false,
    part,
  } = question
  const usualPath = `${prefix}/iclock/${endpoint}${dialect.suffix}`
  const request = requestOf(body, options, {
    method,
    path: wire.target.prefix + (options.path ?? usualPath),
    query: [['SN', serialNumber] as const, ...query].map(queryPair).join('&'),
    headers: headersOf(dialect, session.token, wire.target.host, persistence),
  })
  const limits = { timeout: options.timeout ?? timeout, signal: power.signal }
  const outcome = await exchangeOn(
    wire,
    request,
    { ...options, ...limits },
    { maxClockError, checkBody, mustClose, hasHost: dialect.hasHost, part },
  )
  const exchange = { kind, ...outcome }
  onExchange?.(exchange)
  return exchange
}

/** Firmware escapes blanks, but not commas. */
const queryPair = ([key, value]: readonly [string, string | number]) =>
  `${key}=${encodeURIComponent(value).replaceAll('%2C', ',')}`

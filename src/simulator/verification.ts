// What a terminal asks the server: whether a door may open, and who a person is that it doesn't know.
import { wrong } from './check.js'
import type { Exchange, ExchangeOptions } from './exchange.js'
import type { BodyCheck } from './refusal.js'
import { excerpt } from './response.js'
import { ask, type Session } from './session.js'
import { localTimeOf } from './upload.js'

/** Somebody at a door. */
export interface Visitor {
  /** `pin`: `'0'` by default, as of a card that the terminal doesn't know. */
  pin?: string
  /** `cardno`: `'0'` by default, as without a card. */
  card?: string
  /** The door: 1 by default. */
  door?: number
  /** The reader, for terminals that name it instead of the door. */
  reader?: number
  /** `event`: 0 by default, as for a person who may usually enter. */
  event?: number
  /** `inoutstatus`: 0 in (default), 1 out. */
  status?: number
  /** `verifytype`: 4, a card, by default. */
  verify?: number
  /** The terminal's local time, `'2026-11-25 08:00:00'`, or an instant; now by default. */
  time?: string | Date
}

/** What a door did. */
export interface Verified {
  exchange: Exchange
  /** The door that opened, and for how long; undefined if it stayed closed. */
  opened: { door: number; seconds: number } | undefined
  /** The text on the screen. */
  tip: string | undefined
}

/** What a terminal got about a person that it doesn't know. */
export interface TypedPin {
  exchange: Exchange
  /** The commands that write the person; none if the server doesn't know the person either. */
  commands: string[]
}

// The terminal's own, if the server sets no `TimeoutSec`.
const PATIENCE = 10
const VERDICT = /^AUTH=(SUCCESS|SUCCEED|FAILED|TIMEOUT)$/
const OPENS = /^CONTROL DEVICE 01([0-9A-F]{2})01([0-9A-F]{2})$/

/** Asks whether a door may open (access manual, "Background verification"). */
export async function verify(
  session: Session,
  visitor: Visitor = {},
  options: ExchangeOptions = {},
): Promise<Verified> {
  const line = lineOf(session, visitor)
  const patience = Number(session.settings.TimeoutSec ?? PATIENCE) * 1000
  const exchange = await ask(
    session,
    {
      kind: 'verification',
      method: 'POST',
      endpoint: 'cdata',
      query: [['AuthType', 'device']],
      body: `${line}\r\n`,
      checkBody: isVerdictOn(line),
    },
    { timeout: patience, ...options },
  )
  if (!exchange.accepted) return { exchange, opened: undefined, tip: undefined }
  const lines = exchange.body.toString().split('\r\n')
  const [, door = '', seconds = ''] = lines.map((each) => OPENS.exec(each)).find(Boolean) ?? []
  const isOpen = /^AUTH=SUCC/.test(lines[0] ?? '') && door !== ''
  return {
    exchange,
    opened: isOpen ? { door: Number(`0x${door}`), seconds: Number(`0x${seconds}`) } : undefined,
    tip: lines.find((each) => each.startsWith('TIPS='))?.slice('TIPS='.length),
  }
}

function lineOf(session: Session, visitor: Visitor): string {
  const { pin = '0', card = '0', door = 1, reader, event = 0, status = 0, verify = 4 } = visitor
  const isNumber = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0
  if (!isNumber(door)) throw wrong('door', door, 'a number from 1 on')
  if (reader !== undefined && !isNumber(reader)) throw wrong('reader', reader, 'a number from 1 on')
  const [type, address] = reader === undefined ? [2, door] : [3, reader]
  const time = localTimeOf(session, visitor.time)
  return [
    ...[`time=${time}`, `pin=${pin}`, `cardno=${card}`, `addrtype=${type}`],
    ...[`eventaddr=${address}`, `event=${event}`, `inoutstatus=${status}`, `verifytype=${verify}`],
  ].join('\t')
}

function isVerdictOn(line: string): BodyCheck {
  return (body) => {
    const [verdict = '', echo, ...others] = body.toString().split('\r\n')
    if (!VERDICT.test(verdict)) {
      return `the body is ${excerpt(body)}; expected AUTH=SUCCESS, AUTH=FAILED or AUTH=TIMEOUT in its first line`
    }
    if (echo !== line)
      return `the second line is ${JSON.stringify(echo)}; expected the event as it was sent`
    const wrongLine = others.find((each) => !OPENS.test(each) && !each.startsWith('TIPS='))
    if (wrongLine === undefined) return undefined
    return `the body has the line ${JSON.stringify(wrongLine)}; expected CONTROL DEVICE 01… or TIPS=`
  }
}

/** Asks who a person is whose PIN was typed (PUSH manual, "Remote attendance"). */
export async function typePin(
  session: Session,
  pin: string,
  options?: ExchangeOptions,
): Promise<TypedPin> {
  if (typeof pin !== 'string' || pin === '') throw wrong('pin', pin, "a string such as '7'")
  const exchange = await ask(
    session,
    {
      kind: 'question',
      method: 'GET',
      endpoint: 'cdata',
      query: [
        ['table', 'RemoteAtt'],
        ['PIN', pin],
      ],
      checkBody(body) {
        const text = body.toString()
        if (text === 'NONE' || /^(DATA UPDATE \w+ .+\n)+$/.test(text)) return undefined
        return `the body is ${excerpt(body)}; expected NONE, or lines of DATA UPDATE`
      },
    },
    options,
  )
  const text = exchange.accepted ? exchange.body.toString() : 'NONE'
  return { exchange, commands: text === 'NONE' ? [] : text.trimEnd().split('\n') }
}

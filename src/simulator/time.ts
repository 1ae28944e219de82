// Asks the server for the time, and sets the terminal's clock by the answer.
import { instantOf, timeOfCode } from './clock.js'
import type { Exchange, ExchangeOptions } from './exchange.js'
import { excerpt } from './response.js'
import { ask, type Session } from './session.js'

/** Asks once; never rejects because of the server. */
export async function askTime(session: Session, options?: ExchangeOptions): Promise<Exchange> {
  const { dialect, maxClockError } = session.identity
  const isAccess = dialect.family === 'access'
  const form = isAccess ? ACCESS : ATTENDANCE
  const exchange = await ask(
    session,
    {
      kind: 'time',
      method: 'GET',
      endpoint: isAccess ? 'rtdata' : 'cdata',
      query: [['type', 'time']],
      checkBody(body) {
        const time = form.read(body.toString())?.time
        if (time === undefined) {
          return `the body is ${excerpt(body)}; expected a form like ${form.example}`
        }
        if (Math.abs(time.getTime() - Date.now()) <= maxClockError) return undefined
        return `the time is ${time.toISOString()}, not now; the terminal would set its clock to it`
      },
    },
    options,
  )
  const answer = exchange.accepted ? form.read(exchange.body.toString()) : undefined
  if (answer !== undefined) {
    session.clock.set(answer.time)
    session.clock.timeZone = answer.zone
  }
  return exchange
}

interface Form {
  example: string
  read(text: string): { time: Date; zone: string } | undefined
}

/** The answer to a time clock (PUSH SDK manual 3.2.0). */
const ATTENDANCE: Form = {
  example: 'Time=2026-11-29T17:40:20-05:00',
  read(text) {
    const [, local, zone] =
      /^Time=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([+-]\d\d:\d\d)\r?\n?$/.exec(text) ?? []
    if (local === undefined || zone === undefined) return undefined
    const time = instantOf(local, zone)
    return Number.isNaN(time.getTime()) ? undefined : { time, zone }
  },
}

/** The answer to a door terminal (access manual, "Synchronize the time"): a time code of UTC. */
const ACCESS: Form = {
  example: 'DateTime=<time code>,ServerTZ=+0800',
  read(text) {
    const [, code, zone] = /^DateTime=(\d{1,10}),ServerTZ=([+-]\d{4})\r?\n?$/.exec(text) ?? []
    if (code === undefined || zone === undefined) return undefined
    return { time: instantOf(timeOfCode(Number(code)), '0'), zone }
  },
}

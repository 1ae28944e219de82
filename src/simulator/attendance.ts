// Attendance records: who came and went, uploaded in the batches that firmware makes.
import { wrong } from './check.js'
import { timeCodeOf } from './clock.js'
import type { Exchange, ExchangeOptions, Faults } from './exchange.js'
import type { LogEntry } from './log.js'
import { rest } from './pace.js'
import { containsOk } from './refusal.js'
import { ask, type Session } from './session.js'
import { localTimeOf, stampOf } from './upload.js'

/** A person at a terminal. */
export interface Punch {
  /** `PIN`: the person's number on the terminal. */
  pin: string
  /**
   * The terminal's local time, `'2026-11-25 08:00:00'`, or an instant in its time zone; now by
   * default.
   */
  time?: string | Date
  /**
   * 0 in (default), 1 out, 2 break out, 3 break in, 4 overtime in, 5 overtime out, 255 none chosen.
   */
  status?: number
  /** How the person was verified: 0 password, 1 finger (default), 2 card, 15 face, 25 palm. */
  verify?: number
  /** `'0'` by default. */
  workCode?: string
}

/** Keeps punches in the terminal's memory, to be uploaded later. */
export function remember(session: Session, punches: readonly Punch[]): void {
  for (const punch of punches) {
    if (typeof punch.pin !== 'string' || punch.pin === '') {
      throw wrong('pin', punch.pin, "a string such as '7'")
    }
    const time = localTimeOf(session, punch.time)
    session.log.add({ line: lineOf(session, punch, time), time, timeCode: timeCodeOf(time) })
  }
}

function lineOf({ identity, log }: Session, punch: Punch, time: string): string {
  const { pin, status = 0, verify = 1, workCode = '0' } = punch
  if (identity.dialect.family === 'access') {
    return `time=${time}\tpin=${pin}\tcardno=0\teventaddr=1\tevent=0\tinoutstatus=${status}\tverifytype=${verify}\tindex=${log.size + 1}\r\n`
  }
  const columns = [pin, time, status, verify]
  if (identity.pushVersion !== '') {
    columns.push(workCode, ...Array(identity.dialect.columns - columns.length - 1).fill(0))
  }
  return `${columns.join('\t')}\n`
}

const TRIES = 3

/**
 * Uploads what the server has not accepted yet, until a batch is refused three times. Resolves with
 * all exchanges; the last one says whether everything was accepted.
 */
export function uploadLog(session: Session, faults: Faults): Promise<Exchange[]> {
  const { log, identity } = session
  const power = session.power.signal
  return log.takeTurn(async () => {
    const exchanges: Exchange[] = []
    for (let tries = 0; log.unsent > 0 && !power.aborted; ) {
      const entries = log.nextBatch()
      const exchange = await uploadBatch(session, entries, faults('upload'))
      exchanges.push(exchange)
      if (exchange.accepted) {
        log.markSent(entries.length)
        tries = 0
      } else {
        tries++
        if (tries === TRIES) {
          log.shrinkBatches()
          return exchanges
        }
        await rest(tries * identity.pause, [power])
      }
    }
    return exchanges
  })
}

function uploadBatch(
  session: Session,
  entries: readonly LogEntry[],
  options?: ExchangeOptions,
): Promise<Exchange> {
  const { dialect, pushVersion } = session.identity
  const query: [string, string | number][] =
    dialect.family === 'access'
      ? [['table', 'rtlog']]
      : pushVersion === ''
        ? [['Stamp', entries.at(-1)?.timeCode ?? 0]]
        : [
            ['table', 'ATTLOG'],
            ['Stamp', stampOf(session, entries.at(-1)?.time)],
          ]
  return ask(
    session,
    {
      kind: 'upload',
      method: 'POST',
      endpoint: 'cdata',
      query,
      body: entries.map(({ line }) => line).join(''),
      checkBody: containsOk,
    },
    options,
  )
}

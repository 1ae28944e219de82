// Records the serial numbers that `authorize` refused, with bounded writes.
import { keyOf } from '../command.js'
import type { Endpoint } from '../endpoint/endpoint.js'
import { IclockError } from '../endpoint/errors.js'
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { serialNumberOf } from '../endpoint/serial-number.js'
import { plain } from '../terminal/facts.js'
import { recentTerminals } from '../terminal/recent.js'
import type { Refusals, RefusedStorage } from '../terminal/refused.js'

interface Entry {
  // Those that were not written yet.
  times: number
  writtenAt: number
}

const MINUTE = 60_000
const MOST_REMEMBERED = 1000
const MOST_WRITES = 60
const MOST_WAITING = 10
const MODELS = ['~devicename', 'devicename', 'devicetype']

/**
 * Creates a function to call with each request that was answered with an error. Refusals are
 * written once a minute for each serial number and address, 60 a minute at most, one at a time. They
 * aren't awaited; errors of storage go to `onError`.
 */
export function refusedWatch(
  adapter: Pick<RefusedStorage, 'onRefused'>,
  hooks: HookOptions,
): (request: TerminalRequest, error: object) => void {
  const entries = recentTerminals<Entry>(MOST_REMEMBERED)
  let last: Promise<void> | undefined
  let waiting = 0
  let minute = { begins: Number.NEGATIVE_INFINITY, writes: 0 }

  const write = async (refusals: Refusals, entry: Entry) => {
    const before = last
    const writing = (async () => {
      await before?.catch(() => {})
      await adapter.onRefused(refusals)
    })()
    last = writing
    try {
      await writing
    } catch (error) {
      entry.times += refusals.times
      throw error
    } finally {
      waiting--
    }
  }
  const writeLater = hookOf('onRefused', write, hooks)

  const mayWrite = (at: number) => {
    if (isOver(minute.begins, at)) minute = { begins: at, writes: 0 }
    return waiting < MOST_WAITING && minute.writes < MOST_WRITES
  }

  return (request, error) => {
    if (!(error instanceof IclockError) || error.code !== 'TERMINAL_NOT_AUTHORIZED') return
    const serialNumber = serialNumberOf(request.target)
    const address = plain(request.address) ?? ''
    const key = keyOf(serialNumber, address)
    const entry = entries.get(key) ?? { times: 0, writtenAt: Number.NEGATIVE_INFINITY }
    entries.set(key, entry)
    entry.times++
    const at = new Date()
    if (!isOver(entry.writtenAt, at.getTime()) || !mayWrite(at.getTime())) return
    const model = modelIn(request)
    const refusals = { serialNumber, address, at, times: entry.times }
    entry.times = 0
    entry.writtenAt = at.getTime()
    minute.writes++
    waiting++
    writeLater?.(model === undefined ? refusals : { ...refusals, model }, entry)
  }
}

/** An endpoint whose errors are noted as well. */
export function noting(
  endpoint: Endpoint,
  note: (request: TerminalRequest, error: object) => void,
): Endpoint {
  return {
    ...endpoint,
    answer(request) {
      const answer = endpoint.answer(request)
      answer.catch((error) => note(request, error))
      return answer
    },
  }
}

// A clock that was set back ends it as well.
function isOver(begins: number, at: number): boolean {
  return at >= begins + MINUTE || at < begins
}

function modelIn({ target }: TerminalRequest): string | undefined {
  const names = MODELS.map((name) => plain(target.value(name)))
  return names.find((name) => name !== undefined)
}

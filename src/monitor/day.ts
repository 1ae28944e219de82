// How many people came and went on each of the last days, counted in storage: of all processes.
import type { MonitorStorage } from './storage.js'

/** A day by the terminals' clocks, and its records: counted to 10,000, and then `10000+`. */
export interface CountedDay {
  day: string
  count: number | '10000+'
}

/** Counts the records of the two weeks up to a day; undefined if storage can't. */
export type CountDays = (last: string) => Promise<CountedDay[] | undefined>

const DAY = 24 * 60 * 60_000
const DAYS = 14
const MOST = 10_000
// Terminals that were offline upload the records of earlier days.
const KNOWN_FOR = 5 * 60_000
const MOST_KNOWN = 400
const LATEST_KNOWN_FOR = 10_000

/** Creates the counter. What it counted is known for a while: a view is read every two seconds. */
export function dayCounter(adapter: MonitorStorage): CountDays {
  const known = new Map<string, { count: number; until: number }>()
  return async (last) => {
    if (adapter.countAttendance === undefined) return undefined
    const now = Date.now()
    const days = daysUpTo(last)
    const missing = days.filter((day) => (known.get(day)?.until ?? 0) <= now)
    const counts = missing.length === 0 ? [] : await adapter.countAttendance(missing)
    for (const [index, day] of missing.entries()) {
      const until = now + (day === last ? LATEST_KNOWN_FOR : KNOWN_FOR)
      known.delete(day)
      known.set(day, { count: counts[index] ?? 0, until })
    }
    const all = days.map((day) => known.get(day)?.count ?? 0)
    for (const day of known.keys()) if (known.size > MOST_KNOWN) known.delete(day)
    return all.map((count, index) => {
      const day = days[index] ?? ''
      return { day, count: count > MOST ? '10000+' : count }
    })
  }
}

function daysUpTo(last: string): string[] {
  const end = Date.parse(`${last}T00:00:00Z`)
  return Array.from({ length: DAYS }, (_, index) => {
    return new Date(end - (DAYS - 1 - index) * DAY).toISOString().slice(0, 10)
  })
}

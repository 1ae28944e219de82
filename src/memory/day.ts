// Counts attendance by day. Pure.
import { checkDays, MOST_OF_DAY } from '../upload/day.js'

/** How many of these times are of each day. */
export function countDays(days: readonly string[], times: Iterable<string>): number[] {
  checkDays(days)
  // A time begins with its day and a blank.
  const counts = new Map(days.map((day) => [`${day} `, 0]))
  for (const time of times) {
    const day = time.slice(0, 11)
    const count = counts.get(day)
    if (count !== undefined && count <= MOST_OF_DAY) counts.set(day, count + 1)
  }
  return days.map((day) => counts.get(`${day} `) ?? 0)
}

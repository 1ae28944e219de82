// Counts of attendance by day: which days may be asked for, and how far each is counted.
import { wrong } from '../check.js'

/** The highest count; one more stands for all that are higher. */
export const MOST_OF_DAY = 10_000
const MOST_DAYS = 31
const DAY = /^\d{4}-\d\d-\d\d$/

/**
 * Checks the days of `countAttendance`.
 *
 * @throws TypeError that says what came and what was expected
 */
export function checkDays(days: readonly string[]): void {
  const isList = Array.isArray(days) && days.length <= MOST_DAYS
  if (isList && days.every((day) => typeof day === 'string' && DAY.test(day))) return
  throw wrong('days', days, `an array of at most ${MOST_DAYS} days such as "2026-10-05"`)
}

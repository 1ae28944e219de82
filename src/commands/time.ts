// Times in the form terminals use: local wall-clock time without a time zone.
import { isString, listOf, type Value } from './value.js'

const TIME = /^(20\d\d)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/
const DAY = /^(20\d\d)-(\d\d)-(\d\d)$/
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/
const NOT_A_DATE = "(a Date has no time zone: format it in the terminal's own)"
const SPAN = "an array of two times such as ['08:00', '17:30']"

/** A moment, `YYYY-MM-DD hh:mm:ss`, written with `between` instead of the blank. */
export function time(between = ' '): Value {
  return {
    expected: `a string of the terminal's local time, such as '2026-03-01 08:00:00' ${NOT_A_DATE}`,
    isTyped: isString,
    text: (value) => (partsOf(value, TIME) ? String(value).replace(' ', between) : undefined),
  }
}

/** A day, `YYYY-MM-DD`, of which the first `skip` digits are not written. */
export function day(skip = 0): Value {
  return {
    expected: `a string such as '2026-12-25' ${NOT_A_DATE}`,
    isTyped: isString,
    text: (value) => partsOf(value, DAY) && String(value).replaceAll('-', '').slice(skip),
  }
}

/** A moment as a time code: seconds since 2000 in months of 31 days. */
export const TIME_CODE: Value = { ...time(), text: timeCode }

/** A day as `YYYYMMDD`, or a moment as a time code. */
export const DAY_OR_TIME_CODE: Value = {
  expected: `a string such as '2026-12-25' or '2026-12-25 08:00:00' ${NOT_A_DATE}`,
  isTyped: isString,
  text: (value) => day().text(value) ?? timeCode(value),
}

const CLOCK_TIME: Value = {
  expected: "a time such as '08:00'",
  isTyped: isString,
  text: (value) => {
    return isString(value) && CLOCK.test(value) ? value.replace(':', '') : undefined
  },
}
const SPAN_NUMBER = span(([start, end]) => String(Number(start) * 65_536 + Number(end)))

/** One end of a span `['08:00', '17:30']`, as `hhmm`. */
export function spanEnd(end: 0 | 1): Value {
  return span((ends) => ends[end])
}

/**
 * Up to three spans of a day, of which one is written as a number: start · 65536 + end, both
 * `hhmm`.
 */
export function spanNumber(index: 0 | 1 | 2): Value {
  const expected = "an array of up to three spans such as ['08:00', '17:30']"
  return listOf(SPAN_NUMBER, 3, expected, (texts) => texts[index] ?? '0')
}

function span(write: (ends: [start: string, end: string]) => string): Value {
  return listOf(CLOCK_TIME, 2, SPAN, ([start, end]) => {
    return start === undefined || end === undefined ? undefined : write([start, end])
  })
}

function timeCode(value: unknown): string | undefined {
  const parts = partsOf(value, TIME)
  if (parts === undefined) return undefined
  const [year = 0, month = 0, date = 0, hours = 0, minutes = 0, seconds = 0] = parts
  const days = (year - 2000) * 372 + (month - 1) * 31 + date - 1
  return String(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

// The numbers of a time or day, if it exists in the calendar.
function partsOf(value: unknown, pattern: RegExp): number[] | undefined {
  const match = typeof value === 'string' ? pattern.exec(value) : null
  const parts = match?.slice(1).map(Number)
  if (parts === undefined) return undefined
  const [year = 0, month = 0, date = 0, hours = 0, minutes = 0, seconds = 0] = parts
  const day = new Date(Date.UTC(year, month - 1, date))
  const isDay = day.getUTCMonth() === month - 1 && day.getUTCDate() === date
  return isDay && hours < 24 && minutes < 60 && seconds < 60 ? parts : undefined
}

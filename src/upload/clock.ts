// Wall-clock times of a terminal as moments. Pure.
import { tzOffset } from '@date-fns/tz'

const MINUTE = 60_000
const DAY = 86_400_000
const MOST_DAYS = 1000
const TIME_LENGTH = 'YYYY-MM-DD hh:mm:ss'.length
const MINUTES_LENGTH = 'YYYY-MM-DD hh:mm'.length
const TIME_CODE = /^\d{1,10}$/
// Before the year 2001 and after 2099 the clock was never set.
const FIRST_CODE = 372 * 86_400
const LAST_CODE = 100 * 372 * 86_400

/** Converts a time as text to a moment; undefined if it isn't a valid time. */
export type Clock = (time: string) => Date | undefined

/**
 * Creates a clock for a time zone. It reads `YYYY-MM-DD hh:mm:ss`, also with `/` and without
 * seconds, and the time codes of old terminals. In the hour that comes twice when daylight saving ends, the first of the two moments
 * is taken; a time in the hour that is skipped when it begins is read as if the clock hadn't been
 * changed yet.
 *
 * @param timeZone an IANA name such as `Asia/Manila`, or an offset such as `+08:00`
 */
export function clockIn(timeZone: string): Clock {
  const offsetAt = (moment: number) => tzOffset(timeZone, new Date(moment)) * MINUTE
  // Optimization: an offset is looked up once a day, not once a record (which took three quarters of
  // the time).
  const days = new Map<number, { before: number; after: number }>()

  const offsetsOn = (day: number) => {
    const known = days.get(day)
    if (known !== undefined) return known
    const offsets = { before: offsetAt((day - 1) * DAY), after: offsetAt((day + 2) * DAY) }
    if (days.size >= MOST_DAYS) days.clear()
    days.set(day, offsets)
    return offsets
  }

  return (time) => {
    const local = localOf(time)
    if (Number.isNaN(local)) return undefined
    const { before, after } = offsetsOn(Math.floor(local / DAY))
    if (before === after) return new Date(local - before)
    const moments = [local - before, local - after].filter((moment) => {
      return moment + offsetAt(moment) === local
    })
    return new Date(moments.length === 0 ? local - before : Math.min(...moments))
  }
}

/** The moment of a wall clock that is this many seconds ahead of UTC. */
export function momentAt(offset: number, time: string): Date | undefined {
  const local = localOf(time)
  return Number.isNaN(local) ? undefined : new Date(local - offset * 1000)
}

/** Whether a number is the time code of a clock that was set, rather than a PIN. */
export function isTimeCode(text: string): boolean {
  return TIME_CODE.test(text) && Number(text) >= FIRST_CODE && Number(text) < LAST_CODE
}

/** A wall clock as `YYYY-MM-DD hh:mm:ss`, also of a time code; as it came if it isn't a valid time. */
export function localTimeOf(text: string): string {
  const local = localOf(text)
  return Number.isNaN(local) ? text : new Date(local).toISOString().slice(0, 19).replace('T', ' ')
}

/** The wall clock as if it were UTC, in milliseconds; NaN if it isn't a valid time. */
function localOf(time: string): number {
  if (time.length === MINUTES_LENGTH) return localOf(`${time}:00`)
  if (time.length !== TIME_LENGTH) {
    return TIME_CODE.test(time) ? localOfCode(Number(time)) : Number.NaN
  }
  const isDate = (time[4] === '-' && time[7] === '-') || (time[4] === '/' && time[7] === '/')
  const isFormed = isDate && time[13] === ':' && time[16] === ':' && isGap(time[10])
  if (!isFormed) return Number.NaN
  const year = twoDigits(time, 0) * 100 + twoDigits(time, 2)
  const [month, day] = [twoDigits(time, 5), twoDigits(time, 8)]
  const [hour, minute, second] = [twoDigits(time, 11), twoDigits(time, 14), twoDigits(time, 17)]
  return localOfParts(year, month, day) + secondsOf(hour, minute, second) * 1000
}

// ((year − 2000) · 372 + (month − 1) · 31 + day − 1) · 86,400 + seconds of the day (PUSH SDK, "time
// code").
function localOfCode(code: number): number {
  if (code >= LAST_CODE) return Number.NaN
  const days = Math.floor(code / 86_400)
  const year = 2000 + Math.floor(days / 372)
  const month = Math.floor((days % 372) / 31) + 1
  return localOfParts(year, month, (days % 31) + 1) + (code % 86_400) * 1000
}

function localOfParts(year: number, month: number, day: number): number {
  const local = Date.UTC(year, month - 1, day)
  const read = new Date(local)
  const isValid = year >= 1970 && read.getUTCMonth() === month - 1 && read.getUTCDate() === day
  return isValid ? local : Number.NaN
}

function secondsOf(hour: number, minute: number, second: number): number {
  const isValid = hour < 24 && minute < 60 && second < 60
  return isValid ? hour * 3600 + minute * 60 + second : Number.NaN
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

function isGap(character: string | undefined): boolean {
  return character === ' ' || character === 'T'
}

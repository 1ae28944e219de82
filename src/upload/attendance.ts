// ATTLOG: who came and went, in bare columns. Pure.
import { LF, MINUS, type Octets, SLASH, TAB } from '../octets.js'
import { type Clock, momentAt } from './clock.js'
import { timeOffsetOf } from './details.js'
import { BEFORE_LINE_END } from './lines.js'
import { columnsOf, LONGEST_PIN, LONGEST_TIME } from './punch.js'
import type { AttendanceRecord, ParsedUpload } from './upload.js'

const ZERO = 0x30
const NINE = 0x39
const YEAR_LENGTH = 4
const KEYWORD = /^attlog(?: |$)/i
const A = 0x41
const LOWER_CASE = 0x20
// The longest known lines have sixteen.
const MOST_COLUMNS = 64
const NO_COLUMNS: readonly string[] = Object.freeze([])
// Column end offsets of the current line; reused. Optimization: an array for each body took a third
// of the time that a body of one line takes.
const ends = new Int32Array(MOST_COLUMNS + 1)
// The further columns of the previous line, raw and decoded. Optimization: most lines have the same
// ones, even across bodies, and share them (13 % of the time of a body of one line).
let lastText = ''
let lastRest = NO_COLUMNS

/**
 * Reads the lines of `ATTLOG` (PUSH manual, "Upload attendance records"):
 * `PIN ⇥ time [⇥ status ⇥ verify ⇥ work code ⇥ …]`, and the other forms that `columnsOf` knows.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a call for each line costs a tenth of the time
export function parseAttendance(octets: Octets, clock: Clock | undefined): ParsedUpload {
  const { body } = octets
  const { length } = body
  const records: AttendanceRecord[] = []
  const unparsed: Buffer[] = []

  for (let at = 0; at < length; at++) {
    const start = at
    let columns = 0
    let highest = 0
    for (; at < length; at++) {
      const octet = body[at] as number
      if (octet === LF) break
      if (octet === TAB && columns < MOST_COLUMNS) ends[columns++] = at - start
      highest |= octet
    }
    const end = octets.trim(BEFORE_LINE_END, start, at)
    ends[columns] = end - start

    const raw = body.subarray(start, end)
    let pin = ''
    let time = ''
    let status = ''
    let verify = ''
    let workCode = ''
    let rest = NO_COLUMNS
    if (isUsual(octets, start, columns)) {
      // The separators are the same in text only if each octet is a character.
      const isAscii = highest < 0x80
      const line = isAscii ? octets.asciiOf(start, end) : raw.toString('latin1')
      const column = (index: number) => {
        if (index > columns) return ''
        const from = index === 0 ? 0 : (ends[index - 1] as number) + 1
        const to = ends[index] as number
        return isAscii ? line.slice(from, to) : octets.textOf(start + from, start + to)
      }
      pin = column(0)
      time = column(1)
      status = column(2)
      verify = column(3)
      workCode = column(4)
      if (columns >= 5) {
        const from = ends[4] as number
        if (isAscii && line.length === from + lastText.length && line.endsWith(lastText)) {
          rest = lastRest
        } else {
          const further: string[] = []
          for (let index = 5; index <= columns; index++) further.push(column(index))
          rest = Object.freeze(further)
          lastText = line.slice(from)
          lastRest = rest
        }
      }
    } else {
      if (octets.isBlank(start, end)) continue
      const read = columns < MOST_COLUMNS ? columnsOf(octets.textOf(start, end)) : undefined
      if (read === undefined) {
        unparsed.push(raw)
        continue
      }
      ;[pin = '', time = '', status = '', verify = '', workCode = ''] = read
      rest = Object.freeze(read.slice(5))
    }
    const record: AttendanceRecord = {
      kind: 'attendance',
      type: 'attlog',
      pin,
      time,
      status,
      verify,
      workCode,
      rest,
      raw,
    }
    // The line's own offset is what the terminal's clock had at the time.
    const offset = rest.length > 0 ? timeOffsetOf(rest) : undefined
    const instant = offset === undefined ? clock?.(time) : momentAt(offset, time)
    if (instant !== undefined) record.instant = instant
    records.push(record)
  }
  return { records, unparsed }
}

/**
 * Whether a line has the printed form: a PIN, and a time that begins with a year of four digits.
 * Anything else, such as a time code, takes the longer way of `columnsOf`.
 */
function isUsual(octets: Octets, start: number, columns: number): boolean {
  if (columns === 0 || columns === MOST_COLUMNS) return false
  const { body } = octets
  const pinEnd = start + (ends[0] as number)
  const time = pinEnd + 1
  const timeEnd = start + (ends[1] as number)
  const first = body[time] as number
  const afterYear = body[time + YEAR_LENGTH]
  if (first < ZERO || first > NINE || (afterYear !== MINUS && afterYear !== SLASH)) return false
  if (pinEnd - start > LONGEST_PIN || timeEnd - time > LONGEST_TIME) return false
  if (octets.isBlank(start, pinEnd)) return false
  // Only such a PIN can be the keyword, which some firmware puts before the columns.
  const mayBeKeyword = ((body[start] as number) & ~LOWER_CASE) === A
  return !mayBeKeyword || !KEYWORD.test(octets.textOf(start, pinEnd))
}

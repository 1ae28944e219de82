// ATTLOG: who came and went, in bare columns. Pure.
import { LONGEST_PIN } from '../command.js'
import { LF, MINUS, type Octets, SLASH, TAB } from '../octets.js'
import { type Clock, momentAt } from './clock.js'
import { timeOffsetOf } from './details.js'
import { BEFORE_LINE_END } from './lines.js'
import { columnsOf, LONGEST_TIME } from './punch.js'
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
  // The further columns of the previous line. Optimization: most lines have the same ones, and share
  // them. Only then are they frozen, which takes longer than making them.
  let last = ''
  let lastFrom = 0
  let lastRest = NO_COLUMNS
  let isShared = false

  for (let at = 0; at < length; at++) {
    const start = at
    let highest = 0
    // How many TABs there are, and where the first ones are. Optimization: an array takes longer.
    let tabs = 0
    let first = 0
    let second = 0
    let third = 0
    let fourth = 0
    let fifth = 0
    for (; at < length; at++) {
      const octet = body[at] as number
      if (octet === LF) break
      highest |= octet
      if (octet !== TAB) continue
      tabs++
      if (tabs === 1) first = at
      else if (tabs === 2) second = at
      else if (tabs === 3) third = at
      else if (tabs === 4) fourth = at
      else if (tabs === 5) fifth = at
    }
    const end = octets.trim(BEFORE_LINE_END, start, at)
    if (tabs < 2) second = end
    if (tabs < 3) third = end
    if (tabs < 4) fourth = end
    if (tabs < 5) fifth = end

    const raw = body.subarray(start, end)
    let pin = ''
    let time = ''
    let status = ''
    let verify = ''
    let workCode = ''
    let rest = NO_COLUMNS
    const isUsual = tabs > 0 && tabs < MOST_COLUMNS && isPrinted(octets, start, first, second)
    // The separators are the same in text only if each octet is a character.
    if (isUsual && highest < 0x80) {
      const line = octets.asciiOf(start, end)
      pin = line.slice(0, first - start)
      time = line.slice(first - start + 1, second - start)
      status = line.slice(second - start + 1, third - start)
      verify = line.slice(third - start + 1, fourth - start)
      workCode = line.slice(fourth - start + 1, fifth - start)
      if (tabs >= 5) {
        const from = fifth - start
        const further = last.slice(lastFrom)
        if (last !== '' && line.length === from + further.length && line.endsWith(further)) {
          if (!isShared) Object.freeze(lastRest)
          isShared = true
        } else {
          lastRest = columnsFrom(line, from + 1)
          isShared = false
        }
        last = line
        lastFrom = from
        rest = lastRest
      }
    } else {
      if (!isUsual && octets.isBlank(start, end)) continue
      const columns = isUsual
        ? usualColumns(octets, start, end)
        : tabs < MOST_COLUMNS && columnsOf(octets.textOf(start, end))
      if (!columns) {
        unparsed.push(raw)
        continue
      }
      ;[pin = '', time = '', status = '', verify = '', workCode = ''] = columns
      rest = columns.slice(5)
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

// Optimization: `split` takes twice as long for the two columns of most lines.
function columnsFrom(line: string, start: number): string[] {
  const columns: string[] = []
  let from = start
  for (let tab = line.indexOf('\t', from); tab !== -1; tab = line.indexOf('\t', from)) {
    columns.push(line.slice(from, tab))
    from = tab + 1
  }
  columns.push(line.slice(from))
  return columns
}

function usualColumns(octets: Octets, start: number, end: number): string[] {
  const columns: string[] = []
  for (let at = start; at <= end; ) {
    const columnEnd = octets.find(TAB, at, end)
    columns.push(octets.textOf(at, columnEnd))
    at = columnEnd + 1
  }
  return columns
}

/**
 * Whether a line has the printed form: a PIN, and a time that begins with a year of four digits.
 * Anything else, such as a time code, takes the longer way of `columnsOf`.
 */
function isPrinted(octets: Octets, start: number, pinEnd: number, timeEnd: number): boolean {
  const { body } = octets
  const time = pinEnd + 1
  const first = body[time] as number
  const afterYear = body[time + YEAR_LENGTH]
  if (first < ZERO || first > NINE || (afterYear !== MINUS && afterYear !== SLASH)) return false
  if (pinEnd - start > LONGEST_PIN || timeEnd - time > LONGEST_TIME) return false
  if (octets.isBlank(start, pinEnd)) return false
  // Only such a PIN can be the keyword, which some firmware puts before the columns.
  const mayBeKeyword = ((body[start] as number) & ~LOWER_CASE) === A
  return !mayBeKeyword || !KEYWORD.test(octets.textOf(start, pinEnd))
}

// ATTLOG: who came and went, in bare columns. Pure.
import { LF, type Octets, TAB } from '../octets.js'
import type { Clock } from './clock.js'
import { BEFORE_LINE_END } from './lines.js'
import type { AttendanceRecord, ParsedUpload } from './upload.js'

const ZERO = 0x30
const NINE = 0x39
const MINUS = 0x2d
// Terminals send up to eleven.
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
 * `PIN ⇥ time [⇥ status ⇥ verify ⇥ work code ⇥ …]`.
 */
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

    if (!isRecord(octets, start, columns, ends[0] as number)) {
      if (!octets.isBlank(start, end)) unparsed.push(body.subarray(start, end))
      continue
    }
    const raw = body.subarray(start, end)
    // The separators are the same in text only if each octet is a character.
    const isAscii = highest < 0x80
    const line = isAscii ? octets.asciiOf(start, end) : raw.toString('latin1')
    const column = (index: number) => {
      if (index > columns) return ''
      const from = index === 0 ? 0 : (ends[index - 1] as number) + 1
      const to = ends[index] as number
      return isAscii ? line.slice(from, to) : octets.textOf(start + from, start + to)
    }
    let rest = NO_COLUMNS
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
    const record: AttendanceRecord = {
      kind: 'attendance',
      type: 'attlog',
      pin: column(0),
      time: column(1),
      status: column(2),
      verify: column(3),
      workCode: column(4),
      rest,
      raw,
    }
    const instant = clock?.(record.time)
    if (instant !== undefined) record.instant = instant
    records.push(record)
  }
  return { records, unparsed }
}

// A terminal whose clock was never set sends times such as `1971--10--29 -23:-27:-54`.
function isRecord(octets: Octets, start: number, columns: number, pinLength: number): boolean {
  if (columns === 0 || columns === MOST_COLUMNS) return false
  if (octets.isBlank(start, start + pinLength)) return false
  const first = octets.body[start + pinLength + 1] as number
  return (first >= ZERO && first <= NINE) || first === MINUS
}

// The forms of an ATTLOG line that no manual prints. Pure.
import { LONGEST_PIN } from '../command.js'
import { isTimeCode } from './clock.js'
import { fieldOf, newFields } from './fields.js'

/** The longest time; storage has an index on it, and no database can index any length. */
export const LONGEST_TIME = 32

const KEYWORD = /^ *attlog[ \t]+/i
const DATE = /^\d{4}[-/]\d\d?[-/]\d\d?(?!\d)/
const DIGITS = /^\d+$/
const BEGINS_AS_TIME = /^[\d-]/
const LONGEST_WORDS = 1000
const WORDS = /^ *([^ ]+) +(\d{4}[-/]\d\d?[-/]\d\d?[ T]\d\d?:\d\d(?::\d\d)?)((?: +[^ ]+)*) *$/
// The names of the first five columns where a line has pairs.
const NAMES = [
  ['pin', 'userid'],
  ['datetime', 'time', 'checktime'],
  ['status', 'state'],
  ['verified', 'verify', 'verifytype'],
  ['workcode'],
]

/**
 * The columns of a line of attendance, in the printed order: of a line with a time code or another
 * odd time, with the keyword `ATTLOG` before its columns, with `Key=Value` in each column, or with
 * blanks between the columns.
 *
 * @returns undefined if there is no person, or no time where one belongs
 */
export function columnsOf(line: string): string[] | undefined {
  const text = line.replace(KEYWORD, '')
  const columns = text.split('\t')
  const [pin = '', time = '', next = ''] = columns
  if (columns.length === 1) return checked(wordsOf(text))
  if (isTime(time, next)) return checked(columns)
  return checked(pin.includes('=') ? valuesOf(columns) : undefined)
}

function checked(columns: string[] | undefined): string[] | undefined {
  if (columns === undefined) return undefined
  const [pin = '', time = ''] = columns
  const isPerson = pin.trim() !== '' && pin.length <= LONGEST_PIN
  return isPerson && time.length <= LONGEST_TIME ? columns : undefined
}

// A terminal whose clock was never set sends times such as `1971--10--29 -23:-27:-54`. But what
// stands before a date is a PIN, and not every number is a time code.
function isTime(time: string, next: string): boolean {
  if (DATE.test(time)) return true
  if (DATE.test(next)) return false
  return DIGITS.test(time) ? isTimeCode(time) : BEGINS_AS_TIME.test(time)
}

function wordsOf(line: string): string[] | undefined {
  // A longer line would exhaust the stack of the expression.
  if (line.length > LONGEST_WORDS) return undefined
  const [, pin, time, rest] = WORDS.exec(line) ?? []
  if (pin === undefined || time === undefined) return undefined
  return [pin, time, ...(rest?.match(/[^ ]+/g) ?? [])]
}

// Pairs of other names follow, as they came.
function valuesOf(pieces: readonly string[]): string[] | undefined {
  const fields = newFields()
  for (const piece of pieces) {
    const equals = piece.indexOf('=')
    if (equals === -1 && piece.trim() !== '') return undefined
    const key = piece.slice(0, Math.max(equals, 0)).trim()
    if (!(key in fields)) fields[key] = piece.slice(equals + 1)
  }
  const found = NAMES.map((names) => names.find((name) => fieldOf(fields, name) !== undefined))
  const columns = found.map((name) => (name === undefined ? '' : (fieldOf(fields, name) ?? '')))
  if (!DATE.test(columns[1] ?? '')) return undefined
  const others = Object.entries(fields).filter(([key]) => {
    return key !== '' && !found.includes(key.toLowerCase())
  })
  return [...columns, ...others.map(([key, value]) => `${key}=${value}`)]
}

// Lines of keys and values: users, templates, door events, and anything else in the form Key=Value.
// Pure.
import { EQUALS, type Octets, SPACE, SPACES, TAB, TABS } from '../octets.js'
import type { Clock } from './clock.js'
import { newFields } from './fields.js'
import { Lines } from './lines.js'
import type { FieldRecord, OperationRecord, ParsedUpload, UploadRecord } from './upload.js'

const LONGEST_KEYWORD = 32
// No terminal sends a record with so many pairs; a line that has more is unparsed.
export const MOST_PAIRS = 1000
const KEYWORD = /^[A-Z_][\w-]*$/i
const KEYWORDS = new Set([
  ...['oplog', 'user', 'fp', 'face', 'fvein', 'userpic', 'biophoto', 'biodata', 'idcard'],
  ...['errorlog', 'templatev10'],
])

/**
 * Reads lines of the form `KEYWORD Key=Value ⇥ Key=Value`, with or without the keyword, and `OPLOG`
 * with its columns (PUSH manual, "Upload"). One line without a keyword may continue the record
 * above, if that has a keyword and doesn't have the line's first key.
 *
 * @param type of the records whose line has no keyword
 */
export function parsePairs(octets: Octets, type: string, clock: Clock | undefined): ParsedUpload {
  const { body } = octets
  const lines = new Lines(octets)
  const records: UploadRecord[] = []
  const unparsed: Buffer[] = []
  let above: FieldRecord | undefined
  let aboveStart = 0

  while (lines.next()) {
    const { start, end } = lines
    const keywordEnd = keywordEndOf(octets, start, end, type)
    const keyword = octets.asciiOf(start, keywordEnd).toLowerCase()
    const continued = keyword === '' ? above : undefined
    above = undefined
    if (keyword === 'oplog') {
      const operation = operationOf(octets, keywordEnd + 1, lines, clock)
      if (operation === undefined) unparsed.push(lines.raw())
      else records.push(operation)
      continue
    }
    const blanks = keyword === '' ? SPACES : SPACES | TABS
    const pairsStart = octets.skip(blanks, keywordEnd, end)
    const firstKey = firstKeyOf(octets, pairsStart, end)
    if (firstKey === undefined || octets.count(TAB, pairsStart, end) >= MOST_PAIRS) {
      unparsed.push(lines.raw())
    } else if (continued !== undefined && !(firstKey in continued.fields)) {
      readPairs(octets, pairsStart, end, continued.fields)
      continued.raw = body.subarray(aboveStart, end)
    } else {
      const fields = newFields()
      readPairs(octets, pairsStart, end, fields)
      const record: FieldRecord = {
        kind: 'fields',
        type: keyword || type,
        fields,
        raw: lines.raw(),
      }
      // Rows of the table `transaction` spell it otherwise.
      const time =
        fields.time ?? fields.Time ?? fields.TIME ?? fields.time_second ?? fields.Time_second
      const instant = time === undefined ? undefined : clock?.(time)
      if (instant !== undefined) record.instant = instant
      records.push(record)
      if (keyword !== '') above = record
      aboveStart = start
    }
  }
  return { records, unparsed }
}

/** Reads pairs up to the end of the line; if a key is given twice, the first counts. */
function readPairs(
  octets: Octets,
  start: number,
  end: number,
  fields: Record<string, string>,
): void {
  for (let at = start; at <= end; ) {
    const pieceEnd = octets.find(TAB, at, end)
    const keyStart = octets.skip(SPACES, at, pieceEnd)
    const equals = octets.find(EQUALS, keyStart, pieceEnd)
    if (keyStart < pieceEnd) {
      const key = octets.textOf(keyStart, octets.trim(SPACES, keyStart, equals))
      const valueStart = Math.min(equals + 1, pieceEnd)
      if (!(key in fields)) fields[key] = octets.textOf(valueStart, pieceEnd)
    }
    at = pieceEnd + 1
  }
}

function operationOf(
  octets: Octets,
  columnsStart: number,
  lines: Lines,
  clock: Clock | undefined,
): OperationRecord | undefined {
  const { end } = lines
  if (octets.count(TAB, columnsStart, end) >= MOST_PAIRS) return undefined
  const columns: string[] = []
  for (let at = columnsStart; at <= end; ) {
    const columnEnd = octets.find(TAB, at, end)
    columns.push(octets.textOf(at, columnEnd))
    at = columnEnd + 1
  }
  const [operation = '', admin = '', time = '', ...parameters] = columns
  if (operation === '' || time === '') return undefined
  const record: OperationRecord = {
    kind: 'operation',
    type: 'oplog',
    operation,
    admin,
    time,
    parameters,
    raw: lines.raw(),
  }
  const instant = clock?.(time)
  if (instant !== undefined) record.instant = instant
  return record
}

/** Whether a line begins with a keyword. */
export function hasKeyword(octets: Octets, start: number, end: number, type: string): boolean {
  return keywordEndOf(octets, start, end, type) > start
}

// A keyword is a word with a blank after it. With a TAB after it, any word could be the first key:
// only those count that terminals send, and the table.
function keywordEndOf(octets: Octets, start: number, end: number, type: string): number {
  const { body } = octets
  const limit = Math.min(end, start + LONGEST_KEYWORD + 1)
  let wordEnd = start
  while (wordEnd < limit && body[wordEnd] !== SPACE && body[wordEnd] !== TAB) wordEnd++
  if (wordEnd === limit || wordEnd === start) return start
  const word = octets.asciiOf(start, wordEnd)
  const isKeyword = body[wordEnd] === SPACE ? KEYWORD.test(word) : isTable(word.toLowerCase(), type)
  return isKeyword ? wordEnd : start
}

function isTable(word: string, type: string): boolean {
  return word === type || KEYWORDS.has(word)
}

// Keys have no blanks, so that a sentence with a = in it isn't a record, and no control characters.
function firstKeyOf(octets: Octets, start: number, end: number): string | undefined {
  const pieceEnd = octets.find(TAB, start, end)
  const equals = octets.find(EQUALS, start, pieceEnd)
  const keyEnd = octets.trim(SPACES, start, equals)
  if (equals === pieceEnd || keyEnd === start) return undefined
  const { body } = octets
  for (let at = start; at < keyEnd; at++) if ((body[at] as number) <= SPACE) return undefined
  return octets.textOf(start, keyEnd)
}

// The beginning of a command and its reply: the database cuts what is long.
import type { IssuedCommand } from '../command.js'
import { BEGINNING, fieldsOf, firstFields, MOST_FIELDS } from '../queue/beginning.js'
import type { CommandBeginning, ReplyBeginning } from '../queue/storage.js'
import { cut } from '../queue/summary.js'
import { idKey, SUMMARY, summaryOf } from './command-row.js'
import { type Database, type Row, read, type Steps } from './step.js'
import { bytes, number, serial, unasciiCut } from './text.js'

// A character takes six in ASCII; around a name and a value there are eight.
const ESCAPED = 6 * BEGINNING
const FIELDS = ESCAPED + 8 * (MOST_FIELDS + 1)
const FIELDS_START = '{"pairs":['
const PAIR = /\[("(?:[^"\\]|\\.)*"),("(?:[^"\\]|\\.)*")\]/g

const start = (value: string, from = '1') => `SUBSTR(${value}, ${from}, ${BEGINNING})`

const find = (inRaw: string) => `
  SELECT ${SUMMARY}, text_bytes, content_length, SUBSTR(reply_fields, 1, ${FIELDS}) AS fields_start,
    (SELECT SUBSTR(tail, 1, ${ESCAPED}) FROM iclock_texts AS t WHERE t.position = c.position) AS text_more,
    LENGTH(reply_raw) AS raw_bytes, ${start('reply_raw')} AS raw_start,
    LENGTH(reply_content) AS content_bytes, ${start('reply_content')} AS content_start,
    ${start('reply_raw', `LENGTH(reply_raw) - ${inRaw} + 1`)} AS content_in_raw
  FROM iclock_commands AS c WHERE serial_number = ? AND id_key = ?`
const FIND = find('content_length')
// PostgreSQL cuts bytes by integers alone.
const FIND_IN_POSTGRES = find('CAST(content_length AS integer)')

/** Finds the beginning of one command: see `CommandStorage.findBeginning`. */
export function* findBeginning<Issued extends IssuedCommand>(
  serialNumber: string,
  commandId: string,
  dialect: Database['dialect'],
): Steps<CommandBeginning<Issued> | undefined> {
  const sql = dialect === 'postgres' ? FIND_IN_POSTGRES : FIND
  const [row] = yield* read(sql, serial(serialNumber), idKey(commandId))
  if (row === undefined) return undefined
  const { reply, ...summary } = summaryOf<Issued>(row)
  const { text, ...rest } = summary
  return {
    ...rest,
    ...(text !== undefined && {
      text: cut(text + unasciiCut(String(row.text_more ?? '')), BEGINNING),
      textBytes: number(row.text_bytes) ?? 0,
    }),
    ...(reply && { reply: { ...reply, ...replyBeginning(row) } }),
  }
}

function replyBeginning(row: Row): ReplyBeginning {
  const { pairs, isWhole } = pairsIn(String(row.fields_start))
  const shown = pairs.slice(0, firstFields(pairs))
  const inRaw = number(row.content_length)
  const contentBytes = inRaw ?? number(row.content_bytes)
  return {
    ...fieldsOf(shown, !isWhole || shown.length < pairs.length),
    ...(contentBytes !== undefined && {
      content: bytesOr(inRaw === undefined ? row.content_start : row.content_in_raw),
      contentBytes,
    }),
    raw: bytesOr(row.raw_start),
    rawBytes: number(row.raw_bytes) ?? 0,
  }
}

/** The pairs at the beginning of what `replyRowOf` packed, and whether they are all. */
function pairsIn(packed: string): { pairs: [string, string][]; isWhole: boolean } {
  const pairs: [string, string][] = []
  let end = FIELDS_START.length
  for (const match of packed.matchAll(PAIR)) {
    const [text, name = '', value = ''] = match
    pairs.push([JSON.parse(name), JSON.parse(value)])
    end = match.index + text.length
  }
  return { pairs, isWhole: packed[end] === ']' }
}

// Of no bytes, SQLite makes NULL.
function bytesOr(value: unknown): Buffer {
  return value === null ? NOTHING : bytes(value)
}

const NOTHING = Buffer.alloc(0)

// The beginning of a command and its reply: the database cuts what is long.
import type { IssuedCommand } from '../command.js'
import type { Promised } from '../promised.js'
import { BEGINNING, fieldsOf, firstFields, MOST_FIELDS } from '../queue/beginning.js'
import type { CommandStorage, ReplyBeginning } from '../queue/storage.js'
import { cut } from '../queue/summary.js'
import { PROGRESS, REPLY_SUMMARY, type SummaryRow, summaryOf } from './command-row.js'
import type { Database } from './query.js'
import { beginning, keyOfText } from './text.js'

/** The beginning of a reply as a row has it, bytes in base64. */
interface ReplyRow extends Pick<ReplyBeginning, 'rawBytes'> {
  fields: [name: string, value: string][]
  fieldCount: number
  raw: string
  content: string | null
  contentBytes: number | null
}

interface BeginningRow<Issued extends IssuedCommand> extends SummaryRow<Issued> {
  textBytes: number | null
  reply: (NonNullable<SummaryRow<Issued>['reply']> & ReplyRow) | null
}

const start = (value: string, from = '1') => {
  return `encode(substring(${value}, ${from}, ${BEGINNING}), 'base64')`
}

// Around a name and a value there are eight octets, and one octet takes seven if it is escaped.
const FIELDS = `
  SELECT coalesce(json_agg(pair ORDER BY place), '[]') FROM (
    SELECT pair, place, sum(octet_length(pair::text)) OVER (ORDER BY place) AS octets
    FROM jsonb_array_elements(fields) WITH ORDINALITY AS own (pair, place) ORDER BY place LIMIT ${MOST_FIELDS}
  ) AS first WHERE octets <= ${7 * BEGINNING + 8 * MOST_FIELDS}`

const FIND = `
  SELECT json_build_object(${PROGRESS}, 'text', ${beginning('text', BEGINNING)}, 'textBytes', octet_length(text),
    'reply', CASE WHEN replied_at IS NOT NULL THEN json_build_object(${REPLY_SUMMARY},
      'fields', (${FIELDS}), 'fieldCount', jsonb_array_length(fields),
      'raw', ${start('raw')}, 'rawBytes', octet_length(raw),
      'content', coalesce(${start('raw', 'octet_length(raw) - content_length + 1')}, ${start('content')}),
      'contentBytes', coalesce(content_length, octet_length(content))) END)::text AS row
  FROM :schema.commands WHERE serial_number = $1 AND id_key = $2`

/** Finds the beginning of one command: see `CommandStorage.findBeginning`. */
export function beginningsOn<Issued extends IssuedCommand>(
  database: Database,
): Required<Pick<Promised<CommandStorage<Issued>>, 'findBeginning'>> {
  return {
    async findBeginning(serialNumber, commandId) {
      const values = [serialNumber, keyOfText(commandId)]
      const [row] = await database.rows<BeginningRow<Issued>>(FIND, values)
      if (row === undefined) return undefined
      const { reply, ...summary } = summaryOf(row)
      return {
        ...summary,
        ...(row.text !== null && {
          text: cut(row.text, BEGINNING),
          textBytes: row.textBytes ?? 0,
        }),
        ...(reply && row.reply && { reply: { ...reply, ...replyBeginning(row.reply) } }),
      }
    },
  }
}

function replyBeginning({
  fields,
  fieldCount,
  raw,
  rawBytes,
  content,
  contentBytes,
}: ReplyRow): ReplyBeginning {
  const shown = fields.slice(0, firstFields(fields))
  return {
    ...fieldsOf(shown, shown.length < fieldCount),
    ...(content !== null && { content: Buffer.from(content, 'base64') }),
    ...(contentBytes !== null && { contentBytes }),
    raw: Buffer.from(raw, 'base64'),
    rawBytes,
  }
}

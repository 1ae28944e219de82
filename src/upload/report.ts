// Outcomes of commands that arrive as uploads: replies posted to cdata, and commands named by
// ERRORLOG. Pure.

import { parseReplies } from '../reply/parse.js'
import type { CommandReply, ParsedReplies } from '../reply/reply.js'
import { fieldOf, newFields } from './fields.js'
import type { Upload, UploadRecord } from './upload.js'

const COMMAND_ID = /^[0-9A-Za-z]{1,16}$/

/**
 * The replies in a body that has no table (seen on a time clock that posts them to `cdata`), and
 * the lines between them; undefined if there are no replies.
 */
export function repliesIn(
  body: Buffer,
  { serialNumber, table, stamp, query }: Pick<Upload, 'serialNumber' | 'table' | 'stamp' | 'query'>,
  encoding: string,
  maxRecords: number,
): ParsedReplies | undefined {
  if (table !== undefined || stamp !== undefined || Object.keys(query).length > 0) return undefined
  const parsed = parseReplies(body, { serialNumber, encoding, maxRecords })
  return parsed.replies.length > 0 ? parsed : undefined
}

/**
 * The failure that a line of `ERRORLOG` reports (PUSH manual, "Upload error log"), as a reply;
 * undefined for any other record, and for errors of no command. `commandName` is `ERRORLOG`, which
 * `outcomeOf` reads as a failure; `returnCode` is null, because the terminal sends none; `fields` and
 * `raw` are those of the line.
 */
export function failureOf(record: UploadRecord, serialNumber: string): CommandReply | undefined {
  if (record.kind !== 'fields' || record.type !== 'errorlog') return undefined
  const commandId = fieldOf(record.fields, 'CmdId') ?? ''
  if (!COMMAND_ID.test(commandId)) return undefined
  return {
    serialNumber,
    commandId,
    returnCode: null,
    commandName: 'ERRORLOG',
    fields: Object.assign(newFields(), record.fields),
    raw: record.raw,
  }
}

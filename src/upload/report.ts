// Outcomes of commands that arrive as uploads: replies posted to cdata, and commands named by ERRORLOG. Pure.

import { parseReplies } from '../reply/parse.js'
import type { CommandReply, ParsedReplies } from '../reply/reply.js'
import { newFields } from './octets.js'
import { fieldOf } from './pairs.js'
import type { Upload, UploadRecord } from './upload.js'

const COMMAND_ID = /^[0-9A-Za-z]{1,16}$/

/**
 * The replies in a body that has no table (seen on a time-clock that posts them to `cdata`); undefined if it has any
 * line that isn't one.
 */
export function repliesIn(
  body: Buffer,
  { serialNumber, table, stamp, query }: Pick<Upload, 'serialNumber' | 'table' | 'stamp' | 'query'>,
  encoding: string,
  maxRecords: number,
): ParsedReplies | undefined {
  if (table !== undefined || stamp !== undefined || Object.keys(query).length > 0) return undefined
  const parsed = parseReplies(body, serialNumber, encoding, maxRecords)
  return parsed.replies.length > 0 && parsed.unparsed.length === 0 ? parsed : undefined
}

/**
 * The commands that failed according to `ERRORLOG` (PUSH manual, "Upload error log"), each as a reply: `commandName` is
 * `ERRORLOG`, which `outcomeOf` reads as a failure; `returnCode` is null, because the device sends none; `fields` and
 * `raw` are those of the line.
 */
export function failuresIn(records: readonly UploadRecord[], serialNumber: string): CommandReply[] {
  const replies: CommandReply[] = []
  for (const record of records) {
    if (record.kind !== 'fields' || record.type !== 'errorlog') continue
    const commandId = fieldOf(record.fields, 'CmdId') ?? ''
    if (!COMMAND_ID.test(commandId)) continue
    const fields = Object.assign(newFields(), record.fields)
    replies.push({
      serialNumber,
      commandId,
      returnCode: null,
      commandName: 'ERRORLOG',
      fields,
      raw: record.raw,
    })
  }
  return replies
}

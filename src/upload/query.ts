// The query of an upload: its table, its stamp, its command. Pure.
import type { Target } from '../endpoint/query.js'
import { isStamp } from '../terminal/storage.js'
import { newFields } from './fields.js'
import type { Upload } from './upload.js'

/** The members of an upload that come from its query. */
export type UploadQuery = Pick<
  Upload,
  'table' | 'tableName' | 'stamp' | 'count' | 'commandId' | 'packet' | 'query'
>

// They go back to the terminal, or into keys. Anything else stays only in `query`.
const NAME = /^[\w.-]{1,64}$/
const COMMAND_ID = /^[\w-]{1,32}$/
const NUMBER = /^\d{1,9}$/

/** Reads a query. Letter case of keys is ignored; if a key is given twice, the first counts. */
export function readQuery(target: Target): UploadQuery {
  const query = newFields()
  for (const [name, [sent, value]] of target.first) if (name !== 'sn') query[sent] = value
  const table = checked(NAME, target.value('table') ?? target.value('type'))
  const tableName = checked(NAME, target.value('tablename'))
  const stamp = target.value('stamp') ?? target.value('opstamp') ?? target.value('photostamp')
  const commandId = checked(COMMAND_ID, target.value('cmdid'))
  const count = checked(NUMBER, target.value('count'))
  const index = checked(NUMBER, target.value('packidx'))
  const packets = checked(NUMBER, target.value('packcnt'))
  const read: UploadQuery = { query }
  if (table !== undefined) read.table = table
  if (tableName !== undefined) read.tableName = tableName
  if (isStamp(stamp)) read.stamp = stamp
  if (commandId !== undefined) read.commandId = commandId
  if (count !== undefined) read.count = Number(count)
  if (index !== undefined && packets !== undefined) {
    read.packet = { index: Number(index), count: Number(packets) }
  }
  return read
}

function checked(form: RegExp, value: string | undefined): string | undefined {
  return value !== undefined && form.test(value) ? value : undefined
}

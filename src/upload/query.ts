// The query of an upload: its table, its stamp, its command. Pure.
import { newFields } from './octets.js'
import type { Upload } from './upload.js'

/** The members of an upload that come from its query. */
export type UploadQuery = Pick<
  Upload,
  'table' | 'tableName' | 'stamp' | 'count' | 'commandId' | 'packet' | 'query'
>

// They go back to the terminal, or into keys. Anything else stays only in `query`.
const NAME = /^[\w.-]{1,64}$/
const COMMAND_ID = /^[\w-]{1,32}$/
const STAMP = /^\d{1,20}$/
const NUMBER = /^\d{1,9}$/

/**
 * Reads a query, without its `?`. Letter case of keys is ignored; if a key is given twice, the
 * first counts.
 */
export function readQuery(text: string): UploadQuery {
  const query = newFields()
  const members = new Map<string, string>()
  for (const [key, value] of new URLSearchParams(text)) {
    const name = key.toLowerCase()
    if (name === 'sn' || members.has(name)) continue
    members.set(name, value)
    query[key] = value
  }
  const table = checked(NAME, members.get('table') ?? members.get('type'))
  const tableName = checked(NAME, members.get('tablename'))
  const stamp = checked(
    STAMP,
    members.get('stamp') ?? members.get('opstamp') ?? members.get('photostamp'),
  )
  const commandId = checked(COMMAND_ID, members.get('cmdid'))
  const count = checked(NUMBER, members.get('count'))
  const index = checked(NUMBER, members.get('packidx'))
  const packets = checked(NUMBER, members.get('packcnt'))
  const read: UploadQuery = { query }
  if (table !== undefined) read.table = table
  if (tableName !== undefined) read.tableName = tableName
  if (stamp !== undefined) read.stamp = stamp
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

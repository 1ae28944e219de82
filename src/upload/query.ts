// The query of an upload: its table, its stamp, its command. Pure.
import { newFields } from './octets.js'
import type { Upload } from './upload.js'

/** The members of an upload that come from its query. */
export type UploadQuery = Pick<
  Upload,
  'table' | 'tableName' | 'stamp' | 'count' | 'commandId' | 'packet' | 'query'
>

// They go back to the terminal, or into keys. Anything else stays in `query` alone.
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
  const read: UploadQuery = { query }
  const take = (form: RegExp, ...keys: string[]) => {
    for (const key of keys) {
      const value = members.get(key)
      if (value !== undefined) return form.test(value) ? value : undefined
    }
    return undefined
  }
  const numberOf = (key: string) => {
    const value = take(NUMBER, key)
    return value === undefined ? undefined : Number(value)
  }
  const table = take(NAME, 'table', 'type')
  const tableName = take(NAME, 'tablename')
  const stamp = take(STAMP, 'stamp', 'opstamp', 'photostamp')
  const commandId = take(COMMAND_ID, 'cmdid')
  const count = numberOf('count')
  const [index, packets] = [numberOf('packidx'), numberOf('packcnt')]
  if (table !== undefined) read.table = table
  if (tableName !== undefined) read.tableName = tableName
  if (stamp !== undefined) read.stamp = stamp
  if (commandId !== undefined) read.commandId = commandId
  if (count !== undefined) read.count = count
  if (index !== undefined && packets !== undefined) read.packet = { index, count: packets }
  return read
}

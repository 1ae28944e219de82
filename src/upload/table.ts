// The table that an upload belongs to. Pure.
import { fieldOf } from './fields.js'
import type { Upload } from './upload.js'

/**
 * Returns the table of an upload, in lower case; `''` if unknown. Terminals before 2010 send no
 * table: `Stamp` alone is attendance, `OpStamp` users and operations. It is the type of lines that
 * aren't valid records.
 *
 * @example
 * tableOf(upload) // 'attlog'
 */
export function tableOf({
  table,
  tableName,
  query,
}: Pick<Upload, 'table' | 'tableName' | 'query'>): string {
  if (isTableData(table) && tableName !== undefined) return tableName.toLowerCase()
  if (table !== undefined) return table.toLowerCase()
  if (fieldOf(query, 'PhotoStamp') !== undefined) return 'attphoto'
  if (fieldOf(query, 'OpStamp') !== undefined) return 'operlog'
  if (fieldOf(query, 'Stamp') !== undefined) return 'attlog'
  return ''
}

/**
 * Whether rows come as `tabledata`, or as `vmtable` (a list of wireless networks): access terminals
 * expect both to be confirmed by table and count.
 */
export function isTableData(table: string | undefined): boolean {
  return /^(?:tabledata|vmtable)$/i.test(table ?? '')
}

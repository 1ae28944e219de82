// What a terminal reads once an upload is stored: it sends it again until it reads this. Pure.
import { isTableData } from './parse.js'
import type { UploadQuery } from './query.js'

// Access terminals and photos expect a bare OK.
const UNCOUNTED = new Set([
  ...['rtlog', 'rtstate', 'options', 'count', 'attphoto', 'postverifydata', ''],
])

/**
 * The text that confirms an upload. The count of `tabledata` is the terminal's own, not the number
 * of records read.
 */
export function acknowledgementOf(query: UploadQuery, type: string, lines: number): string {
  const { table, tableName, count = lines } = query
  if (isTableData(table)) return tableName === undefined ? 'OK' : `${tableName}=${count}`
  return UNCOUNTED.has(type) ? 'OK' : `OK: ${lines}`
}

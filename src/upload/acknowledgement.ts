// What a terminal reads once an upload is stored: it sends it again until it reads this. Pure.
import { describe, wrong } from '../check.js'
import type { UploadQuery } from './query.js'
import { isTableData } from './table.js'

/**
 * How an upload is confirmed: `OK`, `OK: 3`, or `user=3` for the table `user`. The number of `table=n`
 * is the terminal's own count, if it sent one.
 */
export type AcknowledgementForm = (typeof FORMS)[number]

/**
 * Forms by table, in any letter case: the name of `tablename`, or else of `table` or `type`.
 * `tabledata` stands for all rows that come under that name.
 */
export type AcknowledgementForms = Readonly<Record<string, AcknowledgementForm>>

const FORMS = ['OK', 'OK: n', 'table=n'] as const
const TABLE = /^[\w.-]{1,64}$/
// Access terminals and photos expect a bare OK.
const UNCOUNTED = new Set([
  ...['rtlog', 'rtstate', 'options', 'count', 'attphoto', 'postverifydata', ''],
])

/** @throws TypeError if an option `acknowledgements` isn't an object of forms by table */
export function acknowledgementForms(
  forms: AcknowledgementForms = {},
): ReadonlyMap<string, AcknowledgementForm> {
  if (typeof forms !== 'object' || forms === null || Array.isArray(forms)) {
    throw wrong('acknowledgements', forms, "an object of forms by table, such as { user: 'OK' }")
  }
  return new Map(
    Object.entries(forms).map(([table, form]) => {
      if (!TABLE.test(table)) throw wrong('acknowledgements', table, 'names of tables')
      if (FORMS.includes(form)) return [table.toLowerCase(), form]
      throw wrong(`acknowledgements.${table}`, form, FORMS.map(describe).join(' or '))
    }),
  )
}

/**
 * The text that confirms an upload. The count of `tabledata` is the terminal's own, not the number
 * of records read.
 *
 * @param forms those of this terminal, by table in lower case
 */
export function acknowledgementOf(
  query: UploadQuery,
  type: string,
  lines: number,
  forms: ReadonlyMap<string, AcknowledgementForm>,
): string {
  const { table, tableName, count = lines } = query
  const name = tableName ?? table
  const isRows = isTableData(table)
  if (forms.size > 0) {
    const form = forms.get((name ?? type).toLowerCase()) ?? (isRows && forms.get('tabledata'))
    if (form === 'OK: n') return `OK: ${lines}`
    if (form === 'table=n' && name !== undefined) return `${name}=${count}`
    if (form) return 'OK'
  }
  if (isRows) return tableName === undefined ? 'OK' : `${tableName}=${count}`
  return UNCOUNTED.has(type) ? 'OK' : `OK: ${lines}`
}

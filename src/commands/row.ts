// Rows of tables that have no builder of their own: the app names the keys, as its manual does.
import { ownOf, quoted } from '../check.js'
import { type BuiltCommand, ONCE } from './built.js'
import { type BuilderName, build, row, type TextOptions } from './line.js'
import { refused } from './refusal.js'
import { deleting, type Field, required, updating } from './shape.js'
import { CONTENT, isString, MOST_CONTENT, matching, type Value } from './value.js'

/** A row, or what selects one. */
export interface Row {
  /** The table, in the manual's letter case. */
  table: string
  /**
   * The keys in the manual's letter case and order, with their values. Text may have `=` only at its
   * end, as base64 does; bytes are written in base64. Never shown in an error.
   */
  fields: Readonly<Record<string, string | number | Uint8Array>>
}

const NAME = /^[A-Za-z]\w{0,31}$/
const TABLE = matching(NAME, "a string: the name of a table, such as 'ShortcutKey'")
const FIELDS: Value = {
  expected: "an object with at least one field, such as { KeyID: '1' }",
  isTyped: () => false,
  text(value) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && Object.keys(value).length > 0 ? '' : undefined
  },
}
const VALUE: Value = {
  expected:
    'a whole number, bytes, or a string without control characters, and without = before its end',
  isSecret: true,
  isTyped: (value) => typeof value === 'number' || CONTENT.isTyped(value),
  text(value) {
    if (Number.isSafeInteger(value)) return String(value)
    if (!isString(value)) return CONTENT.text(value)
    return /^[^=]*={0,2}$/.test(value) && value.length <= MOST_CONTENT ? value : undefined
  },
}

/**
 * Adds or replaces a row.
 *
 * @param own the tables that have a builder, in lower case, and its name
 */
export function puttingRow(
  builder: BuilderName,
  own: Readonly<Record<string, string>>,
  given: Row,
  options?: TextOptions,
): BuiltCommand {
  const { table, fields } = checked(builder, given)
  const better = ownOf(own, table.toLowerCase())
  if (better === undefined) return build(builder, updating(table, fields), given.fields, options)
  throw new TypeError(
    `express-iclock: ${builder}: the table ${quoted(table)} has a builder of its own; expected a call of ${better}`,
  )
}

/** Deletes the rows that have these values. */
export function deletingRows(
  builder: BuilderName,
  given: Row,
  options?: TextOptions,
): BuiltCommand {
  const { table, fields } = checked(builder, given)
  return build(builder, { ...deleting(table, ...fields), nature: ONCE }, given.fields, options)
}

function checked(builder: BuilderName, given: Row): { table: string; fields: Field[] } {
  row(builder, [required('', 'table', TABLE), required('', 'fields', FIELDS)], given)
  const { table, fields } = given
  return { table, fields: Object.keys(fields).map((name) => rowField(builder, name)) }
}

/** A field whose key the app names; its member is its key, behind `prefix`. */
export function rowField(builder: BuilderName, name: string, prefix = ''): Field {
  if (NAME.test(name)) return required(name, `${prefix}${name}`, VALUE)
  throw refused(
    builder,
    `${prefix}${name}`,
    "is no key of a field; expected letters and digits, such as 'KeyID'",
  )
}

// The form of a command: its first words, its fields in order, and its limits.
import { DATA, type Nature, QUERY } from './built.js'
import type { Value } from './value.js'

/** A field of a line: `Key=value`, or the bare value if the key is empty. */
export interface Field {
  key: string
  /** The builder's member that the value comes from; missing for a fixed text. */
  member?: string
  value?: Value
  /** The value if the member is missing; if undefined, the field is left out. */
  absent?: string
  isRequired?: boolean
}

/** The form of a command. */
export interface Shape {
  /** The first words, exactly as the manual prints them. */
  head: string
  /** In the order of the line. */
  fields?: readonly Field[]
  nature: Nature
  /** The separator of two fields; a TAB by default. */
  between?: string
  /** Keys that firmware also looks for in this command, but no field writes. */
  alsoRead?: readonly string[]
  /** The keys whose values identify the intent, or `'text'` for the whole text; none by default. */
  intent?: readonly string[] | 'text'
}

/** A required field. */
export function required(key: string, member: string, value: Value): Field {
  return { key, member, value, isRequired: true }
}

/** A field that is left out, or written as `absent`, if its member is undefined. */
export function optional(key: string, member: string, value: Value, absent?: string): Field {
  return absent === undefined ? { key, member, value } : { key, member, value, absent }
}

/** A field that is always the same. */
export function fixed(key: string, absent: string): Field {
  return { key, absent }
}

/** Adds or replaces a row of a table. A newer one with the same `intent` replaces an unsent one. */
export function updating(
  table: string,
  fields: readonly Field[],
  intent?: readonly string[],
): Shape {
  const shape = { head: `DATA UPDATE ${table}`, fields, nature: DATA }
  return intent === undefined ? shape : { ...shape, intent }
}

/** Deletes the rows of a table that its fields select. */
export function deleting(table: string, ...fields: readonly Field[]): Shape {
  return { head: `DATA DELETE ${table}`, fields, nature: DATA }
}

/** Asks for the rows of a table that its fields select. Another one asks the same. */
export function querying(table: string, ...fields: readonly Field[]): Shape {
  return { head: `DATA QUERY ${table}`, fields, nature: QUERY, intent: 'text' }
}

/** A command of one or two words, without fields. Another one says the same. */
export function plain(head: string, nature: Nature): Shape {
  return { head, nature, intent: 'text' }
}

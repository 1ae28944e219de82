// Writes a command line from a table of fields, and refuses what old or new firmware would misread.
import { describe, quoted } from '../check.js'
import type { BuiltCommand, Nature } from './built.js'
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

interface Written {
  field: Field
  text: string
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

/**
 * Writes a command.
 *
 * @throws TypeError or RangeError that names the builder and the member, what came (never a secret)
 * and what was expected
 */
export function build(builder: string, shape: Shape, members: object = {}): BuiltCommand {
  const { head, fields = [], nature, between = '\t', alsoRead = [], intent } = shape
  const written = write(builder, fields, members)
  checkKeys(builder, shape.head, written, [...fields.map(({ key }) => key), ...alsoRead], between)
  const body = textOf(written, between)
  const text = body === '' ? head : `${head} ${body}`
  if (intent === undefined) return { text, ...nature }
  const named = written.filter(({ field }) => intent.includes(field.key))
  const key = intent === 'text' ? text : `${head} ${textOf(named, ' ')}`
  return { text, key, ...nature }
}

/** Writes fields alone, for a command that nests them. */
export function row(builder: string, fields: readonly Field[], members: object): string {
  return textOf(write(builder, fields, members), '\t')
}

function textOf(written: readonly Written[], between: string): string {
  return written.map(({ text }) => text).join(between)
}

function write(builder: string, fields: readonly Field[], members: object): Written[] {
  checkNames(builder, fields, members)
  const values = new Map(Object.entries(members))
  return fields.flatMap((field) => {
    const text = fieldText(builder, field, values.get(field.member ?? ''))
    if (text === undefined) return []
    return { field, text: field.key === '' ? text : `${field.key}=${text}` }
  })
}

function fieldText(builder: string, field: Field, came: unknown): string | undefined {
  const { member, value, absent, isRequired } = field
  if (member === undefined || value === undefined) return absent
  if (came === undefined && !isRequired) return absent
  const text = value.text(came)
  if (text !== undefined) return text
  const shown = value.isSecret ? hidden(came) : describe(came)
  const message = `express-iclock: ${builder}: "${member}" is ${shown}; expected ${value.expected}`
  throw value.isTyped(came) ? new RangeError(message) : new TypeError(message)
}

function checkNames(builder: string, fields: readonly Field[], members: unknown): void {
  const known = [...new Set(fields.flatMap(({ member }) => member ?? []))]
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    const expected = `an object with ${known.join(', ')}`
    throw new TypeError(`express-iclock: ${builder} got ${describe(members)}; expected ${expected}`)
  }
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue
    const similar = known.find((member) => member.toLowerCase() === name.toLowerCase())
    const hint = similar ? `did you mean "${similar}"?` : `the members are ${known.join(', ')}`
    throw new TypeError(`express-iclock: ${builder}: there is no member ${quoted(name)}; ${hint}`)
  }
}

// Old firmware reads a field at the first `Key=` anywhere in the line. Letter case is ignored here
// because some firmware may ignore it too.
function checkKeys(
  builder: string,
  head: string,
  written: readonly Written[],
  keys: readonly string[],
  between: string,
): void {
  let line = `${head} `.toLowerCase()
  const starts = written.map(({ text }) => {
    const start = line.length
    line += text.toLowerCase() + between
    return start
  })
  for (const key of keys) {
    if (key === '') continue
    const at = line.indexOf(`${key.toLowerCase()}=`)
    const index = written.findIndex(({ field }) => field.key === key)
    if (at === -1 || at === starts[index]) continue
    const inside = written[starts.findLastIndex((start) => start <= at)]?.field
    const member = inside?.member ?? inside?.key
    throw new RangeError(
      `express-iclock: ${builder}: "${member}" would write "${key}=" where old firmware reads the field ${key}; ` +
        `expected a value without it, or that field before "${member}"`,
    )
  }
}

function hidden(value: unknown): string {
  if (typeof value === 'string') return `a string of length ${value.length} (not shown)`
  if (value instanceof Uint8Array) return `${value.length} bytes (not shown)`
  return `of type ${value === null ? 'null' : typeof value} (not shown)`
}

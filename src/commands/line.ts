// Writes a command line from its shape, and refuses what old or new firmware would misread.
import { checkNames, describe, quoted } from '../check.js'
import { encode, encodingOf, lostCharacter } from '../queue/encoding.js'
import type { Family } from '../reply/outcome.js'
import type { BuiltCommand } from './built.js'
import { refused, wrongValue } from './refusal.js'
import type { Field, Shape } from './shape.js'
import type { Value } from './value.js'

/** How a terminal reads text. */
export interface TextOptions {
  /**
   * The encoding that this terminal reads, a `TextDecoder` label: `'utf-8'` by default, `'gb18030'`
   * for Chinese-language terminals. Lengths are counted in it, and text that it lacks is refused.
   */
  encoding?: string
}

interface Written {
  field: Field
  text: string
}

/** The name of a builder, as an app writes it. */
export type BuilderName = `${Family | `dangerous.${Family}`}.${string}`

const FAMILY = /\b(attendance|access)\./
// CR and LF end a line, TAB a field, NUL a C string; no terminal shows the other control
// characters.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u

/**
 * Writes a command.
 *
 * @throws IclockError `VALUE_REFUSED` if a value can't be part of it, TypeError for anything else;
 * both name the builder and the member, what came (never a secret) and what was expected
 */
export function build(
  builder: BuilderName,
  shape: Shape,
  members: object = {},
  options: TextOptions = {},
): BuiltCommand {
  const { head, fields = [], nature, between = '\t', alsoRead = [], intent } = shape
  const written = write(builder, fields, members, between, options)
  checkKeys(builder, head, written, [...fields.map(({ key }) => key), ...alsoRead], between)
  const body = textOf(written, between)
  const text = body === '' ? head : `${head} ${body}`
  const command = { text, family: familyOf(builder), ...nature }
  if (intent === undefined) return command
  const named = written.filter(({ field }) => intent.includes(field.key))
  const key = intent === 'text' ? text : `${head} ${textOf(named, ' ')}`
  return { ...command, key }
}

/** Writes fields alone, for a command that nests them. */
export function row(
  builder: BuilderName,
  fields: readonly Field[],
  members: object,
  options: TextOptions = {},
): string {
  return textOf(write(builder, fields, members, '\t', options), '\t')
}

function familyOf(builder: BuilderName): Family {
  return FAMILY.exec(builder)?.[1] as Family
}

function textOf(written: readonly Written[], between: string): string {
  return written.map(({ text }) => text).join(between)
}

function write(
  builder: BuilderName,
  fields: readonly Field[],
  members: object,
  between: string,
  options: TextOptions,
): Written[] {
  checkMembers(builder, fields, members)
  checkNames(options, { encoding: true })
  const encoding = options.encoding === undefined ? 'utf-8' : encodingOf(options.encoding)
  const values = new Map(Object.entries(members))
  return fields.flatMap((field) => {
    const { key, member, value, absent, isRequired } = field
    let text = absent
    if (member !== undefined && value !== undefined) {
      const came = values.get(member)
      if (came !== undefined || isRequired) {
        text = valueText(builder, member, value, came, between, encoding)
      }
    }
    if (text === undefined) return []
    return { field, text: key === '' ? text : `${key}=${text}` }
  })
}

// The finished text is checked here, whatever wrote it: no value can end its field or its line.
function valueText(
  builder: BuilderName,
  member: string,
  value: Value,
  came: unknown,
  between: string,
  encoding: string,
): string {
  const text = value.text(came)
  if (
    text === undefined ||
    UNPRINTABLE.test(text) ||
    (between !== '' && text.includes(between)) ||
    (value.mostBytes !== undefined && encode(text, encoding).length > value.mostBytes)
  ) {
    throw wrongValue(builder, member, value, came, encoding)
  }
  const lost = lostCharacter(text, encoding)
  if (lost === undefined) return text
  throw refused(
    builder,
    member,
    `has ${quoted(lost)}, which ${quoted(encoding)} lacks; expected text that it can carry`,
  )
}

function checkMembers(builder: string, fields: readonly Field[], members: unknown): void {
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
    const member = inside?.member ?? inside?.key ?? ''
    throw refused(
      builder,
      member,
      `would write "${key}=" where old firmware reads the field ${key}; ` +
        `expected a value without it, or that field before "${member}"`,
    )
  }
}

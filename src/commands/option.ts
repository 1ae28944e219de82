// Options of a terminal: both families set and get them, in different words.
import { quoted } from '../check.js'
import { type BuiltCommand, DATA, QUERY } from './built.js'
import { build, required, row } from './line.js'
import { matching, rawText, type Value } from './value.js'

/** An option and its new value. */
export interface Option {
  /** Its name, in the terminal's letter case. */
  name: string
  /** At most 512 bytes, without commas. Never shown in an error. */
  value: string
}

// It may be a password.
const OPTION_VALUE: Value = {
  ...rawText('a string of at most 512 bytes without commas', (text) => {
    return Buffer.byteLength(text) <= 512 && !text.includes(',')
  }),
  isSecret: true,
}

const NAME = matching(
  /^[A-Za-z]\w{0,63}$/,
  'a string: an option name of letters and digits, without ~ (read-only options)',
)
const QUERY_NAME = matching(/^[~-]?[A-Za-z]\w{0,63}$/, 'an option name')

const NAMES: Value = {
  expected: "an array of option names such as ['FirmVer', '~SerialNumber']",
  isTyped: Array.isArray,
  text(value) {
    if (!Array.isArray(value) || value.length === 0 || value.length > 100) return undefined
    const texts = value.map((name) => QUERY_NAME.text(name))
    return texts.includes(undefined) ? undefined : texts.join(',')
  },
}

/** Sets options, each by its name; a newer setting of the same options is the same intent. */
export function setting(builder: string, head: string, options: object): BuiltCommand {
  const names = Object.keys(options ?? {})
  const unknown = names.find((name) => NAME.text(name) === undefined)
  if (names.length === 0 || unknown !== undefined) {
    const came = unknown === undefined ? 'no option' : `the option ${quoted(unknown)}`
    throw new RangeError(`express-iclock: ${builder} got ${came}; expected ${NAME.expected}`)
  }
  const fields = names.map((name) => required(name, name, OPTION_VALUE))
  const command = build(builder, { head, fields, nature: DATA, between: ',' }, options)
  return { ...command, key: `${head} ${names}` }
}

/** Sets one option. */
export function settingOne(builder: string, head: string, option: Option): BuiltCommand {
  row(builder, [required('', 'name', NAME), required('', 'value', OPTION_VALUE)], option)
  return setting(builder, head, { [option.name]: option.value })
}

/** Asks for options. */
export function getting(builder: string, head: string, names: readonly string[]): BuiltCommand {
  const shape = { head, fields: [required('', 'names', NAMES)], nature: QUERY }
  return build(builder, shape, { names })
}

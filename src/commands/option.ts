// Options of a terminal: both families set and get them, in different words.
import { type BuiltCommand, DATA, NOW, QUERY } from './built.js'
import { type BuilderName, build, row, type TextOptions } from './line.js'
import { refused } from './refusal.js'
import { required } from './shape.js'
import { TIME_CODE } from './time.js'
import { listOf, matching, rawText, type Value } from './value.js'

/** An option and its new value. */
export interface Option {
  /** Its name, in the terminal's letter case. */
  name: string
  /** At most 512 bytes, without commas. Never shown in an error. */
  value: string
}

// It may be a password.
const OPTION_VALUE: Value = {
  ...rawText(512, 'without commas and control characters', (text) => !text.includes(',')),
  isSecret: true,
}

const NAME = matching(
  /^[A-Za-z]\w{0,63}$/,
  'a string: an option name of letters and digits, without ~ (read-only options)',
)
const NAMES = listOf(
  matching(/^[~-]?[A-Za-z]\w{0,63}$/, 'an option name'),
  100,
  "an array of 1 to 100 option names such as ['FirmVer', '~SerialNumber']",
  (names) => (names.length === 0 ? undefined : names.join(',')),
)

/** Sets options, each by its name; a newer setting of the same options is the same intent. */
export function setting(
  builder: BuilderName,
  head: string,
  options: object,
  how?: TextOptions,
): BuiltCommand {
  const names = Object.keys(options ?? {})
  if (names.length === 0) {
    throw new TypeError(
      `express-iclock: ${builder} got no option; expected an object such as { Volume: '60' }`,
    )
  }
  for (const name of names) {
    if (NAME.text(name) !== undefined) continue
    throw refused(builder, name, `is no name of an option; expected ${NAME.expected}`)
  }
  const fields = names.map((name) => required(name, name, OPTION_VALUE))
  const command = build(builder, { head, fields, nature: DATA, between: ',' }, options, how)
  return { ...command, key: `${head} ${names}` }
}

/** Sets one option. */
export function settingOne(
  builder: BuilderName,
  head: string,
  option: Option,
  how?: TextOptions,
): BuiltCommand {
  row(builder, [required('', 'name', NAME), required('', 'value', OPTION_VALUE)], option, how)
  return setting(builder, head, { [option.name]: option.value }, how)
}

/** Asks for options. */
export function getting(
  builder: BuilderName,
  head: string,
  names: readonly string[],
): BuiltCommand {
  const shape = { head, fields: [required('', 'names', NAMES)], nature: QUERY }
  return build(builder, shape, { names })
}

/** Sets the clock, as an option whose value is a time code. A newer setting is the same intent. */
export function settingClock(
  builder: BuilderName,
  head: string,
  clock: { time: string },
): BuiltCommand {
  const fields = [required('DateTime', 'time', TIME_CODE)]
  return { ...build(builder, { head, fields, nature: NOW }, clock), key: `${head} DateTime` }
}

// Checks of what an app passes in, and how values are shown in messages.
import { IncomingMessage } from 'node:http'
import { inspect } from 'node:util'

/**
 * The names of an object's options: `true` for each, or an object with the names of its nested
 * options. TypeScript requires all of them.
 */
export type OptionNames<Options> = { readonly [Name in keyof Required<Options>]: true | object }

/** The longest delay in milliseconds; setTimeout treats longer ones as 1 ms. */
export const LONGEST_TIMER: number = 2 ** 31 - 1

const SPREAD =
  'if the adapter was spread from an instance of a class, { ...instance } leaves its methods behind: pass the instance, ' +
  'or bind each method'

/** @throws TypeError if an option is unknown, nested ones included */
export function checkNames<Options extends object>(
  options: Options,
  names: OptionNames<NoInfer<Options>>,
): void {
  if (options instanceof IncomingMessage) {
    throw new TypeError(
      'express-iclock: the options are a request; did you forget to call it? Mount what it returns, e.g. ' +
        'app.use(commandReplyRouter({ adapter })), not app.use(commandReplyRouter)',
    )
  }
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `express-iclock: the options are ${describe(options)}; expected { ${Object.keys(names)[0]} }`,
    )
  }
  for (const name of Object.keys(options) as (keyof Options & string)[]) {
    const nested: true | object = names[name]
    if (nested === true) continue
    if (!Object.hasOwn(names, name)) throw unknown(name, names, '')
    const value = options[name]
    // A function returns the object later.
    if (value === undefined || typeof value === 'function') continue
    if (typeof value !== 'object' || value === null) {
      throw wrong(name, value, `an object such as { ${Object.keys(nested)[0]} }`)
    }
    for (const own of Object.keys(value)) {
      if (!Object.hasOwn(nested, own)) throw unknown(own, nested, `${name}.`)
    }
  }
}

/**
 * What a table has under a name that a terminal or a person chose; undefined for `constructor` and
 * whatever else every object has.
 */
export function ownOf<Value>(
  table: Readonly<Record<string, Value>>,
  name: string,
): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function unknown(name: string, names: object, path: string): TypeError {
  const known = Object.keys(names)
  const similar = known.find((option) => option.toLowerCase() === name.toLowerCase())
  const expected = similar
    ? `did you mean "${path}${similar}"?`
    : `the options are ${known.join(', ')}`
  return new TypeError(`express-iclock: there is no option "${path}${name}"; ${expected}`)
}

/** @throws TypeError if an option that may be a function is something else */
export function checkFunction(option: string, value: unknown, expected: string): void {
  if (value !== undefined && typeof value !== 'function') throw wrong(option, value, expected)
}

/** @throws TypeError if an option is neither true nor false */
export function checkFlag(option: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrong(option, value, 'true or false')
}

/** @throws TypeError if an option isn't a whole number from `least` to `most` */
export function checkWhole(
  option: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  if (isWhole(value, least, most)) return
  const end = most === Number.MAX_SAFE_INTEGER ? 'on' : `to ${most}`
  throw wrong(option, value, `a whole number from ${least} ${end}`)
}

/** @throws TypeError if an option isn't a valid timer delay; 0 means no limit */
export function checkTimeout(option: string, value: unknown): void {
  if (isWhole(value, 0, LONGEST_TIMER)) return
  throw wrong(option, value, `whole milliseconds up to ${LONGEST_TIMER}, or 0 for no limit`)
}

/** Whether a value is a whole number from `least` to `most`. */
export function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
}

/** Whether a value is a Date. Under Jest it may come from another realm. */
export function isMoment(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]'
}

/**
 * Checks that the adapter has the functions an endpoint calls.
 *
 * @param smallerWay the way in for an adapter that lacks one of the required functions
 * @throws TypeError that names the call, and says what the endpoint needs it for
 */
export function checkAdapter(
  adapter: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
  smallerWay = '',
): void {
  const names = required.join(', ').replace(/, (?=[^,]*$)/, ' and ')
  const expected = `an object with the functions ${names}, such as memoryAdapter() returns`
  if (typeof adapter === 'function') {
    throw wrong('adapter', adapter, `${expected}; did you forget to call it?`)
  }
  if (typeof adapter !== 'object' || adapter === null) throw wrong('adapter', adapter, expected)
  if ('then' in adapter) throw wrong('adapter', adapter, `${expected}; await it first`)
  const calls = adapter as Record<string, unknown>
  for (const call of required) {
    if (typeof calls[call] === 'function') continue
    const hints = [mayBeSpread(calls, call) ? SPREAD : '', smallerWay].filter((hint) => hint !== '')
    throw wrong(`adapter.${call}`, calls[call], ['a function', ...hints].join('; '))
  }
  for (const call of optional) {
    if (calls[call] === undefined || typeof calls[call] === 'function') continue
    throw wrong(`adapter.${call}`, calls[call], 'a function, or undefined')
  }
}

function mayBeSpread(adapter: object, call: string): boolean {
  const isPlain = Object.getPrototypeOf(adapter) === Object.prototype
  return isPlain && !(call in adapter) && Object.keys(adapter).length > 0
}

/** An error that names the option, what came and what was expected. */
export function wrong(
  option: string,
  value: unknown,
  expected: string,
  cause?: unknown,
): TypeError {
  const message = `express-iclock: option "${option}" is ${describe(value)}; expected ${expected}`
  return new TypeError(message, cause === undefined ? undefined : { cause })
}

// Characters that show nothing, or turn the text around them: they could forge a line of a log.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

/**
 * Quotes and truncates untrusted text for error messages. Letters of every script stay readable;
 * what can't be seen is escaped.
 */
export function quoted(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40).replace(/[\ud800-\udbff]$/, '')}…` : text
  return JSON.stringify(shown).replace(HIDDEN, (character) => {
    return Array.from({ length: character.length }, (_, at) => {
      return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
    }).join('')
  })
}

/**
 * Describes a value for an error message. An object is only named by its class, and a URL shown
 * without its credentials: messages end up in logs.
 */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quoted(value.replace(/\/\/[^/?#]*@/g, '//…@'))
  if (typeof value === 'function') {
    return value.name === '' ? 'a function' : `the function ${quoted(value.name)}`
  }
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) {
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
    if (typeof name === 'string' && name !== '' && name !== 'Object') return `a ${quoted(name)}`
    return 'an object'
  }
  return inspect(value)
}

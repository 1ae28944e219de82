import { describe, expect, it } from 'vitest'
import {
  checkNames,
  checkTimeout,
  checkWhole,
  describe as described,
  LONGEST_TIMER,
  quoted,
} from '../src/check.js'

interface Options {
  adapter: object
  onError?(): void
  reply?: { limit?: number }
}

const NAMES = { adapter: true, onError: true, reply: { limit: true } } as const
const checked = (options: unknown) => () => checkNames(options as Options, NAMES)

describe('The names of options', () => {
  it.each([
    [{ adapter: {} }],
    [{ adapter: {}, onError: undefined, reply: undefined }],
    [{ adapter: {}, reply: { limit: 5 } }],
    [{ adapter: { anything: 1 } }],
    [{ adapter: {}, reply: () => ({ unknown: 1 }) }],
  ])('%j are known', (options) => {
    expect(checked(options)).not.toThrow()
  })

  it.each([
    [undefined, 'the options are undefined; expected { adapter }'],
    [5, 'the options are 5; expected { adapter }'],
    [{ limit: 5 }, 'there is no option "limit"; the options are adapter, onError, reply'],
    [{ ONERROR: 5 }, 'there is no option "ONERROR"; did you mean "onError"?'],
    [{ toString: 5 }, 'there is no option "toString"; the options are'],
    [{ reply: { size: 5 } }, 'there is no option "reply.size"; the options are limit'],
    [{ reply: { Limit: 5 } }, 'there is no option "reply.Limit"; did you mean "reply.limit"?'],
    [{ reply: null }, 'option "reply" is null; expected an object such as { limit }'],
    [{ reply: 5 }, 'option "reply" is 5; expected an object such as { limit }'],
  ])('%j are refused', (options, message) => {
    expect(checked(options)).toThrow(new TypeError(`express-iclock: ${message}`).message)
    expect(checked(options)).toThrow(TypeError)
  })
})

it.each([0, 11, 1.5, '5', Number.NaN, 5n, null, undefined])(
  'A whole number from 1 to 10 is not %s',
  (value) => {
    expect(() => checkWhole('count', value, 1, 10)).toThrow(
      `express-iclock: option "count" is ${described(value)}; expected a whole number from 1 to 10`,
    )
  },
)

it('A whole number without an end is any from its first on', () => {
  expect(() => checkWhole('count', Number.MAX_SAFE_INTEGER, 1)).not.toThrow()
  expect(() => checkWhole('count', 0, 1)).toThrow('expected a whole number from 1 on')
})

it.each([-1, 1.5, LONGEST_TIMER + 1, '5s'])('A timeout is not %s', (value) => {
  expect(() => checkTimeout('timeout', value)).toThrow(
    'expected whole milliseconds up to 2147483647, or 0 for no limit',
  )
})

it.each([0, 1, LONGEST_TIMER])('A timeout may be %s', (value) => {
  expect(() => checkTimeout('timeout', value)).not.toThrow()
})

it.each([
  ['a\r\n\u202e', '"a\\r\\n\\u202e"'],
  ['x'.repeat(50), `"${'x'.repeat(40)}…"`],
])('%j is shown escaped and cut short', (text, shown) => {
  expect(quoted(text)).toBe(shown)
})

it.each([
  ['mongodb://user:secret@host/hr', '"mongodb://…@host/hr"'],
  [[1, 2], 'an array of 2'],
  [{ password: 'x' }, 'an object'],
  [new Map(), 'a "Map"'],
  [Object.create(null), 'an object'],
  [() => {}, 'a function'],
  [described, 'the function "describe"'],
  [null, 'null'],
  [5n, '5n'],
])('%o is described without what it holds', (value, shown) => {
  expect(described(value)).toBe(shown)
})

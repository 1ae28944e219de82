import { describe, expect, it } from 'vitest'
import { commandReplyHandler, commandReplyRouter, memoryAdapter } from '../../src/index.js'

const adapter = memoryAdapter()
const { onReply } = adapter
const findCommand = () => undefined

describe('A wrong option is refused when the endpoint is made, by name, with what came and what was expected', () => {
  const size = 'expected a number of bytes above 0, or text such as "512kb" or "1mb"'
  const label =
    'expected a TextDecoder label of an encoding that contains ASCII, such as "utf-8" or "gb18030"'
  const storage =
    'expected an object with the functions findCommand and onReply, such as memoryAdapter() returns'

  it.each([
    [undefined, 'the options are undefined; expected { adapter }'],
    [{}, `option "adapter" is undefined; ${storage}`],
    [{ adapter: null }, `option "adapter" is null; ${storage}`],
    [
      { adapter: memoryAdapter },
      `option "adapter" is the function "memoryAdapter"; ${storage}; did you forget to call it?`,
    ],
    [
      { adapter: Promise.resolve(adapter) },
      `option "adapter" is a "Promise"; ${storage}; await it first`,
    ],
    [{ adapter: {} }, 'option "adapter.findCommand" is undefined; expected a function'],
    [
      { adapter: { findCommand, onReply: 'x' } },
      'option "adapter.onReply" is "x"; expected a function',
    ],
    [
      { adapter: { findCommand, onReply, onUnparsed: true } },
      'option "adapter.onUnparsed" is true; expected a function, or undefined',
    ],
    [
      { adapter: { findCommand, onReply, findCommands: () => [] } },
      'option "adapter.onReplies" is undefined; expected a function: findCommands and onReplies go together',
    ],
    [
      { adapter: { findCommand, onReply, onReplies: () => {} } },
      'option "adapter.findCommands" is undefined; expected a function: findCommands and onReplies go together',
    ],
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, null, true].map((limit) => [
      { adapter, limit },
      `option "limit" is ${limit}; ${size}`,
    ]),
    ...['', '0', '1 apple', '-1mb', 'one', '1mb!', 'x'.repeat(99)].map((limit) => [
      { adapter, limit },
      `option "limit" is "${limit.length > 40 ? `${limit.slice(0, 40)}…` : limit}"; ${size}`,
    ]),
    ...['klingon', 'utf-16', 'iso-2022-jp', ''].map((encoding) => [
      { adapter, encoding },
      `option "encoding" is "${encoding}"; ${label}`,
    ]),
    [{ adapter, encoding: 8 }, `option "encoding" is 8; ${label}`],
    ...[-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5s', null].map((timeout) => [
      { adapter, timeout },
      `option "timeout" is ${typeof timeout === 'string' ? `"${timeout}"` : timeout}; expected whole milliseconds up to 2147483647, or 0 for no limit`,
    ]),
    [
      { adapter, authorize: true },
      'option "authorize" is true; expected a function (serialNumber, req) that returns true or false',
    ],
    [{ adapter, Limit: 1 }, 'there is no option "Limit"; did you mean "limit"?'],
    [
      { adapter, maxSize: 1 },
      'there is no option "maxSize"; the options are adapter, afterReply, onError, limit, maxRecords, encoding, capacity, timeout, authorize, path',
    ],
    ...['', 'iclock', [], ['/a', 'b'], 7, null].map((path) => [
      { adapter, path },
      expect.stringMatching(
        /^express-iclock: option "path" is .*; expected a path that begins with "\/", or a list of such paths$/,
      ),
    ]),
  ])('%o is refused', (options, message) => {
    const expected = typeof message === 'string' ? `express-iclock: ${message}` : message
    let thrown: unknown
    try {
      commandReplyRouter(options as never)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(TypeError)
    expect((thrown as TypeError).message).toEqual(expected)
  })

  it('A path for the handler, which ignores it, is refused', () => {
    expect(() => commandReplyHandler({ adapter, path: '/x' } as never)).toThrow(
      'express-iclock: there is no option "path"; the options are adapter, afterReply, onError, limit, maxRecords, encoding, capacity, timeout, authorize',
    )
  })
})

class Storage {
  db = 'mongodb://user:secret@host/hr'
  findCommand() {}
  onReply() {}
}

describe('Mistakes with an explanation of their own', () => {
  const messageOf = (options: unknown) => {
    try {
      commandReplyRouter(options as never)
    } catch (error) {
      return (error as Error).message
    }
    return undefined
  }

  it('An adapter spread from an instance of a class is explained', () => {
    for (const spread of [{ ...new Storage() }, { ...new Storage(), findCommand }]) {
      const message = messageOf({ adapter: spread })
      expect(message).toContain('is undefined; expected a function; if the adapter was spread')
      expect(message).toContain('leaves its methods behind')
    }
    expect(messageOf({ adapter: {} })).not.toContain('spread')
    expect(messageOf({ adapter: new Storage() })).toBeUndefined()
  })

  it('A limit that no Buffer can hold is explained', () => {
    expect(messageOf({ adapter, limit: '99999999gb' })).toMatch(/expected at most \d+ bytes/)
  })

  it('A connection string is explained, without its credentials', () => {
    const message = messageOf({ adapter: 'mongodb://user:secret@host/hr' })
    expect(message).toContain('option "adapter" is "mongodb://…@host/hr"')
    expect(message).not.toMatch(/user|secret/)
  })

  it('An object of another library is named by its class alone', () => {
    const options = ['limit', 'encoding', 'timeout', 'authorize', 'path']
    for (const option of options) {
      const message = messageOf({ adapter, [option]: Object.assign(new Map(), new Storage()) })
      expect(message, option).toContain('a "Map"')
      expect(message, option).not.toMatch(/user|secret/)
    }
  })
})

it.each([
  { limit: 1 },
  { limit: '1.5 MB' },
  { limit: '100' },
  { limit: '10b' },
  { encoding: 'GBK' },
  { encoding: 'latin1' },
  { timeout: 0 },
  { timeout: 2 ** 31 - 1 },
  { limit: undefined, encoding: undefined, authorize: undefined, path: undefined },
  { path: ['/a', '/b'] },
])('%o is accepted', (options) => {
  expect(commandReplyRouter({ adapter, ...options } as never)).toBeTypeOf('function')
})

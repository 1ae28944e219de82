import { describe, expect, it } from 'vitest'
import { commandQueue, memoryAdapter } from '../../src/index.js'

const commands = commandQueue(memoryAdapter())
const CALLS = ['state', 'cancel', 'result'] as const
const TOO_LONG = 'X'.repeat(65)

describe.each(CALLS)('%s()', (call) => {
  it.each<[string, unknown, string]>([
    ['a promise', Promise.resolve(), 'await issue() first'],
    ['an id alone', 'a1b2', 'an id alone names no command'],
    ['nothing', undefined, `${call}() was called with undefined`],
    ['null', null, `${call}() was called with null`],
    ['a list', [{ serialNumber: 'A', commandId: '1' }], 'look() takes many'],
    ['no serial number', { commandId: '1' }, 'the serial number is undefined'],
    ['a serial number with a blank', { serialNumber: 'T1 ', commandId: '1' }, 'is "T1 "'],
    ['65 characters', { serialNumber: TOO_LONG, commandId: '1' }, 'at most 64 printed characters'],
    ['no id', { serialNumber: 'A' }, 'commandId of the command is undefined'],
    ['a number as id', { serialNumber: 'A', commandId: 12 }, '"0012" is not "12"'],
  ])('%s is refused with a TypeError that says what was forgotten', async (_, issued, message) => {
    const refused = commands[call](issued as never)
    await expect(refused).rejects.toThrow(TypeError)
    await expect(refused).rejects.toThrow(message)
  })
})

it.each(['T1 ', ' T1', '', TOO_LONG, 'a\nb', 7, undefined])(
  'issue() refuses the serial number %j, and stores nothing',
  async (serialNumber) => {
    const text = { text: 'CHECK' }
    const refused = commands.issue(serialNumber as never, text)
    await expect(refused).rejects.toThrow(TypeError)
    await expect(refused).rejects.toThrow('the serial number is')
    const all = commands.issueAll([
      { serialNumber: 'A', command: text },
      { serialNumber: serialNumber as never, command: text },
    ])
    await expect(all).rejects.toThrow('the serial number is')
    expect((await commands.list()).rows).toEqual([])
  },
)

it('look() takes a list of what issue() returned, awaited', async () => {
  await expect(commands.look('A' as never)).rejects.toThrow('expected an array of what issue()')
  await expect(commands.look([Promise.resolve()] as never)).rejects.toThrow('await issue() first')
  await expect(commands.look(['1'] as never)).rejects.toThrow('an id alone names no command')
})

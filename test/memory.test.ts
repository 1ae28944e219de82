import { expect, it } from 'vitest'
import { type CommandReply, memoryAdapter, parseReplies } from '../src/index.js'

const replyOf = (serialNumber: string, record: string): CommandReply =>
  parseReplies(Buffer.from(record), serialNumber).replies[0] as CommandReply

it('finds what was issued, and nothing else', () => {
  const adapter = memoryAdapter()
  const command = { serialNumber: 'A', commandId: '12', text: 'CHECK' }
  adapter.issue(command)
  expect(adapter.findCommand('A', '12')).toBe(command)
  for (const id of ['12abc', '012', '1', '']) expect(adapter.findCommand('A', id)).toBeUndefined()
  for (const sn of ['B', 'a', '', 'A"']) expect(adapter.findCommand(sn, '12')).toBeUndefined()
})

it('takes equal ids of two devices for two commands', () => {
  const adapter = memoryAdapter()
  adapter.issue({ serialNumber: 'A', commandId: '1', text: 'CHECK' })
  adapter.issue({ serialNumber: 'B', commandId: '1', text: 'REBOOT' })
  expect(adapter.findCommand('A', '1')).toMatchObject({ text: 'CHECK' })
  expect(adapter.findCommand('B', '1')).toMatchObject({ text: 'REBOOT' })
})

it('keeps a device and an id apart, however they are written', () => {
  const adapter = memoryAdapter()
  adapter.issue({ serialNumber: 'A","B', commandId: 'C', text: 'CHECK' })
  adapter.issue({ serialNumber: 'A\nB', commandId: 'C', text: 'CHECK' })
  expect(adapter.findCommand('A', 'B\nC')).toBeUndefined()
  expect(adapter.findCommand('A', 'B","C')).toBeUndefined()
})

it('keeps a repeated reply once', () => {
  const adapter = memoryAdapter()
  for (let time = 0; time < 3; time++) adapter.onReply(replyOf('A', 'ID=1&Return=0'), undefined)
  expect(adapter.replies()).toHaveLength(1)
})

it('lets the later of two different replies stand', () => {
  const adapter = memoryAdapter()
  adapter.onReply(replyOf('A', 'ID=1&Return=-5000'), undefined)
  adapter.onReply(replyOf('A', 'ID=2&Return=0'), undefined)
  adapter.onReply(replyOf('B', 'ID=1&Return=-1'), undefined)
  adapter.onReply(replyOf('A', 'ID=1&Return=0'), undefined)
  expect(
    adapter.replies().map((reply) => [reply.serialNumber, reply.commandId, reply.returnCode]),
  ).toEqual([
    ['A', '1', 0],
    ['A', '2', 0],
    ['B', '1', -1],
  ])
})

it('lets a final reply follow a pending one, and no pending one follow a final', () => {
  const adapter = memoryAdapter()
  for (const code of [-5000, 0, -5000])
    adapter.onReply(replyOf('A', `ID=1&Return=${code}`), undefined)
  expect(adapter.replies()).toMatchObject([{ returnCode: 0 }])
})

it('keeps unparsed lines with the device that sent them, a repeated one once', () => {
  const adapter = memoryAdapter()
  for (let time = 0; time < 2; time++)
    adapter.onUnparsed?.([Buffer.from('x'), Buffer.from('y')], 'A')
  adapter.onUnparsed?.([Buffer.from('x')], 'B')
  expect(
    adapter.unparsed().map(({ serialNumber, line }) => `${serialNumber} ${line.toString()}`),
  ).toEqual(['A x', 'A y', 'B x'])
})

it('refuses to issue a command whose id is no text', () => {
  const adapter = memoryAdapter()
  const command = { serialNumber: 'A', commandId: 12 as never, text: 'CHECK' }
  expect(() => adapter.issue(command)).toThrow(
    /^express-iclock: commandId of the command is 12; expected 1 to 16 of the characters 0-9, A-Z, a-z as a string/,
  )
})

import { expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'

const command = { serialNumber: 'A', commandId: '1', text: 'CHECK' }
const now = new Date()

function queued(commandId: string) {
  const terms = { attempts: 1, replyWithin: 1000 }
  return { command: { ...command, commandId }, terms, issuedAt: now }
}

it('A command that an app sends itself is found as it is, and never sent', () => {
  const adapter = memoryAdapter()
  adapter.issue(command)
  expect(adapter.findCommand('A', '1')).toBe(command)
  expect(adapter.openCommands('A', now, 10)).toEqual([])
})

it('A text that no terminal can carry, or a used id, is refused from an app as from the queue', () => {
  const adapter = memoryAdapter()
  adapter.issue(command)
  expect(() => adapter.issue({ ...command, commandId: 12 as never })).toThrow(
    /^express-iclock: commandId of the command is 12; expected 1 to 16 of the characters 0-9/,
  )
  expect(() => adapter.issue({ ...command, text: 'REBOOT' })).toThrow(
    /^express-iclock: terminal "A" has had a command with the id "1"/,
  )
  expect(() => adapter.issue([{ ...queued('1'), command: { ...command, text: 'INFO' } }])).toThrow(
    /has had a command with the id "1"/,
  )
  expect(adapter.findCommand('A', '1')).toBe(command)
})

it('A caller that changes what it found changes nothing in storage', () => {
  const adapter = memoryAdapter()
  adapter.issue([queued('1')])
  Object.assign(adapter.findRecord('A', '1') ?? {}, { attemptsMade: 9 })
  Object.assign(adapter.openCommands('A', now, 1)[0] ?? {}, { attemptsMade: 9 })
  Object.assign(adapter.commands({}, now)[0] ?? {}, { attemptsMade: 9 })
  expect(adapter.findRecord('A', '1')?.attemptsMade).toBe(0)
})

it('An expired command is sent again if the clock steps back', () => {
  const adapter = memoryAdapter()
  const later = new Date(now.getTime() + 10)
  adapter.issue([{ ...queued('1'), openUntil: later }])
  expect(adapter.openCommands('A', later, 1)).toEqual([])
  expect(adapter.openCommands('A', now, 1)).toHaveLength(1)
})

import { expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'

const command = { serialNumber: 'A', commandId: '1', text: 'CHECK' }
const now = new Date()
const bounds = { limit: 10, maxBytes: 1000 }

function queued(commandId: string, terms: object = {}) {
  const own = { attempts: 1, replyWithin: 1000, ...terms }
  return { command: { ...command, commandId }, terms: own, issuedAt: now }
}

it('A command that an app sends itself is found as it is, and never sent', () => {
  const adapter = memoryAdapter()
  adapter.recordSent(command)
  expect(adapter.findRecord('A', '1')?.command).toBe(command)
  expect(adapter.openCommands('A', now, bounds)).toEqual({ records: [], more: false })
})

it('A text that no terminal can carry, or a used id, is refused from an app as from the queue', () => {
  const adapter = memoryAdapter()
  adapter.recordSent(command)
  expect(() => adapter.recordSent({ ...command, commandId: 12 as never })).toThrow(
    /^express-iclock: commandId of the command is 12; expected 1 to 16 of the characters 0-9/,
  )
  expect(() => adapter.recordSent({ ...command, text: 'REBOOT' })).toThrow(
    /^Terminal "A" has had a command with the id "1"/,
  )
  expect(() => adapter.issue([{ ...queued('1'), command: { ...command, text: 'INFO' } }])).toThrow(
    /has had a command with the id "1"/,
  )
  expect(adapter.findRecord('A', '1')?.command).toBe(command)
})

it('A caller that changes what it found changes nothing in storage', () => {
  const adapter = memoryAdapter()
  adapter.issue([queued('1')])
  Object.assign(adapter.findRecord('A', '1') ?? {}, { attemptsMade: 9 })
  Object.assign(adapter.openCommands('A', now, bounds).records[0] ?? {}, { attemptsMade: 9 })
  Object.assign(adapter.listCommands({}, now).rows[0] ?? {}, { attemptsMade: 9 })
  expect(adapter.findRecord('A', '1')?.attemptsMade).toBe(0)
})

it('An expired command is sent again if the clock steps back, in its place', () => {
  const adapter = memoryAdapter()
  const later = new Date(now.getTime() + 10)
  const open = (at: Date) => {
    return adapter.openCommands('A', at, bounds).records.map(({ commandId }) => commandId)
  }
  adapter.issue([{ ...queued('2'), openUntil: later }, queued('1'), queued('3')])
  expect(open(later)).toEqual(['1', '3'])
  adapter.issue([{ ...queued('4'), openUntil: later }])
  expect(open(later)).toEqual(['1', '3'])
  adapter.cancel('A', { ids: ['1'] }, now, 'cancelled')
  expect(open(now)).toEqual(['2', '3', '4'])
  expect(open(later)).toEqual(['3'])
})

it('A claim by a clock that is behind keeps an expired command open, in its place', () => {
  const adapter = memoryAdapter()
  const later = new Date(now.getTime() + 10)
  adapter.issue([{ ...queued('2', { attempts: 2 }), openUntil: later }, queued('1')])
  adapter.openCommands('A', later, bounds)
  const end = new Date(now.getTime() + 1000)
  const claim = { commandId: '2', attempt: 1, sentAt: now, replyDueAt: end, openUntil: end }
  expect(adapter.claim('A', [claim])).toEqual(['2'])
  const { records } = adapter.openCommands('A', later, bounds)
  expect(records.map(({ commandId }) => commandId)).toEqual(['2', '1'])
})

it('A hundred thousand waiting commands are issued, superseded and cancelled one by one', () => {
  const adapter = memoryAdapter()
  const ids = Array.from({ length: 100_000 }, (_, index) => `${index}`)
  adapter.issue(ids.map((id) => queued(id, { key: `user ${id}` })))
  const last = queued('last', { key: 'user 5' })
  adapter.issue([last])
  const which = { key: 'user 5', before: 'last' }
  expect(adapter.cancel('A', which, now, 'superseded')).toEqual(['5'])
  for (const id of ids) adapter.cancel('A', { ids: [id] }, now, 'cancelled')
  const { records } = adapter.openCommands('A', now, bounds)
  expect(records.map(({ commandId }) => commandId)).toEqual(['last'])
})

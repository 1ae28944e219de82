import { expect, it } from 'vitest'
import { commandQueue, memoryAdapter } from '../../src/index.js'
import { finalReply } from '../support/reply.js'

const CHECK = { text: 'CHECK' }

async function storage(count: number) {
  const memory = memoryAdapter()
  let statements = 0
  const adapter = {
    ...memory,
    findSummaries(...args: Parameters<typeof memory.findSummaries>) {
      statements++
      return memory.findSummaries(...args)
    },
  }
  const commands = commandQueue(adapter)
  const issues = Array.from({ length: count }, (_, index) => {
    return { serialNumber: `T${index % 5}`, command: CHECK, members: { employee: index } }
  })
  const issued = await commands.issueAll(issues)
  return { adapter, commands, issued, statements: () => statements }
}

it('A look has one entry for each command, in their order, and undefined for one nobody knows', async () => {
  const { adapter, commands, issued, statements } = await storage(3)
  const [waiting, failed, cancelled] = issued
  if (!waiting || !failed || !cancelled) throw new Error('three were issued')
  finalReply(adapter, failed.serialNumber, failed.commandId, -3)
  await commands.cancel(cancelled)
  const unknown = { serialNumber: 'T0', commandId: 'none' }
  const before = statements()
  const looked = await commands.look([cancelled, unknown, failed, waiting, failed])
  expect(looked.map((one) => one?.state)).toEqual([
    ...['cancelled', undefined, 'failed', 'waiting', 'failed'],
  ])
  expect(looked[2]).toMatchObject({
    ...{ serialNumber: 'T1', commandId: failed.commandId, outcome: 'failed', text: 'CHECK' },
    ...{ members: { employee: 1 }, reply: { returnCode: -3 } },
  })
  expect(looked[2]?.meaning).not.toBe('')
  expect(statements() - before).toBe(1)
})

it('A look at many commands of many terminals takes a statement for each thousand', async () => {
  const { commands, issued, statements } = await storage(2500)
  const looked = await commands.look(issued)
  expect(looked.map((one) => one?.commandId)).toEqual(issued.map(({ commandId }) => commandId))
  expect(statements()).toBe(3)
})

it('A look at nothing asks nobody', async () => {
  const { commands, statements } = await storage(1)
  expect([await commands.look([]), statements()]).toEqual([[], 0])
})

it('A look closes what has expired before it says so', async () => {
  const { adapter, commands } = await storage(0)
  const issued = await commands.issue('T0', { ...CHECK, expiresAfter: 1 })
  await new Promise((resolve) => setTimeout(resolve, 3))
  expect((await commands.look([issued]))[0]?.state).toBe('expired')
  const { cancelled } = adapter.findRecord('T0', issued.commandId) ?? {}
  expect(cancelled?.reason).toBe('expired')
})

it('Counts are by state, of all terminals or of one, since a moment', async () => {
  const { adapter, commands, issued } = await storage(7)
  const [first, second] = issued
  if (!first || !second) throw new Error('seven were issued')
  finalReply(adapter, first.serialNumber, first.commandId)
  await commands.cancel(second)
  expect(await commands.count()).toMatchObject({ waiting: 5, succeeded: 1, cancelled: 1, sent: 0 })
  expect(await commands.count({ serialNumber: 'T0' })).toMatchObject({ waiting: 1, succeeded: 1 })
  expect(await commands.count({ state: 'cancelled' })).toMatchObject({ waiting: 0, cancelled: 1 })
  const later = new Date(Date.now() + 60_000)
  expect(await commands.count({ since: later })).toMatchObject({ waiting: 0, cancelled: 0 })
})

it('A count ends at a thousand', async () => {
  const { commands } = await storage(1001)
  expect(await commands.count()).toMatchObject({ waiting: '1000+' })
  expect(await commands.count({ serialNumber: 'T0' })).toMatchObject({ waiting: 201 })
})

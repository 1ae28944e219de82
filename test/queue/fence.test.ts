import { expect, it } from 'vitest'
import { Deadline } from '../../src/endpoint/deadline.js'
import { commandQueue, memoryAdapter } from '../../src/index.js'
import { type HandOutStorage, handOut } from '../../src/queue/hand-out.js'

const LIMITS = { maxCommands: 1, maxBytes: 40_000, bytesOf: () => 1 }

async function world(named: readonly string[]) {
  const adapter = memoryAdapter()
  const commands = commandQueue(adapter)
  const row = { serialNumber: 'A', pin: '7', version: 'a', state: 'waiting', content: '{}' }
  await adapter.writeRoster([{ row: { ...row, changedAt: new Date(), commandIds: named } }])
  const issue = (commandId: string, fence?: string) =>
    commands.issue(
      'A',
      { text: `DATA UPDATE USERINFO PIN=${commandId}`, ...(fence && { fence }) },
      { commandId },
    )
  const poll = async (storage: HandOutStorage = adapter) => {
    const found = await handOut(
      storage,
      'A',
      new Date(),
      LIMITS,
      () => 'utf-8',
      new Deadline(0, ''),
    )
    return found.map(({ commandId }) => commandId)
  }
  const state = (commandId: string) => commands.state({ serialNumber: 'A', commandId })
  return { adapter, issue, poll, state }
}

it('A command that its row does not name is closed, and the next one is sent', async () => {
  const { issue, poll, state } = await world(['new'])
  for (const id of ['old', 'older']) await issue(id, '7')
  await issue('stranger', '8')
  await issue('new', '7')
  expect(await poll()).toEqual(['new'])
  expect(await state('old')).toBe('superseded')
  expect(await state('stranger')).toBe('superseded')
})

it('More stale commands than a poll reads are closed in one poll', async () => {
  const { issue, poll } = await world(['new'])
  for (let n = 0; n < 40; n++) await issue(`old${n}`, '7')
  await issue('plain')
  expect(await poll()).toEqual(['plain'])
})

it('A further attempt at a command that its row no longer names is not made', async () => {
  const { adapter, issue, poll, state } = await world(['one'])
  await issue('one', '7')
  expect(await poll()).toEqual(['one'])
  const [row] = await adapter.findRoster('A', ['7'])
  if (row === undefined) throw new Error('no row')
  await adapter.writeRoster([{ row: { ...row, version: 'b', commandIds: [] }, replaces: 'a' }])
  expect(await poll()).toEqual([])
  expect(await state('one')).toBe('sent')
  await adapter.release('A', new Date())
  expect(await poll()).toEqual([])
  expect(await state('one')).toBe('unanswered')
})

it('A command of the roster is never sent by an adapter that has no rows', async () => {
  const { adapter, issue, poll } = await world([])
  await issue('one', '7')
  const { findRoster: _, ...without } = adapter
  await expect(poll(without)).rejects.toThrow('option "adapter.findRoster" is undefined')
})

it('An answer of findRoster that is no list is refused, with the remedy', async () => {
  const { adapter, issue, poll } = await world([])
  await issue('one', '7')
  const findRoster = () => ({ rows: [] }) as never
  await expect(poll({ ...adapter, findRoster })).rejects.toThrow(
    'findRoster of the adapter answered an object with rows; expected an array of rows',
  )
})

it.each([[{ PIN: '7', commandIds: ['one'] }], [{ pin: '7', command_ids: ['one'] }], [null]])(
  'A row of findRoster that can’t be read closes no command: %j',
  async (row) => {
    const { adapter, issue, poll, state } = await world([])
    await issue('one', '7')
    const findRoster = () => [row] as never
    await expect(poll({ ...adapter, findRoster })).rejects.toMatchObject({
      code: 'STORAGE_MISMATCH',
    })
    expect(await state('one')).toBe('waiting')
  },
)

import { expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'
import { type Roster, type RosterOptions, roster } from '../../src/roster.js'

const SN = 'T1'

/** A roster beside a terminal that has said what it is. */
async function world(options: Partial<RosterOptions> = {}) {
  const adapter = memoryAdapter()
  const calls: string[] = []
  const listRoster: typeof adapter.listRoster = (filter) => {
    calls.push('listRoster')
    return adapter.listRoster(filter)
  }
  const contact = { serialNumber: SN, at: new Date(), kind: 'handshake', family: 'attendance' }
  await adapter.onContact({ ...contact, familyRank: 'stated' } as never)
  const people = roster({ adapter: { ...adapter, listRoster }, desired: () => [], ...options })
  return { people, adapter, calls }
}

it.each<[message: string, call: (people: Roster) => Promise<unknown>]>([
  ['"maxDeletes" is NaN', (people) => people.reconcile(SN, { maxDeletes: Number.NaN })],
  ['"maxFleetDeletes" is -1', (people) => people.reconcile(SN, { maxFleetDeletes: -1 })],
  ['"deletes" is an array of 1', (people) => people.reconcile(SN, { deletes: [7] as never })],
  ['changed() got an object', (people) => people.changed({ pin: undefined } as never)],
  ['changed() got an object', (people) => people.changed({} as never)],
  ['changed() got "7"', (people) => people.changed('7' as never)],
])('A call with a wrong value is refused, and reads nothing: %s', async (message, call) => {
  const { people, calls } = await world()
  await expect(call(people)).rejects.toThrow(message)
  expect(calls).toEqual([])
})

it('PINs of administrators that are numbers are refused', () => {
  const options = { adapter: memoryAdapter(), desired: () => [], admins: [1] as never }
  expect(() => roster(options)).toThrow(
    'option "admins" is an array of 1; expected an array of PINs',
  )
})

it.each<[shown: string, desired: () => unknown]>([
  ['a "Promise"', async () => [{ pin: '7' }]],
  ['an object', () => ({ rows: [] })],
  ['undefined', () => undefined],
])('People who are %s are refused, with the remedy', async (shown, desired) => {
  const { people } = await world({ desired: desired as never })
  await expect(people.reconcile(SN)).rejects.toThrow(
    `desired("T1") returned ${shown}; expected people one by one: return an array, or make it an async generator`,
  )
})

it('A user whose PIN is longer than any storage indexes is nobody', async () => {
  const { people, adapter } = await world()
  const raw = Buffer.alloc(0)
  const records = [65, 64].map((length) => {
    const fields = { PIN: '7'.repeat(length), Name: 'Ada' }
    return { kind: 'fields' as const, type: 'user', fields, raw }
  })
  const head = { serialNumber: SN, table: 'OPERLOG', query: {}, receivedAt: new Date() }
  await people.adapter.onUpload({ ...head, records, unparsed: [], body: raw })
  expect(adapter.listRoster({}).rows.map(({ pin }) => pin.length)).toEqual([64])
})

it('A PIN is not confirmed for ever while others change its row', async () => {
  const adapter = memoryAdapter()
  const row = { serialNumber: SN, pin: '7', version: 'a', state: 'failed', commandIds: [] }
  const content = JSON.stringify({ facets: {}, asked: { tries: 1 } })
  adapter.writeRoster([{ row: { ...row, content, changedAt: new Date() } }])
  const writeRoster = async () => [false]
  const people = roster({ adapter: { ...adapter, writeRoster }, desired: () => [] })
  await expect(people.confirmFree(SN, '7')).rejects.toThrow('others change them all the time')
})

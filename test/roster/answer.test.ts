import { expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'
import { issueWritten } from '../../src/roster/execute.js'
import { type Roster, type RosterAdapter, type RosterStorage, roster } from '../../src/roster.js'

const ROW = {
  ...{ serialNumber: 'A', pin: '7', version: 'v', state: 'present', changedAt: new Date() },
  ...{ commandIds: [], content: '{"facets":{}}' },
}
const UPLOAD = {
  ...{ serialNumber: 'A', table: 'OPERLOG', query: {}, receivedAt: new Date(), unparsed: [] },
  body: Buffer.alloc(0),
  records: [
    {
      ...{ kind: 'fields' as const, type: 'userinfo', raw: Buffer.alloc(0) },
      fields: { PIN: '7', Name: 'Ada' },
    },
  ],
}

const ASKS: Record<keyof RosterStorage, (people: Roster) => unknown> = {
  findRoster: (people) => people.confirmFree('A', '7'),
  listRoster: (people) => people.status({ serialNumber: 'A' }),
  countRoster: (people) => people.count('A'),
  writeRoster: (people) => people.adapter.onUpload(UPLOAD),
}

it.each<[call: keyof RosterStorage, answer: unknown, message: string]>([
  ['findRoster', { rows: [] }, 'an object with rows; expected an array of rows'],
  ['findRoster', [null], 'a row whose pin is undefined (null); expected rows as writeRoster was'],
  ['findRoster', [{ ...ROW, pin: 7 }], 'a row whose pin is 7'],
  ['findRoster', [{ ...ROW, content: {} }], 'a row whose content is an object'],
  ['findRoster', [{ ...ROW, changedAt: '2026' }], 'a row whose changedAt is "2026"'],
  ['findRoster', [{ ...ROW, commandIds: 'a,b' }], 'a row whose commandIds is "a,b"'],
  ['findRoster', [{ ...ROW, pin: '07' }], 'the row of PIN "07" of terminal "A", which it was not'],
  ['listRoster', [ROW], 'an array of 1; expected { rows, next }'],
  ['listRoster', { rows: [], next: 1 }, 'an object with rows, next; expected { rows, next }'],
  ['listRoster', { rows: [{ ...ROW, version: 1 }] }, 'a row whose version is 1'],
  ['listRoster', { rows: [{ ...ROW, serialNumber: 'B' }] }, 'the row of PIN "7" of terminal "B"'],
  ['countRoster', undefined, 'undefined; expected an object with the number of rows'],
  ['countRoster', { present: '3' }, '"3" for the state "present"; expected an object'],
  ['writeRoster', undefined, 'undefined; expected an array of 1: of each write'],
  ['writeRoster', [], 'an array of 0; expected an array of 1'],
  ['writeRoster', [1], 'an array of 1; expected an array of 1: of each write, true or false'],
])(
  '%s of an adapter that answers %j is refused, with the remedy',
  async (call, answer, message) => {
    const adapter: RosterAdapter = { ...memoryAdapter(), [call]: async () => answer }
    const people = roster({ adapter, desired: () => [] })
    await expect(async () => ASKS[call](people)).rejects.toMatchObject({
      code: 'STORAGE_MISMATCH',
      message: expect.stringContaining(`${call} of the adapter answered ${message}`),
    })
  },
)

it('An answer about commands or terminals that a pass or an upload needs is refused as well', async () => {
  const memory = memoryAdapter()
  const content = '{"owner":"ours","facets":{"user":{"digest":"x","ids":["k1"],"isIssued":true}}}'
  memory.writeRoster([{ row: { ...ROW, content } }])
  const over = (calls: object) => ({ ...memory, ...calls }) as RosterAdapter
  const people = (calls: object) => roster({ adapter: over(calls), desired: () => [] })
  const refused = (call: string, answer: string) => ({
    code: 'STORAGE_MISMATCH',
    message: expect.stringContaining(`${call} of the adapter answered ${answer}; expected`),
  })
  const findTerminal = async () => []
  await expect(people({ findTerminal }).reconcile('A')).rejects.toMatchObject(
    refused('findTerminal', 'an array of 0'),
  )
  await expect(people({ findTerminal }).adapter.onUpload(UPLOAD)).rejects.toMatchObject(
    refused('findTerminal', 'an array of 0'),
  )
  const findSummaries = async () => undefined
  await expect(people({ findSummaries }).adapter.onUpload(UPLOAD)).rejects.toMatchObject(
    refused('findSummaries', 'undefined'),
  )
  const executing = { serialNumber: 'A', adapter: over({ cancel: async () => undefined }) }
  const written = [{ decision: { cancel: ['k1'] }, issues: [] }]
  await expect(issueWritten(written as never, executing as never)).rejects.toMatchObject(
    refused('cancel', 'undefined'),
  )
})

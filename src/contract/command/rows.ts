// Cases: a query that its rows concluded, without a reply of the terminal's.
import { deepEqual } from 'node:assert/strict'
import { report } from '../proof.js'
import { replyTo } from '../sample.js'
import { at, type CommandCase, claimed, claimOf, openIds, queued } from './record.js'

const QUERY = 'DATA QUERY tablename=user,fielddesc=*,filter=*'
const IDS = ['none', 'some', 'pending', 'late']
const rowsFor = (id: string, rows: number) => {
  return { ...replyTo('A', id, null), commandName: '', fields: {}, raw: Buffer.alloc(0), rows }
}

export const ROWS_CASES: readonly CommandCase[] = [
  {
    name: 'A query that is concluded by its rows is over, and found as succeeded with how many',
    otherwise: 'A terminal that sends no reply executes each query five times, and nothing else.',
    async check({ adapter }) {
      await adapter.issue([...IDS, 'next'].map((id) => queued('A', id, { text: QUERY })))
      await claimed(adapter, 'A', ...IDS.map((id) => claimOf(id, 1)))
      await report(adapter, replyTo('A', 'pending', -5000))
      const late = { ...replyTo('A', 'late', 5), commandName: 'DATA QUERY' }
      for (const [index, id] of IDS.entries()) await report(adapter, rowsFor(id, index * 1000))
      await report(adapter, late)
      deepEqual(await openIds(adapter, 'A', at(80)), ['next'])
      deepEqual(await claimed(adapter, 'A', claimOf('some', 2)), [])
      deepEqual(await adapter.cancel('A', { ids: IDS }, at(90), 'cancelled'), [])
      const asked = IDS.map((commandId) => ({ serialNumber: 'A', commandId }))
      const found = await adapter.findSummaries(asked)
      const replies = IDS.map((id) => found.find(({ commandId }) => commandId === id)?.reply)
      const settled = { returnCode: null, commandName: '', outcome: 'succeeded' }
      deepEqual(
        replies.map((reply) => ({ ...reply })),
        [
          { ...settled, rows: 0, meaning: '0 records' },
          { ...settled, rows: 1000, meaning: '1000 records' },
          { ...settled, rows: 2000, meaning: '2000 records' },
          { ...settled, commandName: 'DATA QUERY', returnCode: 5, meaning: '5 records' },
        ],
      )
      const page = await adapter.listCommands?.({ serialNumber: 'A', state: 'succeeded' }, at(80))
      if (page !== undefined)
        deepEqual(page.rows.map((row) => row.commandId).sort(), [...IDS].sort())
    },
  },
]

// Cases: commands that the app hands to their terminals itself.
import { deepEqual, ok } from 'node:assert/strict'
import { commandFound, fails, plain, report } from '../proof.js'
import { command, replyTo, textOf } from '../sample.js'
import {
  at,
  type CommandCase,
  type CommandSubject,
  claimed,
  claimOf,
  openIds,
  queued,
} from './record.js'

const missing = ({ adapter }: CommandSubject) =>
  adapter.recordSent ? undefined : 'the adapter has no recordSent'

export const SENT_CASES: readonly CommandCase[] = [
  {
    name: 'A command that the app hands out itself is found for its reply, and never handed out again',
    otherwise: 'The reply finds no command, or the terminal executes it a second time.',
    missing,
    async check({ adapter }) {
      const sent = command('A', '1', `DATA UPDATE USERINFO PIN=7\tName=José 王 ${textOf(5000)}`)
      const before = Date.now()
      await adapter.recordSent?.({ ...sent, employee: 7 } as typeof sent)
      deepEqual(plain(await commandFound(adapter, 'A', '1')), sent)
      const record = await adapter.findRecord('A', '1')
      deepEqual([record?.terms, record?.attemptsMade, record?.openUntil], [undefined, 1, undefined])
      for (const moment of [record?.issuedAt, record?.sentAt]) {
        // The clock of a database server may differ somewhat.
        ok(Math.abs((moment?.getTime() ?? 0) - before) < 600_000, `it was sent at ${moment}`)
      }
      deepEqual(await openIds(adapter, 'A'), [])
      deepEqual(await claimed(adapter, 'A', claimOf('1', 2)), [])
      const key = { key: 'x', before: '1' }
      deepEqual([...(await adapter.cancel('A', key, at(1), 'superseded'))], [])
      await report(adapter, replyTo('A', '1', 0))
      deepEqual((await adapter.findRecord('A', '1'))?.reply?.returnCode, 0)
    },
  },
  {
    name: 'An id that the terminal has had is refused, and the same text changes nothing',
    otherwise: 'An old reply is taken for the one to a new command.',
    missing,
    async check({ adapter }) {
      const { recordSent } = adapter
      const send = async (id: string, text = 'CHECK') => {
        await recordSent?.call(adapter, command('A', id, text))
      }
      await adapter.issue([queued('A', '1'), queued('A', '2')])
      await send('3')
      await report(adapter, replyTo('A', '4', 0))
      await report(adapter, replyTo('A', '2', 0))
      await fails('recordSent', () => send('1', 'INFO'))
      for (const id of ['2', '4']) await fails('recordSent', () => send(id))
      await fails('issue', () => adapter.issue([queued('A', '3', { text: 'INFO' })]))
      await fails('recordSent', () => send('5', 'a\nb'))
      await send('1')
      await send('3')
      deepEqual(await openIds(adapter, 'A'), ['1'])
      await adapter.issue([queued('A', '3')])
      deepEqual(await openIds(adapter, 'A'), ['1'])
    },
  },
]

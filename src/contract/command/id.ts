// Cases: which ids commands may have, and what happens if one comes again.
import { deepEqual } from 'node:assert/strict'
import { fails, report } from '../proof.js'
import { replyTo } from '../sample.js'
import { knows } from './facts.js'
import { at, type CommandCase, claimed, claimOf, closedBy, openIds, queued } from './record.js'

const UNFIT_IDS = ['', ' ', 'a b', '1\n', 'é', '12345678901234567', '123e4567-e89b', 'a_b', '１']
const UNFIT_TEXTS = ['', 'CHECK\n', 'CHECK\r', 'CHECK\nC:2:REBOOT', 'CHECK\0']

export const ID_CASES: readonly CommandCase[] = [
  {
    name: 'An id that its terminal has had with another text or with a reply is refused',
    otherwise: 'The old success is shown for the new command, which nobody has executed.',
    async check({ adapter }) {
      await adapter.issue([queued('A', '1'), queued('A', '2'), queued('A', '3')])
      await report(adapter, replyTo('A', '2', 0))
      await report(adapter, replyTo('A', '3', -5000))
      await adapter.onReply(replyTo('A', '4', 0), undefined)
      for (const text of ['CHECK ', 'check', 'CHECK\u0301']) {
        await fails('issue', () => adapter.issue([queued('A', '1', { text })]))
      }
      for (const reason of ['cancelled', 'superseded', 'expired', 'claimed', 'over'] as const) {
        const openUntil = at(reason === 'over' ? 0.5 : 90)
        await adapter.issue([queued('C', reason, { openUntil })])
        if (reason === 'claimed') await claimed(adapter, 'C', claimOf(reason, 1, { openUntil }))
        else if (reason !== 'over') await closedBy(adapter, 'C', [reason], at(1), reason)
        const again = queued('C', reason, { text: 'INFO' })
        await fails(`issue of what is ${reason}`, () => adapter.issue([again]))
        deepEqual((await adapter.findRecord('C', reason))?.command?.text, 'CHECK')
      }
      for (const id of ['2', '3', '4']) await fails('issue', () => adapter.issue([queued('A', id)]))
      deepEqual(await openIds(adapter, 'A'), ['1'])
      await adapter.issue(['1', '2', '4'].map((id) => queued('B', id, { text: 'INFO' })))
      deepEqual(await openIds(adapter, 'B'), ['1', '2', '4'])
      await knows(adapter, 'A', '1', { ...queued('A', '1'), attemptsMade: 0 })
    },
  },
  {
    name: 'Issuing a command without a reply again with the same text changes nothing',
    otherwise:
      'An app that issues again after a crash has its command sent twice, or out of order.',
    async check({ adapter }) {
      await adapter.issue([queued('A', '2'), queued('A', '1'), queued('A', '3')])
      await claimed(adapter, 'A', claimOf('2', 1))
      await adapter.cancel('A', { ids: ['3'] }, at(11), 'cancelled')
      const later = { terms: { attempts: 1, replyWithin: 1 }, issuedAt: at(12), openUntil: at(13) }
      await adapter.issue([queued('A', '3', later), queued('A', '2', later), queued('A', '4')])
      deepEqual(await openIds(adapter, 'A', at(20)), ['2', '1', '4'])
      const { sentAt, replyDueAt } = claimOf('2', 1)
      await knows(adapter, 'A', '2', { ...queued('A', '2'), attemptsMade: 1, sentAt, replyDueAt })
      const cancelled = { at: at(11), reason: 'cancelled' } as const
      await knows(adapter, 'A', '3', { ...queued('A', '3'), attemptsMade: 0, cancelled })
    },
  },
  {
    name: 'Ids and texts that no terminal can carry are refused',
    otherwise: 'A terminal reads one command as two, or answers with an id that is cut.',
    async check({ adapter }) {
      for (const id of UNFIT_IDS)
        await fails(`issue of id "${id}"`, () => adapter.issue([queued('A', id)]))
      for (const text of UNFIT_TEXTS) {
        const call = `issue of text ${JSON.stringify(text)}`
        await fails(call, () => adapter.issue([queued('A', '1', { text })]))
      }
      await fails('issue of id 12', () => adapter.issue([queued('A', 12 as never)]))
      await fails('issue without a terminal', () => adapter.issue([queued('', '1')]))
      deepEqual(await openIds(adapter, 'A'), [])
    },
  },
]

// Cases: what is settled and old is forgotten, and nothing else.
import { deepEqual, equal } from 'node:assert/strict'
import { at, closedBy, openIds, queued } from '../command/record.js'
import { nextMillisecond, report } from '../proof.js'
import { idsOf, replyTo } from '../sample.js'
import { attendance, hand, keepsLines, upload, uploadOf } from '../upload/sample.js'
import { missing, type RetentionCase, type RetentionSubject } from './sample.js'

// The clock of a database server may be behind by a little.
async function forgetAll({ adapter }: RetentionSubject): Promise<number[]> {
  const all = [0, 0, 0, 0]
  for (let tries = 0; tries < 3; tries++) {
    for (let turn = 0; turn < 20; turn++) await nextMillisecond()
    const { commands, attendance: punches, uploads, unparsed } = await adapter.forget(new Date())
    for (const [index, count] of [commands, punches, uploads, unparsed].entries()) {
      all[index] = (all[index] ?? 0) + count
    }
  }
  return all
}

export const FORGET_CASES: readonly RetentionCase[] = [
  {
    name: 'What is settled and old is forgotten, and what is open is kept',
    otherwise: 'Storage grows for ever, or forgets a command that a terminal still waits for.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const ids = ['done', 'failed', 'pending', 'cancelled', 'over', 'waiting', 'later']
      await adapter.issue(
        ids.map((id) => {
          if (id === 'over') return queued('A', id, { openUntil: at(5) })
          return queued('A', id, id === 'later' ? { openUntil: new Date(Date.now() + 9e6) } : {})
        }),
      )
      const codes = { done: 0, failed: -1, pending: -5000 }
      for (const [id, code] of Object.entries(codes)) await report(adapter, replyTo('A', id, code))
      await adapter.onReply(replyTo('A', 'stray', 0), undefined)
      await closedBy(adapter, 'A', ['cancelled'], at(9), 'cancelled')
      const rows = uploadOf('A', 'OPERLOG', 'USER PIN=1\nUSER PIN=2')
      const junk = upload('A', { records: [], unparsed: [Buffer.from('junk')] })
      await hand(subject, attendance('A', ['1', '2', '3']), rows, junk)
      await adapter.onUnparsed?.([Buffer.from('no reply')], 'A')
      const lines = adapter.onUnparsed === undefined ? 0 : 1
      const nothing = await adapter.forget(at(10))
      deepEqual({ ...nothing }, { commands: 2, attendance: 0, uploads: 0, unparsed: 0 })
      deepEqual(await forgetAll(subject), [3, 3, 3, lines])
      const asked = [...ids, 'stray'].map((commandId) => ({ serialNumber: 'A', commandId }))
      const left = await adapter.findSummaries(asked)
      deepEqual(left.map(({ commandId }) => commandId).sort(), ['later', 'pending', 'waiting'])
      deepEqual(await openIds(adapter, 'A'), ['waiting', 'later'])
      await keepsLines(subject, [])
    },
  },
  {
    name: 'Thousands of lines and commands are forgotten, to the last one',
    otherwise: 'Each night leaves a part, and storage grows all the same.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const ids = idsOf(2100)
      for (let start = 0; start < ids.length; start += 700) {
        await adapter.issue(ids.slice(start, start + 700).map((id) => queued('A', id)))
        await closedBy(adapter, 'A', ids.slice(start, start + 700), at(1), 'cancelled')
      }
      await adapter.issue([queued('A', 'open')])
      const pins = Array.from({ length: 2100 }, (_, index) => `${index}`)
      const users = pins.map((pin) => `USER PIN=${pin}`).join('\n')
      await hand(subject, attendance('A', pins), uploadOf('A', 'OPERLOG', users))
      deepEqual((await forgetAll(subject)).slice(0, 3), [2100, 2100, 2100])
      await keepsLines(subject, [])
      deepEqual(await openIds(adapter, 'A'), ['open'])
    },
  },
  {
    name: 'Records of a time that was forgotten are stored again, but not reported as new',
    otherwise:
      'A terminal that sends its whole memory again announces three years of arrivals as new.',
    missing,
    async check(subject) {
      const { adapter } = subject
      const old = attendance('A', ['1', '2'])
      const user = uploadOf('A', 'OPERLOG', 'USER PIN=1')
      await hand(subject, old, user)
      await forgetAll(subject)
      await adapter.forget(at(0))
      const future = `1\t${new Date(Date.now() + 9e8).toISOString().slice(0, 19).replace('T', ' ')}\t0\t1`
      const fresh = uploadOf('A', 'ATTLOG', future)
      const said = await hand(subject, old, fresh, user, old)
      await keepsLines(subject, [old, fresh, user])
      if (said.every((records) => records === undefined)) return
      deepEqual(
        said.map((records) => records?.length),
        [0, 1, 1, 0],
      )
    },
  },
  {
    name: 'A counter of a terminal goes on after everything is forgotten',
    otherwise: 'A new command gets the id of an old one, and a late reply counts for it.',
    missing,
    async check(subject) {
      const { adapter } = subject
      equal(await adapter.nextNumbers('A', 5), 1)
      await adapter.issue([queued('A', '1')])
      await closedBy(adapter, 'A', ['1'], at(1), 'cancelled')
      await forgetAll(subject)
      await adapter.forgetPerson({ pin: '7', serialNumbers: ['A'] })
      equal(await adapter.nextNumbers('A', 1), 6)
    },
  },
]

// Cases: calls on commands that were delayed on their way to storage.
import { deepEqual, equal } from 'node:assert/strict'
import { report } from '../proof.js'
import { replyTo } from '../sample.js'
import { heldUp } from '../stall.js'
import { without } from '../subject.js'
import { at, type CommandAdapter, type CommandCase, claimed, claimOf, queued } from './record.js'

const STEPS = [0, 1, 2, 3, 4]

const claim = (id: string) => (adapter: CommandAdapter) => claimed(adapter, 'A', claimOf(id, 1))

export const STALE_CASES: readonly CommandCase[] = [
  {
    name: 'An attempt that was overtaken while it was delayed is not granted',
    otherwise:
      'A slow poll hands out what a faster one has handed out, or what was cancelled since.',
    missing: without('stall'),
    async check(subject) {
      const { adapter } = subject
      for (const steps of STEPS) {
        const [claimedId, cancelledId] = [`claimed${steps}`, `cancelled${steps}`]
        await adapter.issue([queued('A', claimedId), queued('A', cancelledId)])
        const faster = () => claim(claimedId)(adapter)
        const poll = await heldUp(subject, steps, claim(claimedId), faster)
        equal((poll.result?.length ?? 0) + poll.other.length, 1, claimedId)
        equal((await adapter.findRecord('A', claimedId))?.attemptsMade, 1, claimedId)
        const cancel = async () => adapter.cancel('A', { ids: [cancelledId] }, at(10), 'superseded')
        const stopped = await heldUp(subject, steps, claim(cancelledId), cancel)
        equal((stopped.result?.length ?? 0) + stopped.other.length, 1, cancelledId)
      }
    },
  },
  {
    name: 'A reply that came while a claim was delayed is stored',
    otherwise:
      'A slow poll overwrites the reply: its command is handed out again though it is done.',
    missing: without('stall'),
    async check(subject) {
      const { adapter } = subject
      for (const steps of STEPS) {
        const id = `${steps}`
        await adapter.issue([queued('A', id)])
        const reply = () => report(adapter, replyTo('A', id))
        const { result, isOvertaken } = await heldUp(subject, steps, claim(id), reply)
        const record = await adapter.findRecord('A', id)
        equal(record?.reply?.returnCode, 0, id)
        equal(record?.attemptsMade, result?.length ?? 0, id)
        if (isOvertaken) deepEqual(result, [], id)
      }
    },
  },
  {
    name: 'Everything done while a reply was delayed is kept',
    otherwise: 'A slow reply makes storage forget that its command was handed out or cancelled.',
    missing: without('stall'),
    async check(subject) {
      const { adapter } = subject
      for (const steps of STEPS) {
        const id = `${steps}`
        await adapter.issue([queued('A', id)])
        const reply = async (stalled: CommandAdapter) => report(stalled, replyTo('A', id))
        const { isOvertaken } = await heldUp(subject, steps, reply, async () => {
          await adapter.claim('A', [claimOf(id, 1)])
          await adapter.cancel('A', { ids: [id] }, at(10), 'cancelled')
        })
        const record = await adapter.findRecord('A', id)
        equal(record?.reply?.returnCode, 0, id)
        if (!isOvertaken) continue
        deepEqual([record?.attemptsMade, record?.cancelled?.reason], [1, 'cancelled'], id)
      }
    },
  },
]

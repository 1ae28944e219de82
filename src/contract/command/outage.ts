// Cases: commands while storage is unreachable.
import { fails } from '../proof.js'
import { without } from '../subject.js'
import { at, type CommandCase, claimOf, queued } from './record.js'

export const COMMAND_OUTAGE_CASES: readonly CommandCase[] = [
  {
    name: 'Every call on commands rejects while storage is unreachable',
    otherwise:
      'The app shows a command as issued, and the terminal is told that there is nothing to do.',
    missing: without('disconnect'),
    async check(subject) {
      const { adapter } = subject
      await adapter.issue([queued('A', '1')])
      await subject.disconnect?.()
      await fails('issue', () => adapter.issue([queued('A', '2')]))
      const bounds = { limit: 1, maxBytes: 1 }
      await fails('openCommands', () => adapter.openCommands('A', at(1), bounds))
      await fails('claim', () => adapter.claim('A', [claimOf('1', 1)]))
      await fails('release', () => adapter.release('A', at(1)))
      await fails('cancel', () => adapter.cancel('A', { ids: ['1'] }, at(1), 'cancelled'))
      await fails('cancel', () => {
        return adapter.cancel('A', { key: 'k', before: '1' }, at(1), 'superseded')
      })
      await fails('findRecord', () => adapter.findRecord('A', '1'))
      await fails('findSummaries', () => {
        return adapter.findSummaries([{ serialNumber: 'A', commandId: '1' }])
      })
      await fails('nextNumbers', () => adapter.nextNumbers('A', 1))
      const { recordSent, findBeginning, listCommands, countCommands } = adapter
      const sent = { serialNumber: 'A', commandId: '3', text: 'CHECK' }
      if (recordSent) await fails('recordSent', () => recordSent.call(adapter, sent))
      if (findBeginning) await fails('findBeginning', () => findBeginning.call(adapter, 'A', '1'))
      if (listCommands) await fails('listCommands', () => listCommands.call(adapter, {}, at(1)))
      if (countCommands) await fails('countCommands', () => countCommands.call(adapter, {}, at(1)))
    },
  },
]

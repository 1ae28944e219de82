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
      await fails('openCommands', () => adapter.openCommands('A', at(1), 10))
      await fails('claim', () => adapter.claim('A', [claimOf('1', 1)]))
      await fails('release', () => adapter.release('A', at(1)))
      await fails('cancel', () => adapter.cancel('A', ['1'], at(1), 'cancelled'))
      await fails('findRecord', () => adapter.findRecord('A', '1'))
      if (adapter.commands) await fails('commands', () => adapter.commands?.({}, at(1)))
    },
  },
]

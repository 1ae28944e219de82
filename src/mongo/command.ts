// Commands: issued in order, sent, closed, found.
import { type IssuedCommand, keyOf } from '../command.js'
import type { Promised } from '../promised.js'
import type { CommandStorage } from '../queue/storage.js'
import { cancelOn } from './cancel.js'
import { claimsOn } from './claim.js'
import { type CommandDocument, recordOf } from './document.js'
import type { Collections } from './driver.js'
import { issueOn, take } from './issue.js'
import { listsOn } from './list.js'
import { pollsOn } from './poll.js'
import { findByIds } from './read.js'
import type { Seen } from './seen.js'
import { BEGINNING_OF, beginningOf, SUMMARY, summaryOf } from './summary.js'
import type { Unlogged } from './unlogged.js'
import type { Transact } from './write.js'

/** The calls that store commands and send them. */
export function commandsOn<Issued extends IssuedCommand>(
  collections: Collections,
  transact: Transact,
  seen: Seen,
  log?: Unlogged,
): Promised<CommandStorage<Issued>> {
  const { commands, counters } = collections
  const issue = issueOn<Issued>(collections, transact)
  return {
    issue,
    recordSent: (command) => issue([{ command, issuedAt: new Date() }]),
    ...pollsOn(commands),
    claim: claimsOn(commands),
    cancel: cancelOn(commands, log),
    nextNumbers: (serialNumber, count) => take(counters, serialNumber, 'numbers', count),
    async findRecord(serialNumber, commandId) {
      const found = await commands.findOne({ _id: keyOf(serialNumber, commandId) })
      if (found === null) return undefined
      const document = found as CommandDocument<Issued>
      seen.note(document)
      return recordOf(document)
    },
    async findBeginning(serialNumber, commandId) {
      const ids = [keyOf(serialNumber, commandId)]
      const [found] = await findByIds<CommandDocument<Issued>>(commands, ids, BEGINNING_OF)
      return found && beginningOf(found)
    },
    async findSummaries(identities) {
      const ids = identities.map(({ serialNumber, commandId }) => keyOf(serialNumber, commandId))
      const found = await findByIds<CommandDocument<Issued>>(commands, ids, SUMMARY)
      return found.map(summaryOf)
    },
    ...listsOn<Issued>(commands),
  }
}

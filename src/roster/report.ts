// What a pass reports about each PIN. Pure.
import { privilegeOf } from '../commands/privilege.js'
import type { Decided } from './execute.js'
import type { Reconciliation, RosterEntry, ShownUser } from './options.js'
import type { Held, PersonRow } from './row.js'

/** A report with nobody in it. */
export function emptyResult(serialNumber: string): Reconciliation {
  const lists = { put: [], remove: [], waiting: [], failed: [], foreign: [], skipped: [] }
  return { serialNumber, ...lists, present: 0 }
}

/** The name that was last sent, or that the terminal shows. */
export function nameIn({ name, held }: PersonRow): string | undefined {
  return name ?? held?.name
}

/** What a report says of a PIN. */
export function entryOf({ pin, before, decision, wanted }: Decided, reason: string): RosterEntry {
  const name = nameIn(decision.content) ?? (before && nameIn(before.content))
  return {
    pin,
    ...(name !== undefined && { name }),
    ...(wanted !== undefined && { wanted }),
    reason,
  }
}

/** Adds what was decided about a PIN. */
export function note(result: Reconciliation, decided: Decided): void {
  const { state, content, groups } = decided.decision
  // A question whether he is still there changes nothing.
  const sent = groups.filter(({ at }) => at !== 'presence')
  const entry = entryOf(decided, content.meaning ?? '')
  if (sent.length > 0) {
    const names = sent.map(({ at }) =>
      typeof at === 'object' && 'facet' in at ? at.facet : 'query',
    )
    result.put.push(entryOf(decided, names.join(', ')))
    return
  }
  switch (state) {
    case 'present':
      result.present++
      return
    case 'waiting':
    case 'removing':
      result.waiting.push(entry)
      return
    case 'failed':
    case 'conflict':
      result.failed.push(entry)
      return
    case 'foreign':
      result.foreign.push(entry)
      return
    case 'unwanted':
      result.skipped.push(entry)
      return
    default:
  }
}

/** A user as a terminal shows it, for the hooks of the app. */
export function shownUser(serialNumber: string, pin: string, { name, privilege }: Held): ShownUser {
  return {
    ...{ serialNumber, pin },
    ...(name !== undefined && { name }),
    ...(privilege !== undefined && { privilege: privilegeOf(privilege) ?? 'user' }),
  }
}

// What a pass reports about each PIN. Pure.
import type { Decided } from './execute.js'
import type { Reconciliation } from './options.js'

/** A report with nobody in it. */
export function emptyResult(serialNumber: string): Reconciliation {
  const lists = { put: [], remove: [], waiting: [], failed: [], foreign: [], skipped: [] }
  return { serialNumber, ...lists, present: 0 }
}

/** Adds what was decided about a PIN. */
export function note(result: Reconciliation, { pin, decision }: Decided): void {
  const { state, content, groups } = decision
  const entry = { pin, reason: content.meaning ?? '' }
  if (groups.length > 0) {
    const names = groups.map(({ at }) =>
      typeof at === 'object' && 'facet' in at ? at.facet : 'query',
    )
    result.put.push({ pin, reason: names.join(', ') })
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

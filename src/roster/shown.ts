// What a complete reading says of each row.
import { isNameOf } from './digest.js'
import { type Executing, writeAll } from './execute.js'
import { lateOf, type Reading } from './reading.js'
import type { PersonRow, PersonState } from './row.js'
import { goneOf, lostFacets } from './settle.js'
import type { Snapshot } from './snapshot.js'
import type { RosterWrite } from './storage.js'
import { decode, personWrite } from './write.js'

/** Puts what a complete reading shows into the rows. */
export async function show(snapshot: Snapshot, step: Executing, reading: Reading): Promise<void> {
  const { serialNumber, adapter, now } = step
  const { own, machine } = snapshot
  const isOther = own.content.machine !== undefined && own.content.machine !== machine
  const writes: RosterWrite[] = []
  for (const [pin, before] of snapshot.rows) {
    const shown = shownRow(before.content, reading, isOther)
    if (shown === undefined) continue
    const state = shown.state ?? (before.row.state as PersonState)
    writes.push(personWrite({ serialNumber, pin }, before.row, shown.content, state, now))
  }
  const written = await writeAll(writes, adapter)
  for (const [index, { row }] of writes.entries()) {
    // Another pass has changed it: this one leaves it alone.
    if (written[index] === true) snapshot.rows.set(row.pin, decode(row))
    else snapshot.rows.delete(row.pin)
  }
}

/** What a complete reading says of a row; undefined if it says nothing new. */
function shownRow(
  content: PersonRow,
  { token, isStrict }: Reading,
  isOther: boolean,
): { content: PersonRow; state?: PersonState } | undefined {
  const { owner, removal, facets, held, name } = content
  const isSeen = content.seen === token || content.seen === lateOf(token)
  if (removal !== undefined) {
    const isProof = removal.ids === undefined && !isSeen && !content.isGone
    return isProof ? { content: { ...content, isGone: true } } : undefined
  }
  if (owner === undefined) return undefined
  if (owner === 'foreign') {
    if (isSeen) return undefined
    return { content: { facets: {}, meaning: 'not on the terminal' }, state: 'removed' }
  }
  if (isSeen && isStrict && held?.name !== undefined && name !== undefined) {
    const isSame = isNameOf(held.name, name)
    if (!isSame) return { content: { owner: 'foreign', facets: {}, held, seen: token } }
  }
  const { isGone, ...there } = content
  if (isSeen && !isOther) return isGone ? { content: there } : undefined
  return {
    content: { ...there, ...(isSeen ? { facets: lostFacets(facets) } : goneOf(facets)) },
  }
}

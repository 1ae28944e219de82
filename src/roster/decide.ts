// Decides what to do about one PIN on one terminal: from what should be, what is known, and how far its
// commands are. Pure.
import type { Context, Decision } from './decision.js'
import { isNameOf } from './digest.js'
import { queryOf } from './empty.js'
import { askingForMissing, settledMissing } from './missing.js'
import type { Slots, Wish } from './person.js'
import { askingForPresence, withPresence } from './presence.js'
import { put } from './put.js'
import { afterRemoval, idle, isOther, removal, seenOf } from './removal.js'
import type { PersonRow } from './row.js'
import { failureOf, isDueAgain, isUserMissing, progressOf, settledFacet } from './settle.js'

const NOBODY: PersonRow = { facets: {} }

/**
 * Decides about a PIN.
 *
 * @param wish undefined if nobody with this PIN belongs on the terminal
 * @param slots the templates and photo, if they were loaded
 */
export function decide(
  pin: string,
  known: PersonRow | undefined,
  wish: Wish | undefined,
  context: Context,
  slots?: Slots,
): Decision {
  let row = settled(known ?? NOBODY, context)
  const { tries } = row.asked ?? {}
  if (row.removal !== undefined) {
    const left = afterRemoval(pin, row, wish, context)
    if ('state' in left) return left
    row = left
  }
  if (row.asked !== undefined) {
    const left = afterAsking(pin, row, row.asked, context)
    if ('state' in left) return left
    row = left
  }
  row = withPresence(row, context)
  if (row.owner === 'foreign') {
    if (wish === undefined) return foreign(pin, row, context)
    if (!isAdopted(pin, row, wish, context)) {
      const decision = idle(row, 'conflict', "the PIN is somebody else's on this terminal")
      return askingForPresence(pin, decision, context)
    }
    row = { owner: 'ours', facets: {}, ...(row.held && { held: row.held }), ...seenOf(row) }
  }
  if (row.owner === 'ours') {
    if (wish === undefined) return removal(pin, row, 'gone', context)
    if (isOther(row, wish)) return removal(pin, row, 'reused', context)
    const decision = put(pin, settledMissing(row, context), wish, context, slots)
    if (decision.needsSlots) return decision
    return askingForPresence(pin, askingForMissing(pin, decision, context), context)
  }
  if (wish === undefined) {
    // Somebody may be added by hand until the PIN is wanted again.
    const { isFree: _, ...rest } = row
    return idle(rest, 'removed', 'not on the terminal')
  }
  if (context.isRead === undefined) {
    return waiting(row, 'who is on the terminal is being found out first')
  }
  if (context.isRead === 'each' && row.isFree !== true) return asking(pin, row, context, tries)
  const { isFree: _, told: __, held: ___, ...free } = row
  return put(pin, { ...free, owner: 'ours', isFresh: true }, wish, context, slots)
}

function settled(known: PersonRow, context: Context): PersonRow {
  const facets: PersonRow['facets'] = {}
  for (const [name, facet] of Object.entries(known.facets)) {
    const now = settledFacet(facet, context)
    if (now !== undefined) facets[name] = now
  }
  const { isFresh, oldName, ...rest } = known
  const { user } = facets
  const isAcknowledged = user !== undefined && user.ids === undefined && user.failure === undefined
  if (isAcknowledged) return { ...rest, facets }
  // Once it was sent, what the terminal shows may be ours.
  const isSent = user?.ids !== undefined && progressOf(user, context.look).is === 'open'
  const fresh = isFresh && !isSent ? { isFresh } : {}
  return { ...rest, facets, ...fresh, ...(oldName !== undefined && { oldName }) }
}

/** A row that shows whether its PIN is free, or what to do until it does. */
function afterAsking(
  pin: string,
  row: PersonRow,
  asked: NonNullable<PersonRow['asked']>,
  context: Context,
): PersonRow | Decision {
  const { asked: _, ...rest } = row
  if (rest.owner !== undefined) return rest
  if (asked.failure !== undefined) {
    // A reading has shown everybody since.
    if (context.isRead === 'all') return rest
    if (isDueAgain(asked.failure, context, context.isChanged(pin))) return rest
    return idle(row, 'failed', asked.failure.meaning)
  }
  const progress = progressOf(asked, context.look)
  const isForgotten = asked.ids?.some((id) => context.look(id) === undefined)
  if (progress.is === 'lost' || isForgotten) return rest
  if (progress.is === 'open' || progress.is === 'unsent') {
    return waiting({ ...row, asked: { ...asked, isIssued: true } }, ASKING)
  }
  if (progress.is === 'done' || isUserMissing(progress.look)) return { ...rest, isFree: true }
  const tries = (asked.tries ?? 0) + 1
  const failure = failureOf(progress.look, tries, context)
  const meaning = `the terminal doesn't show whether the PIN is free (${failure.meaning}): see confirmFree`
  return idle({ ...rest, asked: { tries, failure: { ...failure, meaning } } }, 'failed', meaning)
}

const ASKING = 'asking whether the PIN is free'

function foreign(pin: string, row: PersonRow, context: Context): Decision {
  const isOwned = context.isRead === 'all' && context.owns(pin)
  if (isOwned) return removal(pin, row, 'foreign', context)
  return askingForPresence(pin, idle(row, 'foreign', 'not ours'), context)
}

function isAdopted(pin: string, row: PersonRow, wish: Wish, context: Context): boolean {
  const { name } = row.held ?? {}
  if (name && wish.name && isNameOf(name, wish.name)) return true
  return context.adopts(pin, row.held ?? {})
}

function asking(pin: string, row: PersonRow, { family, round }: Context, tries = 0): Decision {
  const { held: _, ...rest } = row
  const presence = round && { presence: { token: round.token } }
  return {
    ...waiting({ ...rest, ...presence, asked: { tries } }, ASKING),
    groups: [{ at: 'asked', commands: [queryOf(pin, family)] }],
  }
}

function waiting(content: PersonRow, meaning: string): Decision {
  return idle(content, 'waiting', meaning)
}

// Deleting a person from a terminal: when it is decided, how far it is, and when he is known to be gone.
// Pure.
import type { Context, Decision } from './decision.js'
import { emptying } from './empty.js'
import type { Wish } from './person.js'
import type { Failure, PersonRow, PersonState } from './row.js'
import {
  failureOf,
  isDueAgain,
  isUserMissing,
  type Look,
  pauseAfter,
  progressOf,
} from './settle.js'

/** A row whose person is gone, or what to do until that is so. */
export function afterRemoval(
  pin: string,
  row: PersonRow,
  wish: Wish | undefined,
  context: Context,
): PersonRow | Decision {
  const { removal: before, ...rest } = row
  if (before === undefined) return row
  const free: PersonRow = { facets: {}, isFree: true, ...seenOf(row) }
  // What was shown since it began may have come after its command had gone by.
  const isUnseen = row.held === undefined
  if (before.isConfirmed || (before.isDone && row.isGone && isUnseen)) return free
  if (before.failure !== undefined) {
    if (before.isDone && before.failure.kind === 'stuck' && isUnseen) {
      // He would only come back to what was his.
      if (wish !== undefined && before.why !== 'foreign' && !isOther(row, wish)) return free
      if (wish === undefined) return idle(row, 'removed', before.failure.meaning)
    }
    const isDue = isDueAgain(before.failure, context, context.isChanged(pin))
    if (!isDue) return idle(row, 'failed', before.failure.meaning)
    return context.isApplied(pin)
      ? again(pin, { ...rest, removal: before }, context)
      : idle(row, 'unwanted', before.failure.meaning)
  }
  const progress = progressOf(before, context.look)
  if (progress.is === 'lost') {
    if (!context.isApplied(pin))
      return idle(row, 'unwanted', 'not deleted: deletes are only reported')
    return { ...again(pin, row, context), isOldRemoval: true }
  }
  if (progress.is === 'open' || progress.is === 'unsent') {
    const issued: PersonRow = { ...row, removal: { ...before, isIssued: true } }
    return idle(issued, 'removing', 'being deleted')
  }
  const unmet = before.needed.find((id) => context.look(id)?.state !== 'succeeded')
  const failed = unmet === undefined ? undefined : context.look(unmet)
  const query = context.look(before.query)
  const isAnswered = query?.state === 'succeeded' || (query !== undefined && isUserMissing(query))
  const isDone = unmet === undefined && isUnseen
  if (isDone && isAnswered) return free
  const tries = (before.tries ?? 0) + 1
  const { ids: _, isIssued: __, ...kept } = before
  const failure = failed
    ? failureOf(failed, tries, context)
    : unproved(isDone ? query : undefined, isUnseen, tries, context)
  const meaning = isDone
    ? `deleted, but the terminal doesn't show whether the PIN is free (${failure.meaning}): see confirmFree`
    : `not deleted: ${failure.meaning}`
  const next: PersonRow = {
    ...rest,
    removal: {
      ...kept,
      ...(isDone && { isDone }),
      ...{ tries, failure: { ...failure, meaning } },
    },
  }
  return wish === undefined && failure.kind === 'stuck' && isDone
    ? idle(next, 'removed', meaning)
    : idle(next, 'failed', meaning)
}

/** Why all was deleted, and the PIN isn't known to be free. */
function unproved(
  query: Look | undefined,
  isUnseen: boolean,
  tries: number,
  context: Context,
): Failure {
  // It knows no such query: nothing but a reading can show it.
  if (query?.state === 'failed') {
    return { kind: 'stuck', meaning: query.meaning, while: context.capabilities }
  }
  if (query !== undefined) return failureOf(query, tries, context)
  const meaning = isUnseen ? 'its commands were forgotten' : 'the terminal still shows the user'
  return { kind: 'retry', meaning, retryAt: context.now + pauseAfter(tries) }
}

/** Whether the app wants somebody else than the one whom a row is about. */
export function isOther({ person }: PersonRow, wish: Wish): boolean {
  return wish.person !== undefined && (person ?? wish.person) !== wish.person
}

/** The deletion anew, as a whole. */
function again(pin: string, row: PersonRow, context: Context): Decision {
  const { removal: before } = row
  return removing(pin, row, before?.why ?? 'gone', before?.slots ?? [], context)
}

/** Decides to delete a person. */
export function removal(
  pin: string,
  row: PersonRow,
  why: 'gone' | 'reused' | 'foreign',
  context: Context,
): Decision {
  const isAdministrator = Number(row.held?.privilege ?? 0) === 14
  if (isAdministrator && !context.isReleased(pin)) {
    return idle(row, 'unwanted', 'not deleted: an administrator (see admins)')
  }
  if (!context.isApplied(pin)) {
    const meaning =
      why === 'reused'
        ? "the PIN was another person's, who is not deleted: deletes are only reported"
        : 'not deleted: deletes are only reported'
    return { ...idle(row, why === 'foreign' ? 'foreign' : 'unwanted', meaning), isRemoval: true }
  }
  const slots = [...Object.keys(row.facets), ...Object.keys(row.told ?? {})]
  return { ...removing(pin, row, why, slots, context), isRemoval: true }
}

function removing(
  pin: string,
  row: PersonRow,
  why: 'gone' | 'reused' | 'foreign',
  slots: readonly string[],
  context: Context,
): Decision {
  const { commands, query } = emptying(pin, context.family, context.types, slots)
  const cancel = Object.values(row.facets).flatMap(({ ids = [] }) => ids)
  cancel.push(...(row.missing?.ids ?? []), ...(row.presence?.ids ?? []))
  // What the terminal shows from now on is proof: what it showed before isn't.
  const {
    held: _,
    facets: __,
    drift: ___,
    isGone: ____,
    missing: _____,
    presence: ______,
    removal: before,
    ...rest
  } = row
  const tries = before?.tries
  return {
    content: {
      ...rest,
      facets: {},
      removal: {
        why,
        slots: [...slots],
        needed: [],
        query: '',
        ...(tries !== undefined && { tries }),
      },
      meaning: 'being deleted',
    },
    state: 'removing',
    groups: [
      {
        at: { removal: [...commands.map(({ isNeeded }) => isNeeded), false] },
        commands: [...commands.map(({ command }) => command), query],
      },
    ],
    cancel,
  }
}

/** Nothing to send. */
export function idle(content: PersonRow, state: PersonState, meaning: string): Decision {
  return { content: { ...content, meaning }, state, groups: [], cancel: [] }
}

/** Which reading last showed it. */
export function seenOf({ seen }: PersonRow): Pick<PersonRow, 'seen'> {
  return seen === undefined ? {} : { seen }
}

// A terminal that can't show everybody at once is asked for each person, now and then, so that who was
// deleted there is noticed. Pure.
import type { Context, Decision } from './decision.js'
import { queryOf } from './empty.js'
import type { Read } from './reading.js'
import type { PersonRow } from './row.js'
import { failureOf, goneOf, isUserMissing, type Look, lostFacets, progressOf } from './settle.js'
import { idsIn, type Known } from './write.js'

/** The questions whether people are still there. */
export interface Round {
  /** Marks the rows that it has asked for. */
  token: string
  /** Whether the terminal may be another one: then nothing is on it that wasn't sent since. */
  isOther: boolean
  /** How many may still be asked in this pass. */
  left: number
}

const MOST_TRIES = 5
// Of one pass, so that what the app changes doesn't wait behind thousands of questions.
const AT_ONCE = 100

/** The round of questions that is due; undefined if the terminal shows everybody. */
export function roundOf(
  read: Read | undefined,
  rows: Iterable<Known<PersonRow>>,
): Round | undefined {
  const { token, isOther = false } = read ?? {}
  if (token === undefined) return undefined
  let left = AT_ONCE
  for (const { content } of rows) {
    const { presence } = content
    if (presence?.isRefused && presence.token === token) return undefined
    if (presence?.ids !== undefined) left--
  }
  return { token, isOther, left }
}

/** The row with what the question has shown. */
export function withPresence(row: PersonRow, context: Context): PersonRow {
  if (row.presence?.ids === undefined) return row
  const { presence, ...rest } = row
  const { token, ids: [id = ''] = [], tries = 0, isShown = false } = presence
  const progress = progressOf(presence, context.look)
  switch (progress.is) {
    case 'lost':
      return rest
    case 'open':
    case 'unsent':
      return { ...row, presence: { ...presence, isIssued: true } }
    default: {
      const look = context.look(id)
      // Storage has forgotten what was answered: it proves nothing.
      if (look === undefined) return rest
      const known: PersonRow = { ...rest, presence: { token } }
      const isAnswered = look.state === 'succeeded' || isUserMissing(look)
      if (!isAnswered && !isShown) return unanswered(known, tries + 1, look, context)
      if (!isShown) return gone(known)
      return context.round?.isOther ? { ...known, facets: lostFacets(known.facets) } : known
    }
  }
}

function unanswered(known: PersonRow, tries: number, look: Look, context: Context): PersonRow {
  const { kind, retryAt } = failureOf(look, tries, context)
  const token = known.presence?.token ?? ''
  if (kind === 'stuck') return { ...known, presence: { token, isRefused: true } }
  if (retryAt === undefined || tries > MOST_TRIES) return known
  return { ...known, presence: { token: '', tries, retryAt } }
}

function gone(row: PersonRow): PersonRow {
  const { owner, facets, presence } = row
  if (owner !== 'foreign') return { ...row, ...goneOf(facets) }
  return { facets: {}, isFree: true, ...(presence && { presence }) }
}

/** The decision, and the question if it is this person's turn. */
export function askingForPresence(pin: string, decision: Decision, context: Context): Decision {
  const { round, family, now } = context
  const { content, groups } = decision
  if (round === undefined || round.left <= 0) return decision
  if (groups.length > 0 || decision.isRemoval) return decision
  const { presence, owner, facets, isGone } = content
  if (presence?.token === round.token || now < (presence?.retryAt ?? 0)) return decision
  const isThere = owner === 'foreign' || (facets.user !== undefined && !facets.user.failure)
  if (!isThere || isGone || idsIn(content).length > 0) return decision
  round.left--
  const { tries } = presence ?? {}
  return {
    ...decision,
    content: { ...content, presence: { token: round.token, ...(tries && { tries }) } },
    groups: [{ at: 'presence', commands: [queryOf(pin, family)] }],
  }
}

/** The question about somebody whom the terminal has just shown. */
export function seenIn({ presence }: PersonRow): Pick<PersonRow, 'presence'> {
  return presence?.ids === undefined ? {} : { presence: { ...presence, isShown: true } }
}

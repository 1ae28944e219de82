// What to send for a person whose PIN is ours, or free. Pure.
import { privilegeOf } from '../commands/privilege.js'
import type { Context, Decision, Group } from './decision.js'
import { cardOf, digestOf, isNameOf } from './digest.js'
import { deletingSlot } from './empty.js'
import type { Slots, Wish } from './person.js'
import type { Facet, Held, PersonRow, PersonState } from './row.js'
import { isDueAgain, LOST, progressOf } from './settle.js'
import { sorted, unwantedIn, type Wanted, wantedOf } from './wanted.js'

/** Decides what to send for a person whose PIN is ours, or free. */
export function put(
  pin: string,
  before: PersonRow,
  wish: Wish,
  context: Context,
  slots?: Slots,
): Decision {
  const { row, drift } = withDrift(before, wish)
  const version = wish.version && `${wish.version} ${context.capabilities}`
  const isLoaded = slots !== undefined && version !== undefined
  const facets = isLoaded ? sorted(row.facets, slots) : { ...row.facets }
  const wanted = wantedOf(facets, wish, isLoaded ? slots : undefined, before.held)
  const isDue = ({ failure }: Facet) =>
    failure === undefined || isDueAgain(failure, context, context.isChanged(pin))
  const unwanted = context.isApplied(pin) ? unwantedIn(facets, isDue) : []
  const deletions = unwanted.filter((name) => !wanted.has(name))
  const { replaced, isHeldUp } = toReplace({ ...row, facets }, wanted, deletions.length > 0, {
    isDue,
    isUnsent: (facet) => progressOf(facet, context.look).is === 'unsent',
  })
  const isNew = version !== undefined && row.version !== version
  const lacksContent = replaced.some(([, { commands }]) => commands === undefined)
  const rest: PersonRow = {
    ...row,
    facets,
    ...(wish.person !== undefined && { person: wish.person }),
    ...(isLoaded && { version, unfit: slots.unfit }),
  }
  if (!isHeldUp && !isLoaded && (isNew || lacksContent)) {
    return { ...idle(rest), needsSlots: true }
  }
  const groups: Group[] = replaced.flatMap(([name, one]) => {
    return one.commands?.length ? [{ at: { facet: name }, commands: one.commands }] : []
  })
  const cancel = replaced.flatMap(([name]) => facets[name]?.ids ?? [])
  for (const [name, { digest, pieces }] of replaced) {
    const { tries } = facets[name]?.digest === digest ? (facets[name] as Facet) : {}
    facets[name] = { digest, ...(pieces && { pieces }), ...(tries !== undefined && { tries }) }
  }
  for (const name of isHeldUp ? [] : deletions) {
    cancel.push(...(facets[name]?.ids ?? []))
    facets[name] = { digest: '' }
    groups.push({
      at: { facet: name },
      commands: deletingSlot(pin, context.family, name, context.types),
    })
  }
  if (groups.length === 0) return { ...idle(rest), ...(drift && { drift }) }
  const isUserSent = replaced.some(([name]) => name === 'user')
  const { isGone: _, ...there } = rest
  const content: PersonRow = {
    ...there,
    ...(isUserSent && wish.name !== undefined && namesOf(row, wish.name)),
    ...(isUserSent && rest.held && { held: { ...rest.held, isOld: true } }),
    meaning: 'on its way',
  }
  return { content, state: 'waiting', groups, cancel, ...(drift && { drift }) }
}

function namesOf({ name: before }: PersonRow, name: string): Pick<PersonRow, 'name' | 'oldName'> {
  return before === undefined || before === name ? { name } : { name, oldName: before }
}

/** What is sent, in its order: what is needed, and what is unsent or depends on it. */
function toReplace(
  { facets }: PersonRow,
  wanted: ReadonlyMap<string, Wanted>,
  hasDeletions: boolean,
  { isDue, isUnsent }: Record<'isDue' | 'isUnsent', (facet: Facet) => boolean>,
): { replaced: [string, Wanted][]; isHeldUp: boolean } {
  const isNeeded = (name: string, digest: string | undefined) => {
    const facet = facets[name]
    if (facet === undefined || facet.digest !== digest) return true
    return facet.failure !== undefined && isDue(facet)
  }
  const { user } = facets
  const isMissing =
    user?.failure === undefined &&
    [...wanted.keys()].some((name) => {
      const facet = facets[name]
      return facet?.failure?.kind === 'user' && isDue(facet)
    })
  const userIsNeeded = isMissing || isNeeded('user', wanted.get('user')?.digest)
  // Nothing can be sent for a user whom the terminal doesn't take.
  const isHeldUp = user?.failure !== undefined && !userIsNeeded
  if (isHeldUp) return { replaced: [], isHeldUp }
  const needed = new Set(
    [...wanted].flatMap(([name, { digest }]) => {
      const isIn = name === 'user' ? userIsNeeded : isNeeded(name, digest)
      return isIn ? [name] : []
    }),
  )
  if (needed.size === 0 && !hasDeletions) return { replaced: [], isHeldUp }
  const replaced = [...wanted].filter(([name, { digest }]) => {
    const facet = facets[name]
    if (facet === undefined || needed.has(name)) return true
    // He may have been deleted at the terminal, and what he had with him.
    return userIsNeeded ? facet.digest !== digest || isDue(facet) : isUnsent(facet)
  })
  return { replaced, isHeldUp }
}

/** A difference that the terminal has made is corrected once. */
function withDrift(row: PersonRow, wish: Wish): { row: PersonRow; drift?: Held } {
  const { held, facets } = row
  const { user } = facets
  if (user !== undefined && user.digest !== wish.userDigest && user.digest !== LOST) {
    const { drift: _, ...rest } = row
    return { row: rest }
  }
  const isSettled = user !== undefined && user.ids === undefined && user.failure === undefined
  if (!isSettled || held === undefined || held.isOld) return { row }
  const difference = differenceOf(held, wish)
  if (difference === undefined || difference === row.drift) return { row }
  const lost = { ...user, digest: LOST }
  return { row: { ...row, drift: difference, facets: { ...facets, user: lost } }, drift: held }
}

/** In what a terminal differs from what was sent; undefined if in nothing that the app gave. */
export function differenceOf(held: Held, wish: Wish): string | undefined {
  const { name, card, privilege } = held
  const isNamed = name === undefined || wish.name === undefined || isNameOf(name, wish.name)
  const hasCard =
    card === undefined || wish.card === undefined || card === digestOf(cardOf(wish.card))
  const own = wish.privilege
  const isAsPrivileged =
    privilege === undefined || own === undefined || (privilegeOf(privilege) ?? 'user') === own
  if (isNamed && hasCard && isAsPrivileged) return undefined
  return digestOf([name, card, privilege])
}

function idle(content: PersonRow): Decision {
  const { state, meaning } = stateOf(content)
  return { content: { ...content, meaning }, state, groups: [], cancel: [] }
}

function stateOf({ facets, unfit = {}, drift }: PersonRow): {
  state: PersonState
  meaning: string
} {
  const all = Object.entries(facets).filter(([, { isUnwanted }]) => !isUnwanted)
  if (all.length === 0 || all.some(([, { ids }]) => ids !== undefined)) {
    return { state: 'waiting', meaning: 'on its way' }
  }
  const failures = all.flatMap(([name, { failure }]) =>
    failure ? [`${name}: ${failure.meaning}`] : [],
  )
  if (failures.length > 0) return { state: 'failed', meaning: failures.join('; ').slice(0, 500) }
  if (all.some(([, { digest }]) => digest === LOST))
    return { state: 'waiting', meaning: 'to be sent again' }
  const missing = Object.entries(unfit).map(([name, reason]) => `${name} can't come: ${reason}`)
  const notes = drift === undefined ? missing : [...missing, 'the terminal was edited']
  return { state: 'present', meaning: notes.join('; ').slice(0, 500) || 'on the terminal' }
}

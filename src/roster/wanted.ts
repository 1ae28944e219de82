// What a terminal should hold of a person, facet by facet, and what it holds in vain. Pure.
import type { BuiltCommand } from '../commands/built.js'
import { privilegeOf } from '../commands/privilege.js'
import type { Slots, Wish } from './person.js'
import type { Facet, Held, PersonRow } from './row.js'
import { LOST } from './settle.js'

/** One facet as it should be. */
export interface Wanted {
  digest: string
  pieces?: string[]
  /** Undefined if its content was not loaded. */
  commands?: readonly BuiltCommand[]
}

const OWN = new Set(['user', 'doors'])
// What replaced it can't come: what is there is no longer wanted. Otherwise the new one is broken, or
// the terminal hasn't said enough.
const OUTDATED: ReadonlySet<string> = new Set(['version', 'type'])

/** The facets, with what is no longer wanted marked as such. */
export function sorted(before: PersonRow['facets'], { slots, unfit }: Slots): PersonRow['facets'] {
  const facets: PersonRow['facets'] = {}
  for (const [name, facet] of Object.entries(before)) {
    const { isUnwanted: _, ...plain } = facet
    const isKept = OWN.has(name) || slots.has(name) || facet.digest === ''
    if (isKept) facets[name] = plain
    else if (unfit[name] === undefined || OUTDATED.has(unfit[name])) {
      facets[name] = { ...plain, isUnwanted: true }
    } else if (facet.digest !== LOST && facet.failure === undefined) facets[name] = plain
  }
  return facets
}

/** What should be there, in the order in which it is sent. */
export function wantedOf(
  facets: PersonRow['facets'],
  wish: Wish,
  slots: Slots | undefined,
  held: Held | undefined,
): Map<string, Wanted> {
  // Fields that aren't sent may be reset: an administrator must stay one.
  const privilege = privilegeOf(held?.privilege ?? '')
  const keeps = privilege === 'user' ? undefined : privilege
  const wanted = new Map<string, Wanted>()
  wanted.set('user', {
    digest: wish.userDigest,
    // Optimization: built only if it is sent; with that of writeDecisions a third of a pass in step.
    get commands() {
      return [wish.putUser(keeps)]
    },
  })
  if (wish.doors !== undefined) wanted.set('doors', wish.doors)
  if (wish.version === undefined) return wanted
  if (slots !== undefined) {
    for (const [name, slot] of slots.slots) wanted.set(name, slot)
    return wanted
  }
  for (const [name, { digest, isUnwanted }] of Object.entries(facets)) {
    if (!OWN.has(name) && digest !== '' && !isUnwanted) {
      // It must be sent again, and only its content says what.
      wanted.set(name, { digest: digest === LOST ? 'unloaded' : digest })
    }
  }
  return wanted
}

/** The slots to delete: those that are no longer wanted, and those whose deletion failed. */
export function unwantedIn(
  facets: PersonRow['facets'],
  isDue: (facet: Facet) => boolean,
): string[] {
  return Object.entries(facets).flatMap(([name, facet]) => {
    const isFailed = facet.digest === '' && facet.failure !== undefined && isDue(facet)
    return facet.isUnwanted || isFailed ? [name] : []
  })
}

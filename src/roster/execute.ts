// Carries out decisions: writes the rows first, then takes back what is unsent, then issues.
import type { BuiltCommand } from '../commands/built.js'
import { announce } from '../news.js'
import { checkIds } from '../queue/answer.js'
import type { CommandQueue } from '../queue/calls.js'
import type { Issue } from '../queue/issue.js'
import { writeRows } from './answer.js'
import type { Decision } from './decision.js'
import type { RosterAdapter } from './options.js'
import type { PersonRow, Sending } from './row.js'
import type { RosterRow, RosterWrite } from './storage.js'
import { type Known, personWrite } from './write.js'

/** What carrying out needs. */
export interface Executing {
  serialNumber: string
  adapter: RosterAdapter
  commands: Pick<CommandQueue, 'issueAll'>
  /** New ids for commands of this terminal. */
  newIds(count: number): Promise<string[]>
  now: Date
}

/** A decision about a PIN, and the row it was made from. */
export interface Decided {
  pin: string
  before: Known<PersonRow> | undefined
  decision: Decision
  /** The name of whoever is wanted under a PIN that is somebody else's. */
  wanted?: string
}

/** A decision that was written: the row, and the commands that it names. */
export interface Written extends Decided {
  row: RosterRow
  content: PersonRow
  issues: Issue[]
}

const MOST_CLOSED = 1000
const MOST_WRITTEN = 500
const MOST_ISSUED = 100

/**
 * Writes what was decided, each row only if nobody has changed it since.
 *
 * @returns those that were written; another pass takes care of the others
 */
export async function writeDecisions(
  all: readonly Decided[],
  executing: Executing,
): Promise<Written[]> {
  const { serialNumber, adapter, now } = executing
  const count = all.flatMap(({ decision }) => decision.groups.flatMap((one) => one.commands)).length
  const ids = count === 0 ? [] : await executing.newIds(count)
  const drafts: (Decided & { write: RosterWrite; content: PersonRow; issues: Issue[] })[] = []
  for (const one of all) {
    const { pin, before, decision } = one
    if (isInStep(decision, before?.row)) continue
    const { content, issues } = named(serialNumber, pin, decision, ids)
    const place = { serialNumber, pin }
    const isRemoval = decision.isRemoval === true && issues.length > 0
    const write = personWrite(place, before?.row, content, decision.state, now, isRemoval)
    drafts.push({ ...one, write, content, issues })
  }
  if (drafts.length === 0) return []
  const written = await writeAll(
    drafts.map(({ write }) => write),
    adapter,
  )
  return drafts.flatMap(({ write, ...one }, index) => {
    return written[index] === true ? [{ ...one, row: write.row }] : []
  })
}

/** Writes any number of rows, and returns of each whether it was written. */
export async function writeAll(
  writes: readonly RosterWrite[],
  adapter: RosterAdapter,
): Promise<boolean[]> {
  const written: boolean[] = []
  for (let start = 0; start < writes.length; start += MOST_WRITTEN) {
    written.push(...(await writeRows(adapter, writes.slice(start, start + MOST_WRITTEN))))
  }
  return written
}

/** Issues the commands of rows that were written, and notes that storage has them. */
export async function issueWritten(
  written: readonly Written[],
  executing: Executing,
): Promise<void> {
  const { serialNumber, adapter, commands, now } = executing
  const cancel = written.flatMap(({ decision }) => decision.cancel)
  for (let start = 0; start < cancel.length; start += MOST_CLOSED) {
    const ids = cancel.slice(start, start + MOST_CLOSED)
    const closed = await adapter.cancel(serialNumber, { ids }, now, 'superseded')
    checkIds('cancel', closed)
    for (const id of closed) announce(serialNumber, id)
  }
  const issuing = written.filter((one) => one.issues.length > 0)
  for (let start = 0; start < issuing.length; start += MOST_ISSUED) {
    const part = issuing.slice(start, start + MOST_ISSUED)
    await commands.issueAll(part.flatMap(({ issues }) => issues))
    await writeRows(
      adapter,
      part.map(({ pin, row, content, decision }) => {
        return personWrite({ serialNumber, pin }, row, asIssued(content), decision.state, now)
      }),
    )
  }
}

/** A command of the roster: it has no key, because superseding would put it behind what needs it. */
export function issueOf(
  serialNumber: string,
  pin: string,
  { key: _, ...command }: BuiltCommand,
  commandId: string,
): Issue {
  return { serialNumber, command: { ...command, fence: pin }, commandId }
}

function named(
  serialNumber: string,
  pin: string,
  { content, groups }: Decision,
  ids: string[],
): { content: PersonRow; issues: Issue[] } {
  const next: PersonRow = { ...content, facets: { ...content.facets } }
  const issues: Issue[] = []
  for (const { at, commands } of groups) {
    const own = ids.splice(0, commands.length)
    issues.push(
      ...commands.map((command, index) => issueOf(serialNumber, pin, command, own[index] ?? '')),
    )
    if (at === 'asked') next.asked = { ...next.asked, ids: own }
    else if (at === 'presence') {
      if (next.presence !== undefined) next.presence = { ...next.presence, ids: own }
    } else if (at === 'missing') {
      if (next.missing !== undefined) next.missing = { ...next.missing, ids: own }
    } else if ('facet' in at) {
      const facet = next.facets[at.facet]
      if (facet !== undefined) next.facets[at.facet] = { ...facet, ids: own }
    } else if (next.removal !== undefined) {
      const needed = own.filter((_, index) => at.removal[index])
      next.removal = { ...next.removal, ids: own, needed, query: own.at(-1) ?? '' }
    }
  }
  return { content: next, issues }
}

function asIssued(content: PersonRow): PersonRow {
  const issued = <One extends Sending>(one: One): One => {
    return one.ids === undefined ? one : { ...one, isIssued: true }
  }
  const { removal, asked, missing, presence } = content
  return {
    ...content,
    facets: Object.fromEntries(
      Object.entries(content.facets).map(([name, facet]) => [name, issued(facet)]),
    ),
    ...(removal && { removal: issued(removal) }),
    ...(asked && { asked: issued(asked) }),
    ...(missing && { missing: issued(missing) }),
    ...(presence && { presence: issued(presence) }),
  }
}

// Nearly everybody is: this is all that a pass does for them.
function isInStep({ groups, content, state }: Decision, before: RosterRow | undefined): boolean {
  return (
    groups.length === 0 && state === before?.state && JSON.stringify(content) === before.content
  )
}

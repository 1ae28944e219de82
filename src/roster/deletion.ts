// Deletes people from a terminal, if the guards allow it.
import {
  type Decided,
  type Executing,
  issueWritten,
  type Written,
  writeAll,
  writeDecisions,
} from './execute.js'
import { checkDeletes, type Limits } from './guard.js'
import type { Reconciliation } from './options.js'
import type { RosterPerson } from './person.js'
import { entryOf, note } from './report.js'
import { personWrite } from './write.js'

/** What deleting needs. */
export interface Deleting {
  /** Who belongs on the terminal. */
  people: ReadonlyMap<string, RosterPerson>
  limits: Limits
  executing: Executing
  isDry: boolean
  result: Reconciliation
}

/** Deletes those who may be deleted. */
export async function remove(work: Deleting, removals: readonly Decided[]): Promise<void> {
  const { people, result, executing, limits, isDry } = work
  const withheld = reasonToKeep(work, removals)
  if (withheld !== undefined) {
    await keepAll(work, removals, withheld)
    return
  }
  const issued = removals.filter(({ decision }) => decision.groups.length > 0)
  const others = removals.filter(({ decision }) => decision.groups.length === 0)
  for (const one of others) note(result, one)
  for (const one of issued) {
    result.remove.push(entryOf(one, people.has(one.pin) ? 'reused' : 'not desired'))
  }
  if (isDry) return
  await writeDecisions(others, executing)
  if (issued.length === 0) return
  const { serialNumber, adapter, now } = executing
  const fresh = issued.filter(({ decision }) => decision.isRemoval)
  const check = (more: number) => checkDeletes(serialNumber, more, adapter, limits, now)
  await check(fresh.length)
  const written = await writeDecisions(issued, executing)
  try {
    // Other passes may have decided at the same time: each counts the others before it goes on.
    await check(0)
  } catch (error) {
    await takeBack(written, executing)
    throw error
  }
  await issueWritten(written, executing)
}

function reasonToKeep(
  { people, isDry }: Deleting,
  removals: readonly Decided[],
): string | undefined {
  if (removals.length === 0 || people.size > 0) return undefined
  return isDry || removals.some(({ decision }) => decision.groups.length > 0)
    ? 'not deleted: desired() yielded nobody'
    : undefined
}

async function keepAll(
  work: Deleting,
  removals: readonly Decided[],
  reason: string,
): Promise<void> {
  for (const one of removals) work.result.skipped.push(entryOf(one, reason))
  if (work.isDry) return
  const kept = removals.flatMap(({ pin, before }): Decided[] => {
    if (before === undefined) return []
    const content = { ...before.content, meaning: reason }
    return [{ pin, before, decision: { content, state: 'unwanted', groups: [], cancel: [] } }]
  })
  await writeDecisions(kept, work.executing)
}

async function takeBack(written: readonly Written[], executing: Executing): Promise<void> {
  const { serialNumber, adapter } = executing
  const writes = written.flatMap(({ pin, before, row }) => {
    if (before === undefined) return []
    const { removedAt: _, ...rest } = row
    const known = before.row.removedAt
    const base = { ...rest, ...(known && { removedAt: known }) }
    return [personWrite({ serialNumber, pin }, base, before.content, 'unwanted', executing.now)]
  })
  await writeAll(writes, adapter)
}

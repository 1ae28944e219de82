// Commands of the roster that its rows no longer name: they are closed, never sent.
import { describe, wrong } from '../check.js'
import type { Awaitable, Deadline } from '../endpoint/deadline.js'
import { announce } from '../news.js'
import { misanswered, shapeOf } from '../reply/found.js'
import { checkIds } from './answer.js'
import { isDue } from './plan.js'
import type { CommandStorage, OpenCommand } from './storage.js'

/** What the fence needs of storage: none of it, as long as no command has `terms.fence`. */
export interface FenceStorage extends Partial<Pick<CommandStorage, 'cancel'>> {
  /** The rows of the roster, as in `RosterStorage`. */
  findRoster?(
    serialNumber: string,
    pins: readonly string[],
  ): Awaitable<readonly { pin: string; commandIds: readonly string[] }[]>
}

/**
 * Closes those of these open commands that could be sent now and that their rows don't name: a pass
 * that stalled before it issued them has been overtaken by another.
 *
 * @returns whether there were any, so that the open commands have changed
 */
export async function closeUnnamed(
  adapter: FenceStorage,
  serialNumber: string,
  open: readonly OpenCommand[],
  now: Date,
  deadline: Deadline,
): Promise<boolean> {
  const fenced = open.filter((record) => record.terms.fence !== undefined && isDue(record, now))
  if (fenced.length === 0) return false
  const { findRoster, cancel } = adapter
  if (findRoster === undefined) throw lacking('findRoster')
  if (cancel === undefined) throw lacking('cancel')
  const pins = [...new Set(fenced.map(({ terms }) => terms.fence ?? ''))]
  const rows = await deadline.wait(findRoster.call(adapter, serialNumber, pins))
  checkRosterRows('findRoster', rows, FENCED_MEMBERS)
  const named = new Set(
    rows.flatMap(({ pin, commandIds }) => commandIds.map((id) => JSON.stringify([pin, id]))),
  )
  const byAttempts = new Map<number, string[]>()
  for (const { commandId, terms, attemptsMade } of fenced) {
    if (named.has(JSON.stringify([terms.fence, commandId]))) continue
    byAttempts.set(attemptsMade, [...(byAttempts.get(attemptsMade) ?? []), commandId])
  }
  for (const [attemptsMade, ids] of byAttempts) {
    // What was sent may have been executed: only its further attempts are left out.
    const closing =
      attemptsMade === 0
        ? cancel.call(adapter, serialNumber, { ids }, now, 'superseded')
        : cancel.call(adapter, serialNumber, { ids, attemptsMade }, now, 'unanswered')
    const closed = await deadline.wait(closing)
    checkIds('cancel', closed)
    for (const commandId of closed) announce(serialNumber, commandId)
  }
  return byAttempts.size > 0
}

/** What the members of a row must be. */
export type RowMembers = Readonly<Record<string, (value: unknown) => boolean>>

/** Whether a member is text. */
export function isText(value: unknown): boolean {
  return typeof value === 'string'
}

/** What the fence reads of a row. */
export const FENCED_MEMBERS: RowMembers = {
  pin: isText,
  commandIds: (value) => Array.isArray(value) && value.every(isText),
}

/**
 * A row that can't be read must not close a command, nor say that nobody is there.
 *
 * @throws IclockError `STORAGE_MISMATCH` if they are no rows of the roster with these members
 */
export function checkRosterRows(
  call: 'findRoster' | 'listRoster',
  rows: unknown,
  members: RowMembers,
): void {
  if (!Array.isArray(rows)) {
    throw misanswered(call, shapeOf(rows), 'an array of rows, empty if there are none')
  }
  const checks = Object.entries(members)
  for (const row of rows) {
    const [name] = checks.find(([member, fits]) => !fits(Object(row)[member])) ?? []
    if (name === undefined) continue
    const answer = `a row whose ${name} is ${describe(Object(row)[name])} (${shapeOf(row)})`
    const expected = 'rows as writeRoster was given them: { serialNumber, pin, commandIds, … }'
    throw misanswered(call, answer, expected)
  }
}

function lacking(call: string): TypeError {
  return wrong(
    `adapter.${call}`,
    undefined,
    'a function, because there are commands of the roster: pass people.adapter of roster() to the router, or the adapter it was made with',
  )
}

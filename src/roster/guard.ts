// How many people may be deleted: counted over a day, from the rows.
import { quoted } from '../check.js'
import { IclockError } from '../endpoint/errors.js'
import { countRows } from './answer.js'
import type { RosterAdapter } from './options.js'
import { isThere, type PersonState } from './row.js'

/** The limits of an app, and those of one pass. */
export interface Limits {
  maxDeletes?: number | undefined
  maxFleetDeletes?: number | undefined
}

const DAY = 24 * 60 * 60_000
const LEAST = 5
const PART = 0.1
const OURS: readonly PersonState[] = ['waiting', 'present', 'failed', 'unwanted', 'removing']

/**
 * Checks that some more people may be deleted from a terminal.
 *
 * @param more how many of them no row counts as deleted yet
 * @throws IclockError `DELETES_EXCEEDED` that says how to go on
 */
export async function checkDeletes(
  serialNumber: string,
  more: number,
  adapter: RosterAdapter,
  { maxDeletes, maxFleetDeletes }: Limits,
  now: Date,
): Promise<void> {
  const removedSince = new Date(now.getTime() - DAY)
  const own = await countRows(adapter, { serialNumber })
  const there = sum(own, isThere)
  const most = maxDeletes ?? Math.min(partOf(sum(own, isOurs)), Math.ceil(there / 2))
  const used = sum(await countRows(adapter, { serialNumber, removedSince }))
  if (used + more > most)
    throw exceeded(`terminal ${quoted(serialNumber)}`, 'maxDeletes', most, used + more)
  const fleet = maxFleetDeletes ?? partOf(sum(await countRows(adapter, {}), isOurs))
  const usedByAll = sum(await countRows(adapter, { removedSince }))
  if (usedByAll + more > fleet)
    throw exceeded('all terminals', 'maxFleetDeletes', fleet, usedByAll + more)
}

function partOf(ours: number): number {
  return Math.max(Math.floor(ours * PART), LEAST)
}

function isOurs(state: string): boolean {
  return (OURS as readonly string[]).includes(state)
}

function sum(
  counts: Readonly<Record<string, number>>,
  isAsked: (state: string) => boolean = () => true,
): number {
  return Object.entries(counts).reduce((all, [state, count]) => {
    return isAsked(state) ? all + count : all
  }, 0)
}

function exceeded(where: string, option: keyof Limits, most: number, asked: number): IclockError {
  return new IclockError(
    'DELETES_EXCEEDED',
    `${asked} people would be deleted from ${where} within 24 hours; at most ${most} may be, so nobody is deleted. ` +
      `If that is right, run reconcile(serialNumber, { ${option}: ${asked} }), or raise the option ${option} of roster().`,
  )
}

// Reads the states of commands such that what we report stays true: what is given up is closed
// first.
import { setTimeout as wait } from 'node:timers/promises'
import { quoted } from '../check.js'
import { type IssuedCommand, keyOf } from '../command.js'
import { checkIds, checkSummaries } from './answer.js'
import { isOver, stateOfSummary } from './state.js'
import type { Cancellation, CommandIdentity, CommandStorage, CommandSummary } from './storage.js'

/** What settling needs of storage. */
export type SettlingStorage<Issued extends IssuedCommand> = Pick<
  CommandStorage<Issued>,
  'findSummaries' | 'cancel'
>

/** A command's record, and the moment at which its state is certain. */
export interface SettledSummary<Issued extends IssuedCommand> {
  summary: CommandSummary<Issued>
  at: Date
}

const MOST_AT_ONCE = 1000
const MOST_CALLS = 8
// A claim of several commands may record an attempt for a moment, and take it back.
const MOST_TRIES = 6
const PAUSE = 10

/**
 * What is known of each of these commands, by `keyOf` its ids; those that storage doesn't know are
 * missing. One that has expired, or was not answered, is closed first; otherwise a claim still on
 * its way to storage could send it after the app learned of its end, and an app that
 * reissued it would open a door twice.
 *
 * @throws Error if the adapter doesn't close one
 */
export async function settledSummaries<Issued extends IssuedCommand>(
  adapter: SettlingStorage<Issued>,
  identities: readonly CommandIdentity[],
): Promise<Map<string, SettledSummary<Issued>>> {
  const settled = new Map<string, SettledSummary<Issued>>()
  let open = new Map(identities.map((one) => [keyOf(one.serialNumber, one.commandId), one]))
  for (let tries = 0; open.size > 0 && tries < MOST_TRIES; tries++) {
    if (tries > 1) await wait(PAUSE * tries)
    const found = await summariesOf(adapter, [...open.values()])
    const at = new Date()
    const closings = new Map<string, GivenUp<Issued>>()
    open = new Map()
    for (const summary of found) {
      const key = keyOf(summary.serialNumber, summary.commandId)
      const closing = closingOf(summary, at)
      if (closing === undefined) settled.set(key, { summary, at })
      else {
        open.set(key, summary)
        const group = JSON.stringify([summary.serialNumber, summary.attemptsMade, closing])
        const alike = closings.get(group) ?? { closing, summaries: [] }
        alike.summaries.push(summary)
        closings.set(group, alike)
      }
    }
    await inTurns([...closings.values()], MOST_CALLS, async (givenUp) => {
      for (const summary of await closed(adapter, givenUp)) {
        const key = keyOf(summary.serialNumber, summary.commandId)
        open.delete(key)
        settled.set(key, { summary: { ...summary, cancelled: givenUp.closing }, at })
      }
    })
  }
  for (const one of open.values()) throw notClosed(one)
  return settled
}

interface GivenUp<Issued extends IssuedCommand> {
  closing: Cancellation
  summaries: CommandSummary<Issued>[]
}

/** The summaries of these commands, in any order; those that storage doesn't know are missing. */
export async function summariesOf<Issued extends IssuedCommand>(
  adapter: Pick<CommandStorage<Issued>, 'findSummaries'>,
  identities: readonly CommandIdentity[],
): Promise<CommandSummary<Issued>[]> {
  const found: CommandSummary<Issued>[] = []
  for (let start = 0; start < identities.length; start += MOST_AT_ONCE) {
    const asked = identities.slice(start, start + MOST_AT_ONCE)
    const keys = new Set(asked.map((one) => keyOf(one.serialNumber, one.commandId)))
    const answer = await adapter.findSummaries(asked)
    checkSummaries(answer, (one) => keys.has(keyOf(one.serialNumber, one.commandId)))
    found.push(...answer)
  }
  return found
}

// What is expired was over at that moment already; that nobody answered is known only now.
function closingOf(summary: CommandSummary, at: Date): Cancellation | undefined {
  if (summary.cancelled !== undefined || summary.reply !== undefined) return undefined
  const state = stateOfSummary(summary, at, 'attendance')
  if (state === 'unanswered') return { at, reason: state }
  if (state !== 'expired') return undefined
  const { openUntil } = summary
  return { at: openUntil !== undefined && isOver(openUntil, at) ? openUntil : at, reason: state }
}

async function closed<Issued extends IssuedCommand>(
  adapter: SettlingStorage<Issued>,
  { closing: { at, reason }, summaries }: GivenUp<Issued>,
): Promise<CommandSummary<Issued>[]> {
  const [{ serialNumber, attemptsMade } = { serialNumber: '', attemptsMade: 0 }] = summaries
  const isClosed = new Set<string>()
  for (let start = 0; start < summaries.length; start += MOST_AT_ONCE) {
    const ids = summaries.slice(start, start + MOST_AT_ONCE).map(({ commandId }) => commandId)
    const which = reason === 'unanswered' ? { ids, attemptsMade } : { ids }
    const answer = await adapter.cancel(serialNumber, which, at, reason)
    checkIds('cancel', answer)
    for (const id of answer) isClosed.add(id)
  }
  return summaries.filter(({ commandId }) => isClosed.has(commandId))
}

async function inTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}

function notClosed({ commandId, serialNumber }: CommandIdentity): Error {
  return new Error(
    `express-iclock: cancel of the adapter does not close command ${quoted(commandId)} of terminal ` +
      `${quoted(serialNumber)} that is given up; expected that 'expired' closes it if no attempt was made, and ` +
      "'unanswered' if exactly `attemptsMade` were.",
  )
}

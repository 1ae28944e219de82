// Hands out what a poll may get: reads a bounded list, plans, and claims each attempt in storage.
import { describe, quoted } from '../check.js'
import { assertIssuable } from '../command.js'
import type { ValueOf } from '../endpoint/by-terminal.js'
import type { Deadline } from '../endpoint/deadline.js'
import { IclockError } from '../endpoint/errors.js'
import { misanswered } from '../reply/found.js'
import { checkIds, checkOpenCommands } from './answer.js'
import { lostCharacter } from './encoding.js'
import { closeUnnamed, type FenceStorage } from './fence.js'
import { claimsOf, type DueCommand, isDue, isUrgent, type PlanLimits, plan } from './plan.js'
import { isGivenUp, isOver } from './state.js'
import type { CommandStorage, OpenCommand } from './storage.js'

/** The storage that handing out needs. */
export type HandOutStorage = Pick<CommandStorage, 'openCommands' | 'claim'> & FenceStorage

// Given-up commands can be at the front until their `openUntil`: a few of them don't cost a second
// read.
const SPARE = 8
const MOST_READ = 1000
// A poll closes a bounded number of commands; the next poll goes on.
const MOST_CLOSINGS = 50

/**
 * Claims what a poll may get, and returns it in the order of the answer; the terms of each command
 * name its encoding.
 *
 * @param polledAt when the poll came
 * @param encodingOf finds the encoding of commands whose terms name none
 */
export async function handOut(
  adapter: HandOutStorage,
  serialNumber: string,
  polledAt: Date,
  limits: PlanLimits,
  encodingOf: ValueOf<string>,
  deadline: Deadline,
): Promise<readonly DueCommand[]> {
  let open = await openRecords(adapter, serialNumber, polledAt, limits, deadline)
  if (open.length === 0) return []
  for (let closings = 0; ; closings++) {
    if (!open.some(isFenced)) break
    if (!(await closeUnnamed(adapter, serialNumber, open, polledAt, deadline))) break
    if (closings === MOST_CLOSINGS) return []
    open = await openRecords(adapter, serialNumber, polledAt, limits, deadline)
  }
  const records = await encoded(open, serialNumber, encodingOf, deadline)
  const { urgent, due } = plan(records, polledAt, limits)
  for (const command of urgent === undefined ? due : [urgent, ...due]) {
    // Commands can also come into storage past the queue, or from one with another encoding.
    assertIssuable(command)
    checkIsSendable(command)
  }
  const handedOut = await claimInOrder(adapter, serialNumber, due, deadline)
  if (urgent === undefined) return handedOut
  // It has one attempt: nothing that fails may come between its claim and its answer.
  return [...(await claimInOrder(adapter, serialNumber, [urgent], deadline)), ...handedOut]
}

function isFenced({ terms }: OpenCommand): boolean {
  return terms.fence !== undefined
}

function checkIsSendable({ serialNumber, commandId, text, terms }: DueCommand): void {
  const { encoding = 'utf-8' } = terms
  const lost = lostCharacter(text, encoding)
  if (lost === undefined) return
  throw new IclockError(
    'COMMAND_MISMATCH',
    `Command ${quoted(commandId)} of terminal ${quoted(serialNumber)} has ${quoted(lost)}, which ${describe(encoding)} ` +
      'lacks: cancel it, and give commandQueue the encoding of this terminal.',
  )
}

async function openRecords(
  adapter: HandOutStorage,
  serialNumber: string,
  polledAt: Date,
  limits: PlanLimits,
  deadline: Deadline,
): Promise<readonly OpenCommand[]> {
  for (let factor = 1; ; factor *= 2) {
    const limit = Math.min((limits.maxCommands + SPARE) * factor, MOST_READ)
    const bounds = { limit, maxBytes: limits.maxBytes * factor }
    const open = await deadline.wait(adapter.openCommands(serialNumber, polledAt, bounds))
    checkOpenCommands(open)
    const { records, more } = open
    const isEnough =
      !more ||
      limit === MOST_READ ||
      records.some((record) => {
        return !isUrgent(record) && !isGivenUp(record, polledAt)
      })
    if (!isEnough) continue
    for (const record of records) checkIsOwn(serialNumber, record, polledAt)
    return records
  }
}

// The queue that issued a command may have named its encoding.
async function encoded(
  records: readonly OpenCommand[],
  serialNumber: string,
  encodingOf: ValueOf<string>,
  deadline: Deadline,
): Promise<readonly OpenCommand[]> {
  if (records.every(({ terms }) => terms.encoding !== undefined)) return records
  const encoding = await encodingOf(serialNumber, deadline)
  return records.map((record) => {
    const { terms } = record
    return terms.encoding === undefined ? { ...record, terms: { ...terms, encoding } } : record
  })
}

async function claimInOrder(
  adapter: HandOutStorage,
  serialNumber: string,
  due: readonly DueCommand[],
  deadline: Deadline,
): Promise<readonly DueCommand[]> {
  const claims = claimsOf(due, new Date())
  if (claims.length === 0) return []
  const answer = await deadline.wait(adapter.claim(serialNumber, claims))
  checkIds('claim', answer)
  const granted = new Set(answer)
  const claimedAt = new Date()
  // The first that isn't sent was claimed by another poll, or expired while storage was slow.
  // What comes after it must not overtake it.
  const end = due.findIndex(({ commandId, terms }) => {
    return !granted.has(commandId) || isOver(terms.expiresAt, claimedAt)
  })
  return end === -1 ? due : due.slice(0, end)
}

function checkIsOwn(serialNumber: string, record: OpenCommand, now: Date): void {
  if (record.serialNumber !== serialNumber) {
    throw new IclockError(
      'COMMAND_MISMATCH',
      `The adapter was asked for open commands of terminal ${quoted(serialNumber)} and returned one of terminal ` +
        `${describe(record.serialNumber)}: it must compare serial numbers as text, exactly.`,
    )
  }
  if (record.text !== undefined || !isDue(record, now)) return
  throw misanswered(
    'openCommands',
    `no text of command ${quoted(record.commandId)}`,
    'the text of each command that is neither on the terminal nor at its last attempt',
  )
}

// Takes a reading one step further: asks who is on the terminal, then how many, and puts what a
// complete reading shows into the rows.
import { newCommandId } from '../queue/id.js'
import type { Family } from '../reply/outcome.js'
import { fieldOf } from '../upload/fields.js'
import { writeRows } from './answer.js'
import { countUsers, queryAll } from './empty.js'
import { type Executing, issueOf } from './execute.js'
import {
  countedRead,
  idsOfTerminal,
  type Read,
  type Reading,
  reasonToRead,
  type TerminalRow,
  verdictOf,
} from './reading.js'
import { show } from './shown.js'
import { expectedUsers, type Snapshot } from './snapshot.js'
import { decode, writeOf } from './write.js'

/** What reading needs beside what carrying out needs. */
export interface ReadingStep extends Executing {
  family: Family
  readEvery: number
  isAsked: boolean
}

/** What a step has come to. */
export interface Step {
  /** Whether a reading is in progress, so that nothing may be put. */
  isReading: boolean
  notice?: string
}

/** Takes a step. It changes the snapshot to what it wrote. */
export async function readStep(snapshot: Snapshot, step: ReadingStep): Promise<Step> {
  const { own, rows, looks, machine } = snapshot
  const { reading } = own.content
  if (reading === undefined) return start(snapshot, step)
  let seen = 0
  for (const { content } of rows.values()) if (content.seen === reading.token) seen++
  const counted = await countedBy(reading, step)
  const verdict = verdictOf(
    { ...own.content, reading },
    seen,
    (id) => looks.get(id),
    counted,
    step.now.getTime(),
  )
  const { reading: _, failure: __, tries = 0, ...rest } = own.content
  switch (verdict.is) {
    case 'open':
      return { isReading: true, notice: NOTICE }
    case 'query':
      return ask(snapshot, step, own.content, reading.isStrict)
    case 'count':
      return count(snapshot, step, reading)
    case 'failed': {
      const next = { ...rest, tries: tries + 1, failure: verdict.failure }
      await keepTerminal(snapshot, step, next)
      return { isReading: false, notice: verdict.failure.meaning }
    }
    default: {
      const mode = verdict.is === 'each' ? 'each' : 'all'
      const users = verdict.is === 'each' ? 0 : verdict.users
      const known = own.content.machine
      const isOther = mode === 'each' && known !== undefined && known !== machine
      if (mode === 'all') await show(snapshot, step, reading)
      const read: Read = {
        ...{ mode, at: step.now.getTime(), users },
        ...(mode === 'each' && { token: reading.token }),
        ...(isOther && { isOther }),
      }
      const failed = verdict.is === 'each' && verdict.failure !== undefined
      const isKept = await keepTerminal(snapshot, step, {
        ...{ ...rest, read, ...(machine && { machine }) },
        ...(failed && { failure: verdict.failure, tries: tries + 1 }),
      })
      return { isReading: !isKept }
    }
  }
}

const NOTICE = 'the terminal is being asked who is on it'

async function start(snapshot: Snapshot, step: ReadingStep): Promise<Step> {
  const { own, terminal, machine, rows } = snapshot
  const { users } = terminal
  const expected = expectedUsers(rows.values())
  const { readEvery, isAsked } = step
  const needs = { now: step.now.getTime(), machine, users, expected, readEvery, isAsked }
  const reason = reasonToRead(own.content, needs)
  const { miscounts = 0, read, failure } = own.content
  if (reason !== undefined) {
    const { isStrict, isMiscount } = reason
    const counted = isMiscount ? { miscounts: miscounts + 1 } : {}
    return ask(snapshot, step, { ...own.content, ...counted }, isStrict)
  }
  if (miscounts > 0 && users === expected) {
    const { miscounts: _, ...rest } = own.content
    await keepTerminal(snapshot, step, rest)
  }
  const counted = read && countedRead(read, needs)
  if (counted !== undefined && counted !== 'fewer' && counted !== read) {
    await keepTerminal(snapshot, step, { ...own.content, read: counted })
  }
  return { isReading: false, ...(failure && !read && { notice: failure.meaning }) }
}

async function ask(
  snapshot: Snapshot,
  step: ReadingStep,
  content: TerminalRow,
  isStrict: boolean,
): Promise<Step> {
  const [id = ''] = await step.newIds(1)
  const reading: Reading = { token: newCommandId(), isStrict, ids: [id] }
  const isOurs = await keepTerminal(snapshot, step, { ...content, reading })
  if (isOurs) {
    const { serialNumber, family } = step
    // One attempt: what came to an earlier one would count as shown by a later one.
    const query = { ...queryAll(family), attempts: 1 }
    await step.commands.issueAll([issueOf(serialNumber, '', query, id)])
    await keepTerminal(snapshot, step, { ...content, reading: { ...reading, isIssued: true } })
  }
  return { isReading: true, notice: NOTICE }
}

async function count(snapshot: Snapshot, step: ReadingStep, reading: Reading): Promise<Step> {
  const [query = ''] = reading.ids ?? []
  const returnCode = snapshot.looks.get(query)?.returnCode ?? null
  const [id = ''] = await step.newIds(1)
  const { ids: _, ...rest } = reading
  const next: Reading = {
    ...rest,
    ended: reading.ended ?? { returnCode, at: step.now.getTime() },
    counting: { ids: [id] },
  }
  const { content } = snapshot.own
  if (await keepTerminal(snapshot, step, { ...content, reading: next })) {
    const { serialNumber, family } = step
    await step.commands.issueAll([issueOf(serialNumber, '', countUsers(family), id)])
    const counting = { ids: [id], isIssued: true as const }
    await keepTerminal(snapshot, step, { ...content, reading: { ...next, counting } })
  }
  return { isReading: true, notice: NOTICE }
}

/** The number of users in the reply to the question; undefined if there is none. */
async function countedBy(
  { counting }: Reading,
  { adapter, serialNumber }: ReadingStep,
): Promise<number | undefined> {
  const [id] = counting?.ids ?? []
  if (id === undefined) return undefined
  const { reply } = (await adapter.findRecord(serialNumber, id)) ?? {}
  if (reply === undefined) return undefined
  const told = fieldOf(reply.fields, 'UserCount') ?? fieldOf(reply.fields, 'user')
  if (told !== undefined && /^\d{1,9}$/.test(told.trim())) return Number(told)
  if (reply.rows !== undefined) return reply.rows
  // A code of a count is the count; that of INFO isn't.
  const isCount = /^data count/i.test(reply.commandName) || reply.fields === undefined
  return isCount && (reply.returnCode ?? -1) >= 0 ? (reply.returnCode as number) : undefined
}

/** Writes the row of the terminal, unless somebody has changed it. */
export async function keepTerminal(
  snapshot: Snapshot,
  { serialNumber, adapter, now }: ReadingStep,
  content: TerminalRow,
): Promise<boolean> {
  const before = snapshot.own.row
  const commandIds = idsOfTerminal(content)
  const row = { serialNumber, pin: '', state: 'terminal', changedAt: now, commandIds }
  const write = writeOf(row, content, before)
  const [isWritten] = await writeRows(adapter, [write])
  if (isWritten !== true) return false
  snapshot.own = decode<TerminalRow>(write.row)
  return true
}

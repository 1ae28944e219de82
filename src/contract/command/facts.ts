// What is known of a command, in a shape that diffs readably.
import { deepEqual, ok } from 'node:assert/strict'
import { inspect } from 'node:util'
import type { IssuedCommand } from '../../command.js'
import type {
  CommandProgress,
  CommandRecord,
  CommandStorage,
  CommandSummary,
} from '../../queue/storage.js'
import { readable, shown as shownText } from '../proof.js'
import { OWN_MEMBERS } from './record.js'

/** Checks the record of a command; of `repliedAt`, only that it is a date. */
export async function knows(
  adapter: CommandStorage,
  serialNumber: string,
  commandId: string,
  expected: CommandRecord | undefined,
): Promise<void> {
  const record = (await adapter.findRecord(serialNumber, commandId)) ?? undefined
  deepEqual(factsOf(record), factsOf(expected))
  if (record?.reply !== undefined) ok(isDate(record.repliedAt), 'repliedAt must be a Date')
}

/** Facts in a shape that diffs readably, without members that an adapter may add. */
export function factsOf(record: CommandRecord | undefined): Record<string, unknown> | undefined {
  if (record === undefined) return undefined
  const { command, reply } = record
  return withoutMissing({
    command: command && membersOf(command),
    ...progressOf(record),
    reply: reply && readable([reply])[0],
  })
}

/** What a summary says, likewise; `repliedAt` is checked to be a date, no more. */
export function summaryFacts(summary: CommandSummary | undefined): object | undefined {
  if (summary === undefined) return undefined
  const { serialNumber, commandId, text, members, reply } = summary
  if (reply !== undefined) ok(isDate(summary.repliedAt), 'repliedAt must be a Date')
  const { returnCode, commandName, rows, outcome, meaning } = reply ?? {}
  return withoutMissing({
    identity: [serialNumber, commandId],
    text,
    members: members && membersOf(members as IssuedCommand),
    ...progressOf(summary),
    reply: reply && [returnCode, commandName, rows, outcome, meaning],
  })
}

function progressOf(progress: CommandProgress): Record<string, unknown> {
  const { terms, cancelled, attemptsMade, issuedAt, sentAt, replyDueAt, openUntil } = progress
  return {
    attempts: terms?.attempts,
    replyWithin: terms?.replyWithin,
    expiresAt: shown(terms?.expiresAt),
    key: terms?.key,
    endsAnswer: terms?.endsAnswer,
    urgent: terms?.urgent,
    encoding: terms?.encoding,
    attemptsMade,
    issuedAt: shown(issuedAt),
    sentAt: shown(sentAt),
    replyDueAt: shown(replyDueAt),
    openUntil: shown(openUntil),
    cancelled: cancelled && `${cancelled.reason} at ${shown(cancelled.at)}`,
  }
}

function withoutMissing(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined))
}

// Only members that some case gives its commands: an adapter may add others.
function membersOf(command: IssuedCommand): string {
  const { serialNumber, commandId, text = '' } = command as Partial<IssuedCommand>
  const own = Object.keys(OWN_MEMBERS).flatMap((name) => {
    return Object.hasOwn(command, name) ? [[name, inOrder(Reflect.get(command, name))]] : []
  })
  return inspect([serialNumber, commandId, shownText(text), ...own], { depth: 9, breakLength: 120 })
}

// Databases that read JSON have an order of their own.
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, each]) => [name, inOrder(each)])
}

function shown(date: Date | undefined): string | undefined {
  if (date === undefined) return undefined
  return isDate(date) ? date.toISOString() : `not a Date: ${JSON.stringify(date)}`
}

// Under Jest a Date may come from another realm.
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]'
}

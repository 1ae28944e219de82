// How the cases on commands issue, claim and inspect what is stored.
import { deepEqual, ok } from 'node:assert/strict'
import type { IssuedCommand } from '../../command.js'
import type { Awaitable } from '../../endpoint/deadline.js'
import type {
  Claim,
  CommandRecord,
  CommandStorage,
  DeliveryTerms,
  QueuedCommand,
} from '../../queue/storage.js'
import type { ReplyStorage } from '../../reply/storage.js'
import { readable } from '../proof.js'
import { command } from '../sample.js'
import type { Case, ContractSubject } from '../subject.js'

/** An adapter that hands commands out. */
export type CommandAdapter = ReplyStorage & CommandStorage

/** A subject whose adapter hands commands out. */
export interface CommandSubject extends ContractSubject {
  adapter: CommandAdapter
  reopen?(): Awaitable<CommandAdapter>
}

/** A case on commands. */
export type CommandCase = Case<CommandSubject>

// A moment long ago: what is open follows from the times passed in, not from a clock.
const START = Date.UTC(2024, 1, 29, 23, 59, 58, 123)

/** A moment, this many seconds after the cases begin. */
export function at(seconds: number): Date {
  return new Date(START + seconds * 1000)
}

/** A command to issue. */
export function queued(
  serialNumber: string,
  commandId: string,
  { text = 'CHECK', ...more }: Partial<QueuedCommand> & { text?: string } = {},
): QueuedCommand {
  const terms: DeliveryTerms = { attempts: 5, replyWithin: 60_000 }
  return { command: command(serialNumber, commandId, text), terms, issuedAt: at(0), ...more }
}

/** A claim of an attempt, made at second 10, with its reply due at second 70. */
export function claimOf(commandId: string, attempt: number, more: Partial<Claim> = {}): Claim {
  return { commandId, attempt, sentAt: at(10), replyDueAt: at(70), ...more }
}

/** The ids that are open at a moment, in order. */
export async function openIds(
  adapter: CommandStorage,
  serialNumber: string,
  now: Date = at(1),
  limit = 100,
): Promise<string[]> {
  const open = await adapter.openCommands(serialNumber, now, limit)
  return open.map(({ command }) => `${command?.commandId}`)
}

/** Checks that a call returned a list of ids. */
export function idsIn(returned: readonly string[]): string[] {
  ok(Array.isArray(returned), 'expected a list of ids')
  return [...returned]
}

/** Claims attempts; returns the ids that were claimed. */
export async function claimed(
  adapter: CommandStorage,
  serialNumber: string,
  ...claims: Claim[]
): Promise<string[]> {
  return idsIn(await adapter.claim(serialNumber, claims))
}

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
  const { command, terms, cancelled, reply } = record
  const { attemptsMade, issuedAt, sentAt, replyDueAt, openUntil } = record
  const facts = {
    command: command && membersOf(command),
    attempts: terms?.attempts,
    replyWithin: terms?.replyWithin,
    expiresAt: shown(terms?.expiresAt),
    key: terms?.key,
    attemptsMade,
    issuedAt: shown(issuedAt),
    sentAt: shown(sentAt),
    replyDueAt: shown(replyDueAt),
    openUntil: shown(openUntil),
    cancelled: cancelled && `${cancelled.reason} at ${shown(cancelled.at)}`,
    reply: reply && readable([reply])[0],
  }
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined))
}

// The app's own members of the cases' commands are employee, site, note and tags.
function membersOf(command: IssuedCommand): string {
  const { serialNumber, commandId, text, employee, site, note, tags } = command as Members
  return JSON.stringify([serialNumber, commandId, text, employee, site, note, tags])
}

type Members = IssuedCommand & Record<string, unknown>

function shown(date: Date | undefined): string | undefined {
  if (date === undefined) return undefined
  return isDate(date) ? date.toISOString() : `no Date: ${JSON.stringify(date)}`
}

// Under Jest a Date may come from another realm.
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]'
}

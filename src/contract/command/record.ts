// How the cases on commands issue, claim and inspect what is stored.
import { equal, ok } from 'node:assert/strict'
import type { Awaitable } from '../../endpoint/deadline.js'
import type {
  Cancellation,
  Claim,
  CommandStorage,
  DeliveryTerms,
  OpenBounds,
  OpenCommands,
  QueuedCommand,
} from '../../queue/storage.js'
import type { ReplyStorage } from '../../reply/storage.js'
import { command, textOf } from '../sample.js'
import type { Case, ContractSubject } from '../subject.js'

/** An adapter that sends commands. */
export type CommandAdapter = ReplyStorage & CommandStorage

/** A subject whose adapter sends commands. */
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

/** Members of an app's own, as strange as they may be. */
export const OWN_MEMBERS: Readonly<Record<string, unknown>> = JSON.parse(`{
  "employee": 7, "site": { "city": "Wien", "floor": 0, "a.b": { "$c": [[], {}] }, "": null },
  "note": null, "tags": ["a", "é", "", null, false, 0, "nul\\u0000", "e\u0301"], "": "no name",
  "zero": 0, "no": false, "yes": true, "empty": "", "number as text": "0", "null as text": "null",
  "list": [], "object": {}, "nul\\u0000name": "nul\\u0000", "blanks": " x  ", " blank name ": 1,
  "é": "NFC", "e\u0301": "NFD", "emoji": "😀", "😀": 1, "a.b": 1, "a.b.c": 2, "$set": { "$inc": 1 },
  "$": "$", ".": ".", "half": 0.5, "large": 9007199254740991, "small": -9007199254740991, "tiny": 1e-7,
  "Employee": 70, "length": 3, "constructor": "c", "toString": "t", "_id": "own", "__proto__": "p",
  "date": "2026-01-01T00:00:00.000Z", "text of 5000": "${textOf(5000)}", "tab\\ttab": "a\\nb\\u2028"
}`)

/** Terms that are as long, as late and as strange as they may be. */
export const RICH_TERMS: DeliveryTerms & { expiresAt: Date } = {
  attempts: 100,
  replyWithin: 315_360_000_001,
  // After the seconds of 32 bits, signed or not.
  expiresAt: new Date(Date.UTC(2199, 11, 31, 23, 59, 59, 999)),
  key: ` Key é e\u0301 '"\\%_ 😀${textOf(181)} `,
  endsAnswer: true,
  encoding: 'gb18030',
}

/** A command with all of that. */
export function richCommand(serialNumber: string, commandId: string, text: string): QueuedCommand {
  const { expiresAt } = RICH_TERMS
  const rich = queued(serialNumber, commandId, { text, terms: RICH_TERMS, openUntil: expiresAt })
  return { ...rich, command: { ...rich.command, ...OWN_MEMBERS } }
}

/** A claim of an attempt, made at second 10, with its reply due at second 70. */
export function claimOf(commandId: string, attempt: number, more: Partial<Claim> = {}): Claim {
  return { commandId, attempt, sentAt: at(10), replyDueAt: at(70), ...more }
}

/** The ids that are open at a moment, in order, with their number up to a limit. */
export async function openIds(
  adapter: CommandStorage,
  serialNumber: string,
  now: Date = at(1),
  limit = 100,
): Promise<string[]> {
  const { records } = await openOf(adapter, serialNumber, now, { limit })
  return records.map(({ commandId }) => commandId)
}

/** The open commands at a moment; checks the shape of the answer. */
export async function openOf(
  adapter: CommandStorage,
  serialNumber: string,
  now: Date,
  { limit = 100, maxBytes = 4_000_000 }: Partial<OpenBounds> = {},
): Promise<OpenCommands> {
  const open = await adapter.openCommands(serialNumber, now, { limit, maxBytes })
  ok(Array.isArray(open?.records), 'expected { records, more }, with records as a list')
  equal(typeof open.more, 'boolean', 'expected { records, more }, with more as true or false')
  return open
}

/** Closes commands by their ids; returns those that were closed. */
export async function closedBy(
  adapter: CommandStorage,
  serialNumber: string,
  ids: readonly string[],
  when: Date,
  reason: Cancellation['reason'],
): Promise<string[]> {
  return idsIn(await adapter.cancel(serialNumber, { ids }, when, reason)).sort()
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

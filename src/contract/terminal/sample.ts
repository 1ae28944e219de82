// How the cases on terminals report something and inspect what is stored.
import { deepEqual } from 'node:assert/strict'
import type { Awaitable } from '../../endpoint/deadline.js'
import type { ReplyStorage } from '../../reply/storage.js'
import type { Contact, Terminal, TerminalStorage } from '../../terminal/storage.js'
import type { Case, ContractSubject } from '../subject.js'

/** An adapter with the terminal calls. */
export type TerminalAdapter = ReplyStorage & TerminalStorage

/** A subject whose adapter has the terminal calls. */
export interface TerminalSubject extends ContractSubject {
  adapter: TerminalAdapter
  reopen?(): Awaitable<TerminalAdapter>
}

/** A case on terminals. */
export type TerminalCase = Case<TerminalSubject>

/** A moment, this many seconds after the cases begin. */
export function at(seconds: number): Date {
  return new Date(Date.UTC(2024, 1, 29, 23, 59, 58, 123) + seconds * 1000)
}

/** A contact at a moment. */
export function contactOf(
  serialNumber: string,
  second: number,
  facts: Partial<Contact> = {},
): Contact {
  return { serialNumber, at: at(second), kind: 'poll', ...facts }
}

/** Checks what is stored about a terminal. */
export async function knows(
  adapter: Pick<TerminalAdapter, 'findTerminal'>,
  serialNumber: string,
  expected: Terminal | undefined,
): Promise<void> {
  const found = (await adapter.findTerminal(serialNumber)) ?? undefined
  deepEqual(readable(found), readable(expected))
}

/** A terminal in a shape that diffs readably, without members that an adapter may add. */
export function readable(terminal: Terminal | undefined): Record<string, unknown> | undefined {
  if (terminal === undefined) return undefined
  const { serialNumber, family, familyRank, address, firmware, model, pushVersion } = terminal
  const { users, fingers, faces, records, utcOffset, clockDrift, clockDriftAt } = terminal
  const facts = {
    ...{ serialNumber, family, familyRank, address, firmware, model, pushVersion },
    ...{ users, fingers, faces, records, utcOffset, clockDrift },
    clockDriftAt: clockDriftAt && shown(clockDriftAt),
    options: pairsOf(terminal.options),
    stamps: pairsOf(terminal.stamps),
    resend: pairsOf(terminal.resend),
    firstSeenAt: shown(terminal.firstSeenAt),
    lastSeenAt: shown(terminal.lastSeenAt),
  }
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined))
}

function pairsOf(pairs: Record<string, string> | undefined): string[] | undefined {
  const all = Object.entries(pairs ?? {}).map((pair) => JSON.stringify(pair))
  return all.length > 0 ? all.sort() : undefined
}

// Under Jest a Date may come from another realm.
function shown(date: Date): string {
  const isDate = Object.prototype.toString.call(date) === '[object Date]'
  return isDate ? date.toISOString() : `not a Date: ${JSON.stringify(date)}`
}

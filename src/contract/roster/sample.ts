// Rows of the roster for the cases, and what they need of an adapter.
import { deepEqual } from 'node:assert/strict'
import type { ReplyStorage } from '../../reply/storage.js'
import type { RosterRow, RosterStorage, RosterWrite } from '../../roster/storage.js'
import type { Case, ContractSubject } from '../subject.js'
import { at } from '../terminal/sample.js'

/** An adapter that keeps the roster. */
export type RosterAdapter = ReplyStorage & RosterStorage

/** A subject whose adapter keeps the roster. */
export interface RosterSubject extends ContractSubject {
  adapter: RosterAdapter
}

/** A case on the roster. */
export type RosterCase = Case<RosterSubject>

let versions = 0

/** A version that no other write of this process has. */
export function newVersion(): string {
  return `v${String(versions++).padStart(15, '0')}`
}

/** A row with what is usual, and a version of its own. */
export function rowOf(
  serialNumber: string,
  pin: string,
  members: Partial<RosterRow> = {},
): RosterRow {
  return {
    ...{ serialNumber, pin, version: newVersion(), state: 'waiting', changedAt: at(1) },
    ...{ commandIds: ['k3v9a2m7q1x8z4b6'], content: '{"owner":"ours"}' },
    ...members,
  }
}

/** Writes rows that are new. */
export async function added(adapter: RosterAdapter, ...rows: RosterRow[]): Promise<RosterRow[]> {
  await written(
    adapter,
    rows.map((row) => ({ row })),
  )
  return rows
}

/** Writes rows, and proves that each was written. */
export async function written(
  adapter: RosterAdapter,
  writes: readonly RosterWrite[],
): Promise<void> {
  const answers = await adapter.writeRoster(writes)
  const left = writes.flatMap(({ row: { serialNumber, pin } }, index) => {
    return answers[index] === true ? [] : [`${serialNumber} ${pin}`]
  })
  deepEqual(left, [], 'writeRoster did not write what was free')
}

/** A row as it can be compared: adapters may add members of their own. */
export function shown(row: RosterRow): object {
  const { serialNumber, pin, version, state, changedAt, removedAt, commandIds, content } = row
  const times = { changedAt: +changedAt, removedAt: removedAt && +removedAt }
  return { serialNumber, pin, version, state, ...times, commandIds: [...commandIds], content }
}

/** What is stored of these PINs on a terminal, in their order. */
export async function stored(
  adapter: RosterAdapter,
  serialNumber: string,
  ...pins: string[]
): Promise<(object | undefined)[]> {
  const rows = await adapter.findRoster(serialNumber, pins)
  const byPin = new Map(rows.map((row) => [row.pin, shown(row)]))
  return pins.map((pin) => byPin.get(pin))
}

/** This many PINs, from 0. */
export function pinsTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}`)
}

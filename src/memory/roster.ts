// The rows of the roster in memory.
import { keyOf } from '../command.js'
import { cursorOf } from '../filter.js'
import type { ForgottenPerson, Page } from '../kept.js'
import {
  checkRosterCount,
  checkRosterFilter,
  REMOVED,
  REMOVED_KEPT,
  type RosterCountFilter,
  type RosterFilter,
  type RosterRow,
  type RosterStorage,
  type RosterWrite,
} from '../roster/storage.js'

/** The calls of the memory adapter on the roster. */
export interface RosterMemory extends RosterStorage {
  findRoster(serialNumber: string, pins: readonly string[]): RosterRow[]
  listRoster(filter: RosterFilter): Page<RosterRow>
  writeRoster(writes: readonly RosterWrite[]): boolean[]
  countRoster(filter: RosterCountFilter): Record<string, number>
}

/** Every row, by terminal and PIN. Rows are replaced as a whole and never changed. */
export type RosterRows = Map<string, Readonly<RosterRow>>

/** Stores the rows. */
export function rosterMemory(rows: RosterRows): RosterMemory {
  return {
    findRoster(serialNumber, pins) {
      return [...new Set(pins)].flatMap((pin) => rows.get(keyOf(serialNumber, pin)) ?? [])
    },
    listRoster(filter) {
      const { limit, place, ...asked } = checkRosterFilter(filter)
      const [serialNumber = '', pin = ''] = (place ?? []) as readonly string[]
      const found = [...rows.values()].filter((row) => {
        return (
          isAsked(row, asked) && (place === undefined || inOrder(row, { serialNumber, pin }) > 0)
        )
      })
      const shown = found.sort(inOrder).slice(0, limit)
      const last = shown.at(-1)
      return found.length > limit && last !== undefined
        ? { rows: shown, next: cursorOf([last.serialNumber, last.pin]) }
        : { rows: shown }
    },
    writeRoster: (writes) =>
      writes.map(({ row, replaces }) => {
        const key = keyOf(row.serialNumber, row.pin)
        if (rows.get(key)?.version !== replaces) return false
        rows.set(key, Object.freeze({ ...row, commandIds: Object.freeze([...row.commandIds]) }))
        return true
      }),
    countRoster(filter) {
      const { serialNumber, removedSince } = checkRosterCount(filter)
      const counts: Record<string, number> = {}
      for (const { state, removedAt, ...row } of rows.values()) {
        if (serialNumber !== undefined && row.serialNumber !== serialNumber) continue
        if (removedSince !== undefined && !(removedAt && removedAt >= removedSince)) continue
        counts[state] = (counts[state] ?? 0) + 1
      }
      return counts
    },
  }
}

/** Deletes the rows of those who left their terminal before this moment, and more than a day ago. */
export function forgetRemoved(rows: RosterRows, before: Date): void {
  const moment = Math.min(before.getTime(), Date.now() - REMOVED_KEPT)
  for (const [key, { state, changedAt }] of rows) {
    if (state === REMOVED && changedAt.getTime() < moment) rows.delete(key)
  }
}

/** Deletes the rows of a person, and those about the terminals. */
export function forgetRows(rows: RosterRows, { pin, serialNumbers }: ForgottenPerson): void {
  for (const serialNumber of serialNumbers) {
    rows.delete(keyOf(serialNumber, pin))
    rows.delete(keyOf(serialNumber, ''))
  }
}

type Place = Pick<RosterRow, 'serialNumber' | 'pin'>

function inOrder(one: Place, other: Place): number {
  if (one.serialNumber !== other.serialNumber) return one.serialNumber < other.serialNumber ? -1 : 1
  return one.pin === other.pin ? 0 : one.pin < other.pin ? -1 : 1
}

function isAsked(row: RosterRow, { serialNumber, pin, state }: RosterFilter): boolean {
  if (serialNumber !== undefined && row.serialNumber !== serialNumber) return false
  if (pin !== undefined && row.pin !== pin) return false
  return state === undefined || [state].flat().includes(row.state)
}

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

/** The rows of each terminal, by PIN. Rows are replaced as a whole and never changed. */
export type RosterRows = Map<string, Map<string, Readonly<RosterRow>>>

/** Stores the rows. */
export function rosterMemory(terminals: RosterRows): RosterMemory {
  const rowsIn = ({ serialNumber, pin }: RosterFilter) => {
    const asked =
      serialNumber === undefined
        ? [...terminals.values()]
        : [terminals.get(keyOf(serialNumber, '')) ?? new Map<string, RosterRow>()]
    if (pin === undefined) return asked.flatMap((rows) => [...rows.values()])
    return asked.flatMap((rows) => rows.get(pinKey(pin)) ?? [])
  }
  return {
    findRoster(serialNumber, pins) {
      return [...new Set(pins)].flatMap((pin) => rowsIn({ serialNumber, pin }))
    },
    listRoster(filter) {
      const { limit, place, ...asked } = checkRosterFilter(filter)
      const [serialNumber = '', pin = ''] = (place ?? []) as readonly string[]
      const found = rowsIn(asked).filter((row) => {
        return (
          isInState(row, asked) && (place === undefined || inOrder(row, { serialNumber, pin }) > 0)
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
        const terminal = keyOf(row.serialNumber, '')
        const rows = terminals.get(terminal) ?? new Map<string, RosterRow>()
        const key = pinKey(row.pin)
        if (rows.get(key)?.version !== replaces) return false
        rows.set(key, Object.freeze({ ...row, commandIds: Object.freeze([...row.commandIds]) }))
        terminals.set(terminal, rows)
        return true
      }),
    countRoster(filter) {
      const { removedSince, ...asked } = checkRosterCount(filter)
      const counts: Record<string, number> = {}
      for (const { state, removedAt } of rowsIn(asked)) {
        if (removedSince !== undefined && !(removedAt && removedAt >= removedSince)) continue
        counts[state] = (counts[state] ?? 0) + 1
      }
      return counts
    },
  }
}

/** Deletes the rows of those who left their terminal before this moment, and more than a day ago. */
export function forgetRemoved(terminals: RosterRows, before: Date): void {
  const moment = Math.min(before.getTime(), Date.now() - REMOVED_KEPT)
  for (const rows of terminals.values()) {
    for (const [key, { state, changedAt }] of rows) {
      if (state === REMOVED && changedAt.getTime() < moment) rows.delete(key)
    }
  }
}

/** Deletes the rows of a person, and those about the terminals. */
export function forgetRows(terminals: RosterRows, { pin, serialNumbers }: ForgottenPerson): void {
  for (const serialNumber of serialNumbers) {
    const rows = terminals.get(keyOf(serialNumber, ''))
    rows?.delete(pinKey(pin))
    rows?.delete(pinKey(''))
  }
}

// An attacker can make the hashes of bare decimals collide.
function pinKey(pin: string): string {
  return `PIN=${pin}`
}

type Place = Pick<RosterRow, 'serialNumber' | 'pin'>

function inOrder(one: Place, other: Place): number {
  if (one.serialNumber !== other.serialNumber) return one.serialNumber < other.serialNumber ? -1 : 1
  return one.pin === other.pin ? 0 : one.pin < other.pin ? -1 : 1
}

function isInState({ state }: RosterRow, asked: RosterFilter): boolean {
  return asked.state === undefined || [asked.state].flat().includes(state)
}

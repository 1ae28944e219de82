// The row of a person on a terminal, as it is stored.
import type { RosterRow } from '../roster/storage.js'
import type { Row, Value } from './step.js'
import { ascii, moment, number, pack, serial, unascii, unpack } from './text.js'

/** The table of the roster. */
export const TABLE = 'iclock_roster'
/** What identifies a row. */
export const KEY: readonly string[] = ['serial_number', 'pin']
/** Its other columns. */
export const COLUMNS = [
  'version',
  'state',
  'changed_at',
  'removed_at',
  'command_ids',
  'content',
] as const

type Columns = Readonly<Record<'serial_number' | 'pin' | (typeof COLUMNS)[number], Value>>

/** The values of a row, by column. */
export function columnsOf(row: RosterRow): Columns {
  return {
    serial_number: serial(row.serialNumber),
    pin: serial(row.pin),
    version: ascii(row.version),
    state: ascii(row.state),
    changed_at: row.changedAt.getTime(),
    removed_at: row.removedAt?.getTime() ?? null,
    command_ids: pack(row.commandIds),
    content: pack(row.content),
  }
}

/** The row that columns hold. */
export function rowOf(row: Row): RosterRow {
  const removedAt = moment(row.removed_at)
  return {
    serialNumber: unascii(String(row.serial_number)),
    pin: unascii(String(row.pin)),
    version: unascii(String(row.version)),
    state: unascii(String(row.state)),
    changedAt: new Date(number(row.changed_at) ?? 0),
    ...(removedAt !== undefined && { removedAt }),
    commandIds: unpack(row.command_ids) as string[],
    content: unpack(row.content) as string,
  }
}

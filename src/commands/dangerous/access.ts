// Commands that wipe an access terminal or take it over.
import { TABLE, type Table } from '../access/table.js'
import { type BuiltCommand, ONCE, SOON } from '../built.js'
import { build, type TextOptions } from '../line.js'
import { deletingRows, type Row } from '../row.js'
import { fixed, required } from '../shape.js'
import { hexByte, listOf, type Value } from '../value.js'
import { type Firmware, type OfferedFirmware, upgrading } from './upgrade.js'

export type { Firmware, OfferedFirmware, Row }

/** A `CONTROL DEVICE` that has no builder. */
export interface Control {
  /** `AA`: what to do, as the manual numbers it: 0x0B, or 0x0D to 0x12. */
  code: number
  /** `BB`, `CC`, `DD` and, where there is one, `EE`: 0 to 255 each. */
  values: readonly number[]
}

const CODE: Value = {
  ...hexByte(0x0b, 0x12),
  expected: 'a code without a builder: 0x0B, or 0x0D to 0x12',
  text: (value) => (value === 0x0c ? undefined : hexByte(0x0b, 0x12).text(value)),
}
const VALUES = listOf(
  hexByte(),
  4,
  'an array of three or four whole numbers from 0 to 255',
  (texts) => (texts.length < 3 ? undefined : texts.join('')),
)

/**
 * Deletes all rows of a table (`DATA DELETE <table> *`): all users, all authorizations, all events,
 * and so on. Reply: 0 or more. Sent once.
 */
export function clear(selection: { table: Table }): BuiltCommand {
  const fields = [required('', 'table', TABLE), fixed('', '*')]
  const shape = { head: 'DATA DELETE', fields, nature: ONCE, between: ' ' }
  return build('dangerous.access.clear', shape, selection)
}

/**
 * Deletes the rows of a table that have these values (`DATA DELETE <table> Key=value`): of any
 * table, by the keys of the manual. Firmware that doesn't know a key may delete all rows. Reply: 0
 * or more. Sent once.
 */
export function deleteRows(rows: Row, options?: TextOptions): BuiltCommand {
  return deletingRows('dangerous.access.deleteRows', rows, options)
}

/**
 * Sends a control that has no builder (`CONTROL DEVICE AABBCCDD`, or with `EE`), such as those of
 * networks and elevators. What it does depends on the model: read its manual. Sent once, and
 * only within 15 s.
 */
export function control(what: Control): BuiltCommand {
  const fields = [required('', 'code', CODE), required('', 'values', VALUES)]
  const shape = { head: 'CONTROL DEVICE', fields, nature: SOON, between: '' }
  return build('dangerous.access.control', shape, what)
}

/**
 * Replaces the firmware (`UPGRADE type=1,…`: the file as it is; without `type` for an offer of
 * base64). Reply: 0 after the download, then the terminal restarts. Firmware for another model can
 * destroy a terminal: offer it with its `platform`, which is compared with the terminal's.
 */
export function upgrade(firmware: Firmware | OfferedFirmware): BuiltCommand {
  return upgrading('dangerous.access.upgrade', firmware)
}

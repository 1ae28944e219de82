// Commands that wipe an access terminal or take it over.
import { TABLE, type Table } from '../access/table.js'
import { type BuiltCommand, ONCE } from '../built.js'
import { build } from '../line.js'
import { fixed, required } from '../shape.js'

export { type Firmware, upgrade } from './upgrade.js'

/**
 * Deletes all rows of a table (`DATA DELETE <table> *`): all users, all authorizations, all events,
 * and so on. Reply: 0 or more. Handed out once.
 */
export function clear(selection: { table: Table }): BuiltCommand {
  const fields = [required('', 'table', TABLE), fixed('', '*')]
  const shape = { head: 'DATA DELETE', fields, nature: ONCE, between: ' ' }
  return build('dangerous.access.clear', shape, selection)
}

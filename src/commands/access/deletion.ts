// Deletes a user's rows from a table of an access terminal.
import { type BuiltCommand, DATA } from '../built.js'
import { build, required } from '../line.js'
import { PIN } from '../value.js'

/** Deletes the rows of one user. */
export function deletion(builder: string, table: string, user: object, key = 'Pin'): BuiltCommand {
  const shape = { head: `DATA DELETE ${table}`, fields: [required(key, 'pin', PIN)], nature: DATA }
  return build(builder, shape, user)
}

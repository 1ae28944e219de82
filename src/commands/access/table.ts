// The tables of access terminals, in the letter case that counts.
import { choice, type Value } from '../value.js'

const TABLES = [
  'user',
  'userauthorize',
  'extuser',
  'mulcarduser',
  'identitycard',
  'templatev10',
  'biodata',
  'biophoto',
  'userpic',
  'timezone',
  'holiday',
  'firstcard',
  'multimcard',
  'inoutfun',
  'DoorParameters',
  'DeviceAuthorize',
  'transaction',
] as const

/** A table of an access terminal. */
export type Table = (typeof TABLES)[number]

/** A table's name. */
export const TABLE: Value = choice(Object.fromEntries(TABLES.map((table) => [table, table])))

// Tables of access terminals that have no builder of their own.
import type { BuiltCommand } from '../built.js'
import type { TextOptions } from '../line.js'
import { puttingRow, type Row } from '../row.js'

export type { Row }

// By the names of tables in lower case.
const BUILDERS = {
  user: 'access.putUser',
  userauthorize: 'access.authorize',
  mulcarduser: 'access.putCard',
  templatev10: 'access.putFingerprint',
  biodata: 'access.putBiodata',
  biophoto: 'access.putFacePhoto',
  userpic: 'access.putUserPhoto',
  timezone: 'access.putTimeZone',
  holiday: 'access.putHoliday',
}

/**
 * Adds or replaces a row of a table that has no builder (`DATA UPDATE <table>`), such as doors'
 * parameters, interlocks or Wiegand formats: the keys are those of the manual. Reply: 0 or more,
 * -100 for a table and -101 or -621 for a field that the terminal doesn't know.
 */
export function putRow(row: Row, options?: TextOptions): BuiltCommand {
  return puttingRow('access.putRow', BUILDERS, row, options)
}

// Tables of attendance terminals that have no builder of their own.
import type { BuiltCommand } from '../built.js'
import type { TextOptions } from '../line.js'
import { puttingRow, type Row } from '../row.js'

export type { Row }

// By the names of tables in lower case.
const BUILDERS = {
  userinfo: 'attendance.putUser',
  fingertmp: 'attendance.putFingerprint',
  face: 'attendance.putFace',
  fvein: 'attendance.putFingerVein',
  biodata: 'attendance.putBiodata',
  userpic: 'attendance.putUserPhoto',
  biophoto: 'attendance.putFacePhoto',
  adpic: 'attendance.putAdvertisement',
  sms: 'attendance.putMessage',
  user_sms: 'attendance.assignMessage',
  workcode: 'attendance.putWorkCode',
  idcard: 'attendance.putIdentityCard',
  blacklist: 'attendance.blockIdentityCard',
  acctimezone: 'attendance.putTimeZone',
  accgroup: 'attendance.putGroup',
  accholiday: 'attendance.putHoliday',
  accunlockcomb: 'attendance.putUnlockCombination',
}

/**
 * Adds or replaces a row of a table that has no builder (`DATA UPDATE <table>`), such as
 * `ShortcutKey`, `WALLPAPER` or `WHITELIST`: the keys are those of the manual. Reply: 0, -1004 for
 * what the terminal doesn't know.
 *
 * @example
 * attendance.putRow({ table: 'ShortcutKey', fields: { KeyID: 1 } })
 */
export function putRow(row: Row, options?: TextOptions): BuiltCommand {
  return puttingRow('attendance.putRow', BUILDERS, row, options)
}

// Commands that wipe an attendance terminal or take it over.
import { type BuiltCommand, LONG, ONCE, TRANSFER } from '../built.js'
import { build, type TextOptions } from '../line.js'
import { OFFER_URL, type Offered, whileOffered } from '../offer.js'
import { deletingRows, type Row } from '../row.js'
import { optional, required } from '../shape.js'
import { choice, integer, PATH, rawText, URL_TEXT, type Value } from '../value.js'
import { type Firmware, type OfferedFirmware, upgrading } from './upgrade.js'

export type { Firmware, OfferedFirmware, Row }

/** Where a terminal fetches a file: at a URL relative to `/iclock/`, or absolute, or as it was offered. */
export type FileAddress = { url: string; offer?: never } | (Offered & { url?: never })

/** A file to put on a terminal. */
export type PutFile = FileAddress & {
  /** Where to store it; a `.tgz` is unpacked there. */
  path: string
}

/** A file of rows to put into a terminal's tables. */
export type PutRows = PutFile & {
  /** `Action`: `sync` first deletes the table's rows, `append` keeps them. */
  action: 'sync' | 'append'
  /** `TableName`; needed for `sync`. */
  table?: 'USERINFO' | 'FINGERTMP' | 'FACE'
  /** `RecordCount`; needed for `sync`. */
  records?: number
}

const PATH_FIELD = required('', 'path', PATH)
const FILE = [required('', 'url', URL_TEXT), PATH_FIELD]
const OFFERED_FILE = [required('', 'offer', OFFER_URL), PATH_FIELD]
const ACTION = required('Action', 'action', choice({ sync: 'SyncData', append: 'AppendData' }))
const TABLE = choice({ USERINFO: 'USERINFO', FINGERTMP: 'FINGERTMP', FACE: 'FACE' })
const RECORDS = integer(0, 999_999)
const ROW_KEYS = ['Action', 'TableName', 'RecordCount']
const COMMAND: Value = {
  ...rawText(4096, 'not empty, without control characters or blanks around it', (text) => {
    return text !== '' && text === text.trim()
  }),
  isSecret: true,
}

function clear(builder: string, head: string): BuiltCommand {
  return build(`dangerous.attendance.${builder}`, { head, nature: ONCE })
}

/**
 * Runs a command line in the terminal's system (`SHELL`): full control of the terminal. The reply
 * has `Return`, the exit status, and `Content`, the output; old firmware posts it once and never
 * again. Sent once.
 */
export function shell(shellCommand: { command: string }, options?: TextOptions): BuiltCommand {
  const shape = { head: 'SHELL', fields: [required('', 'command', COMMAND)], nature: LONG }
  return build('dangerous.attendance.shell', shape, shellCommand, options)
}

/**
 * Puts a file anywhere on the terminal (`PutFile`). `Return` is the number of bytes received. A
 * wrong path can destroy a terminal. Sent once.
 */
export function putFile(file: PutFile): BuiltCommand {
  const shape = { head: 'PutFile', fields: fileFields(file), nature: TRANSFER, alsoRead: ROW_KEYS }
  return whileOffered(build('dangerous.attendance.putFile', shape, file), file)
}

/**
 * Puts a file of rows into the terminal's tables (`PutFile … Action=`). `Return` is the number of
 * rows done. `sync` deletes what the file does not have. Sent once.
 */
export function putRows(rows: PutRows): BuiltCommand {
  const isSync = rows?.action === 'sync'
  const field = isSync ? required : optional
  const fields = [
    ...fileFields(rows),
    ACTION,
    field('TableName', 'table', TABLE),
    field('RecordCount', 'records', RECORDS),
  ]
  const shape = { head: 'PutFile', fields, nature: TRANSFER }
  return whileOffered(build('dangerous.attendance.putRows', shape, rows), rows)
}

function fileFields(file: PutFile) {
  return 'offer' in Object(file) ? OFFERED_FILE : FILE
}

/**
 * Deletes the rows of a table that have these values (`DATA DELETE <table> Key=value`): of any
 * table, by the keys of the manual. Firmware that doesn't know a key may delete all rows. Sent once.
 */
export function deleteRows(rows: Row, options?: TextOptions): BuiltCommand {
  return deletingRows('dangerous.attendance.deleteRows', rows, options)
}

/** Deletes all attendance records (`CLEAR LOG`). Reply: 0. Sent once. */
export function clearAttendance(): BuiltCommand {
  return clear('clearAttendance', 'CLEAR LOG')
}

/** Deletes all attendance photos (`CLEAR PHOTO`). Reply: 0. Sent once. */
export function clearAttendancePhotos(): BuiltCommand {
  return clear('clearAttendancePhotos', 'CLEAR PHOTO')
}

/** Deletes all unified templates (`CLEAR BIODATA`). Reply: 0. Sent once. */
export function clearBiodata(): BuiltCommand {
  return clear('clearBiodata', 'CLEAR BIODATA')
}

/**
 * Deletes all users, but not their records (`CLEAR ALL USERINFO`, newer firmware). Sent once.
 */
export function clearUsers(): BuiltCommand {
  return clear('clearUsers', 'CLEAR ALL USERINFO')
}

/**
 * Deletes all users, templates, photos and records (`CLEAR DATA`). Reply: 0. Sent once.
 */
export function clearEverything(): BuiltCommand {
  return clear('clearEverything', 'CLEAR DATA')
}

/**
 * Replaces the firmware (`UPGRADE type=1,…`: the file as it is; without `type` for an offer of
 * base64). Reply: 0 after the download, then the terminal restarts. Firmware for another model can
 * destroy a terminal: offer it with its `platform`, which is compared with the terminal's.
 */
export function upgrade(firmware: Firmware | OfferedFirmware): BuiltCommand {
  return upgrading('dangerous.attendance.upgrade', firmware)
}

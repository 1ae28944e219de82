// What a command does, in words that people use. Pure.
import type { MonitorTexts } from './text.js'

type PhraseName = keyof MonitorTexts extends infer Key
  ? Key extends `phrase.${infer Name}`
    ? Name
    : never
  : never

/** A command in words: the text `phrase.<name>`, with these values. */
export interface Phrase {
  phrase: PhraseName
  /** The person's name in the command itself. */
  name?: string
  /** What else the text names: a door, an option. */
  what?: string
}

const NAME = /[\t ]name=([^\t\r\n]*)/i

// The first that fits; a group is what else it names.
const PHRASES: readonly (readonly [RegExp, PhraseName])[] = [
  [/^DATA UPDATE user(?:info)?\b(?!_)/i, 'putUser'],
  [/^DATA DELETE user(?:info)?\b(?!_)/i, 'deleteUser'],
  [/^DATA QUERY USERINFO PIN=/i, 'queryUser'],
  [/^DATA QUERY (?:USERINFO|tablename=user)\b/i, 'queryUsers'],
  [/^DATA UPDATE userauthorize\b/i, 'putDoors'],
  [/^DATA DELETE userauthorize\b/i, 'deleteDoors'],
  [/^DATA UPDATE (?:FINGERTMP|templatev10)\b/i, 'putFinger'],
  [/^DATA DELETE (?:FINGERTMP|templatev10)\b/i, 'deleteFinger'],
  [/^DATA UPDATE (?:FACE|FVEIN|BIODATA)\b/i, 'putTemplate'],
  [/^DATA DELETE (?:FACE|FVEIN|BIODATA)\b/i, 'deleteTemplate'],
  [/^DATA UPDATE (?:USERPIC|BIOPHOTO)\b/i, 'putPhoto'],
  [/^DATA DELETE (?:USERPIC|BIOPHOTO)\b/i, 'deletePhoto'],
  [/^ENROLL_(?:FP|BIO|MF|INFO)\b/i, 'enroll'],
  [/^DATA QUERY (?:ATTLOG|tablename=transaction)\b/i, 'queryAttendance'],
  [/^VERIFY SUM ATTLOG\b|^DATA COUNT transaction\b/i, 'countAttendance'],
  [/^DATA UPDATE SMS\b/i, 'putMessage'],
  [/^CHECK$/i, 'check'],
  [/^INFO$/i, 'info'],
  [/^REBOOT$|^CONTROL DEVICE 03/i, 'reboot'],
  [/^AC_UNLOCK$/i, 'openDoor'],
  [/^CONTROL DEVICE 0100/i, 'controlDoors'],
  [/^CONTROL DEVICE 01([0-9A-F]{2})0100/i, 'closeDoor'],
  [/^CONTROL DEVICE 01([0-9A-F]{2})01FF/i, 'holdDoorOpen'],
  [/^CONTROL DEVICE 01([0-9A-F]{2})01/i, 'openDoorOf'],
  [/^AC_UNALARM$|^CONTROL DEVICE 02/i, 'cancelAlarm'],
  [/^SET OPTIONS? ([^=\t\r\n]{1,60})=/i, 'setOption'],
  [/^CLEAR (?:LOG|PHOTO|DATA|BIODATA|ALL USERINFO)$/i, 'clear'],
  [/^SHELL\b/i, 'shell'],
]

/** What a command does; undefined for texts that only engineers know. */
export function phraseOf(text: string): Phrase | undefined {
  for (const [pattern, phrase] of PHRASES) {
    const match = pattern.exec(text)
    if (match === null) continue
    const name = NAME.exec(text)?.[1]?.trim()
    const [, what] = match
    return {
      phrase,
      ...(phrase === 'putUser' && name && { name }),
      ...(what !== undefined && {
        what: pattern.source.startsWith('^CONTROL') ? doorIn(what) : what,
      }),
    }
  }
  return undefined
}

// Doors are hexadecimal digits there.
function doorIn(digits: string): string {
  return String(Number.parseInt(digits, 16))
}

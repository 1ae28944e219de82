// Messages and work codes on attendance terminals.
import type { BuiltCommand } from '../built.js'
import { build, type TextOptions } from '../line.js'
import { type Person, person } from '../person.js'
import { deleting, optional, required, updating } from '../shape.js'
import { time } from '../time.js'
import { choice, freeText, integer, matching } from '../value.js'

/** A message on the terminal's screen. */
export interface Message {
  /** `UID`: its number. */
  id: number
  /** `MSG`: at most 320 bytes in UTF-8, without `=`. */
  text: string
  /** `TAG`: 253 for everyone, 254 for the users it is assigned to. */
  audience: 'everyone' | 'assigned'
  /** `MIN`: how many minutes it is shown. */
  minutes: number
  /** `StartTime`: from when, `YYYY-MM-DD hh:mm:ss`, the terminal's local time. */
  from: string
}

/** A code that a user enters with a record. */
export interface WorkCode {
  /** `CODE`: the digits that are entered. */
  code: string
  /** `NAME`: without `=`. */
  name: string
  /** `PIN`: the number of its row on the terminal. */
  index?: number
}

const UID = integer(0, 65_535)
const CODE = matching(/^\d{1,9}$/, "a string of 1 to 9 digits, such as '101'")

const PUT_MESSAGE = updating('SMS', [
  required('MSG', 'text', freeText(320)),
  required('TAG', 'audience', choice({ everyone: '253', assigned: '254' })),
  required('UID', 'id', UID),
  required('MIN', 'minutes', integer(0, 65_535)),
  required('StartTime', 'from', time()),
])
const ASSIGN_MESSAGE = updating('USER_SMS', [person(), required('UID', 'id', UID)])
const PUT_WORK_CODE = updating(
  'WORKCODE',
  [
    optional('PIN', 'index', integer(1, 999_999)),
    required('CODE', 'code', CODE),
    required('NAME', 'name', freeText()),
  ],
  ['CODE'],
)

/**
 * Adds or replaces a message (`DATA UPDATE SMS`). Reply: 0. Assign it if it is not for everyone.
 */
export function putMessage(message: Message, options?: TextOptions): BuiltCommand {
  return build('attendance.putMessage', PUT_MESSAGE, message, options)
}

/** Shows a message to a user (`DATA UPDATE USER_SMS`). Reply: 0. Issue the message first. */
export function assignMessage(assignment: Person & { id: number }): BuiltCommand {
  return build('attendance.assignMessage', ASSIGN_MESSAGE, assignment)
}

/** Deletes a message (`DATA DELETE SMS`). Reply: 0. */
export function deleteMessage(message: { id: number }): BuiltCommand {
  const shape = deleting('SMS', required('UID', 'id', UID))
  return build('attendance.deleteMessage', shape, message)
}

/** Adds or replaces a work code (`DATA UPDATE WORKCODE`). Reply: 0. */
export function putWorkCode(workCode: WorkCode, options?: TextOptions): BuiltCommand {
  return build('attendance.putWorkCode', PUT_WORK_CODE, workCode, options)
}

/** Deletes a work code (`DATA DELETE WORKCODE`). Reply: 0. */
export function deleteWorkCode(workCode: { code: string }): BuiltCommand {
  const shape = deleting('WORKCODE', required('CODE', 'code', CODE))
  return build('attendance.deleteWorkCode', shape, workCode)
}

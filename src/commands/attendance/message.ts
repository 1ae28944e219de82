// Messages and work codes on attendance terminals.
import { type BuiltCommand, DATA } from '../built.js'
import { build, optional, required, type Shape } from '../line.js'
import { time } from '../time.js'
import { choice, freeText, integer, matching, PIN } from '../value.js'

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

const PUT_MESSAGE: Shape = {
  head: 'DATA UPDATE SMS',
  fields: [
    required('MSG', 'text', freeText(320)),
    required('TAG', 'audience', choice({ everyone: '253', assigned: '254' })),
    required('UID', 'id', UID),
    required('MIN', 'minutes', integer(0, 65_535)),
    required('StartTime', 'from', time()),
  ],
  nature: DATA,
}
const ASSIGN_MESSAGE: Shape = {
  head: 'DATA UPDATE USER_SMS',
  fields: [required('PIN', 'pin', PIN), required('UID', 'id', UID)],
  nature: DATA,
}
const PUT_WORK_CODE: Shape = {
  head: 'DATA UPDATE WORKCODE',
  fields: [
    optional('PIN', 'index', integer(1, 999_999)),
    required('CODE', 'code', CODE),
    required('NAME', 'name', freeText()),
  ],
  nature: DATA,
  alsoRead: ['PIN'],
  intent: ['CODE'],
}

/**
 * Adds or replaces a message (`DATA UPDATE SMS`). Reply: 0. Assign it if it is not for everyone.
 */
export function putMessage(message: Message): BuiltCommand {
  return build('attendance.putMessage', PUT_MESSAGE, message)
}

/** Shows a message to a user (`DATA UPDATE USER_SMS`). Reply: 0. Issue the message first. */
export function assignMessage(assignment: { pin: string; id: number }): BuiltCommand {
  return build('attendance.assignMessage', ASSIGN_MESSAGE, assignment)
}

/** Deletes a message (`DATA DELETE SMS`). Reply: 0. */
export function deleteMessage(message: { id: number }): BuiltCommand {
  const shape = { head: 'DATA DELETE SMS', fields: [required('UID', 'id', UID)], nature: DATA }
  return build('attendance.deleteMessage', shape, message)
}

/** Adds or replaces a work code (`DATA UPDATE WORKCODE`). Reply: 0. */
export function putWorkCode(workCode: WorkCode): BuiltCommand {
  return build('attendance.putWorkCode', PUT_WORK_CODE, workCode)
}

/** Deletes a work code (`DATA DELETE WORKCODE`). Reply: 0. */
export function deleteWorkCode(workCode: { code: string }): BuiltCommand {
  const shape = {
    head: 'DATA DELETE WORKCODE',
    fields: [required('CODE', 'code', CODE)],
    nature: DATA,
  }
  return build('attendance.deleteWorkCode', shape, workCode)
}

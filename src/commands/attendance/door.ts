// The door of an attendance terminal, and the groups and time zones that may open it.
import { type BuiltCommand, NOW } from '../built.js'
import { build, type TextOptions } from '../line.js'
import { optional, plain, required, updating } from '../shape.js'
import { day, spanEnd } from '../time.js'
import { flag, freeText, integer, listOf, type Value } from '../value.js'

/** Start and end, such as `['08:00', '17:30']`; an end before the start closes the whole day. */
export type Span = readonly [start: string, end: string]

/** A time zone: when a door may be opened, for each day of the week. */
export interface TimeZone {
  /** `UID`: 1 to 50. */
  id: number
  sunday: Span
  monday: Span
  tuesday: Span
  wednesday: Span
  thursday: Span
  friday: Span
  saturday: Span
}

/** An access group. */
export interface Group {
  /** `ID`: 1 to 99. */
  id: number
  /** `Verify`: a code from the manual's table of verification modes; 0 by default. */
  verification?: number
  /** `ValidHoliday`: whether holidays apply; false by default. */
  observesHolidays?: boolean
  /** `TZ`: up to three time zones. */
  timeZones: readonly number[]
}

/** A holiday. */
export interface Holiday {
  /** `UID`: 1 to 99. */
  id: number
  /** `HolidayName`: without `=`. */
  name: string
  /** `StartDate`, `YYYY-MM-DD`; terminals keep month and day. */
  from: string
  /** `EndDate`, `YYYY-MM-DD`; terminals keep month and day. */
  to: string
  /** `TimeZone`: the time zone that applies then. */
  timeZone: number
}

/** Groups that must each send a member to open the door. */
export interface UnlockCombination {
  /** `UID`: 1 to 99. */
  id: number
  /** `Group1` to `Group5`: up to five groups; a group may appear more than once. */
  groups: readonly number[]
}

const NUMBER = integer(1, 99)
const DAYS = [
  ['Sun', 'sunday'],
  ['Mon', 'monday'],
  ['Tues', 'tuesday'],
  ['Wed', 'wednesday'],
  ['Thurs', 'thursday'],
  ['Fri', 'friday'],
  ['Sat', 'saturday'],
] as const

const PUT_TIME_ZONE = updating('AccTimeZone', [
  required('UID', 'id', integer(1, 50)),
  ...DAYS.flatMap(([key, member]) => [
    required(`${key}Start`, member, spanEnd(0)),
    required(`${key}End`, member, spanEnd(1)),
  ]),
])
const PUT_GROUP = updating('AccGroup', [
  required('ID', 'id', NUMBER),
  optional('Verify', 'verification', integer(0, 255), '0'),
  optional('ValidHoliday', 'observesHolidays', flag(), '0'),
  required(
    'TZ',
    'timeZones',
    numbers(3, 50, (list) => list.join(';')),
  ),
])
const PUT_HOLIDAY = updating('AccHoliday', [
  required('UID', 'id', NUMBER),
  required('HolidayName', 'name', freeText()),
  required('StartDate', 'from', day(4)),
  required('EndDate', 'to', day(4)),
  required('TimeZone', 'timeZone', integer(0, 50)),
])
const PUT_UNLOCK_COMBINATION = updating('AccUnLockComb', [
  required('UID', 'id', NUMBER),
  ...[0, 1, 2, 3, 4].map((at) =>
    required(
      `Group${at + 1}`,
      'groups',
      numbers(5, 99, (list) => list[at]),
    ),
  ),
])

function numbers(
  most: number,
  highest: number,
  write: (texts: string[]) => string | undefined,
): Value {
  const expected = `an array of 1 to ${most} whole numbers from 1 to ${highest}`
  return listOf(integer(1, highest), most, expected, (texts) => {
    const zeros = Array.from({ length: most - texts.length }, () => '0')
    return texts.length === 0 ? undefined : write([...texts, ...zeros])
  })
}

/**
 * Opens the terminal's door once, for the time configured on the terminal (`AC_UNLOCK`). Reply:
 * 0. Sent once, and only within 15 s, so that no door opens late or twice.
 */
export function openDoor(): BuiltCommand {
  return build('attendance.openDoor', plain('AC_UNLOCK', NOW))
}

/** Ends an alarm (`AC_UNALARM`). Reply: 0. Sent once, and only within 15 s. */
export function cancelAlarm(): BuiltCommand {
  return build('attendance.cancelAlarm', plain('AC_UNALARM', NOW))
}

/** Adds or replaces a time zone (`DATA UPDATE AccTimeZone`). Reply: 0. */
export function putTimeZone(timeZone: TimeZone): BuiltCommand {
  return build('attendance.putTimeZone', PUT_TIME_ZONE, timeZone)
}

/**
 * Adds or replaces an access group (`DATA UPDATE AccGroup`). Reply: 0. Time zones come first.
 */
export function putGroup(group: Group): BuiltCommand {
  return build('attendance.putGroup', PUT_GROUP, group)
}

/** Adds or replaces a holiday (`DATA UPDATE AccHoliday`). Reply: 0. */
export function putHoliday(holiday: Holiday, options?: TextOptions): BuiltCommand {
  return build('attendance.putHoliday', PUT_HOLIDAY, holiday, options)
}

/**
 * Adds or replaces an unlock combination (`DATA UPDATE AccUnLockComb`). Reply: 0. Groups come
 * first.
 */
export function putUnlockCombination(combination: UnlockCombination): BuiltCommand {
  return build('attendance.putUnlockCombination', PUT_UNLOCK_COMBINATION, combination)
}

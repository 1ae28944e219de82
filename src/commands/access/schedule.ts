// Time zones and holidays of access terminals.
import type { BuiltCommand } from '../built.js'
import { build } from '../line.js'
import { deleting, optional, required, updating } from '../shape.js'
import { day, spanNumber } from '../time.js'
import { flag, integer } from '../value.js'

/** Up to three spans of a day, such as `[['08:00', '12:00'], ['13:00', '17:30']]`. */
export type DaySpans = readonly (readonly [start: string, end: string])[]

/** When a door may be opened. A missing day is closed. */
export interface TimeZone {
  /** `TimezoneId`: 1 to 255. Terminals ship with 1 as "always". */
  id: number
  sunday?: DaySpans
  monday?: DaySpans
  tuesday?: DaySpans
  wednesday?: DaySpans
  thursday?: DaySpans
  friday?: DaySpans
  saturday?: DaySpans
  /** On holidays of type 1. */
  holiday1?: DaySpans
  /** On holidays of type 2. */
  holiday2?: DaySpans
  /** On holidays of type 3. */
  holiday3?: DaySpans
}

/** A holiday. */
export interface Holiday {
  /** `Holiday`, `YYYY-MM-DD`. */
  date: string
  /** `HolidayType`: which of a time zone's holiday spans apply, 1 to 3. */
  type: 1 | 2 | 3
  /** `Loop`: whether it recurs every year. */
  everyYear: boolean
}

const ID = integer(1, 255)
const DAYS = [
  ['SunTime', 'sunday'],
  ['MonTime', 'monday'],
  ['TueTime', 'tuesday'],
  ['WedTime', 'wednesday'],
  ['ThuTime', 'thursday'],
  ['FriTime', 'friday'],
  ['SatTime', 'saturday'],
  ['Hol1Time', 'holiday1'],
  ['Hol2Time', 'holiday2'],
  ['Hol3Time', 'holiday3'],
] as const

const PUT_TIME_ZONE = updating('timezone', [
  required('TimezoneId', 'id', ID),
  ...DAYS.flatMap(([key, member]) =>
    ([0, 1, 2] as const).map((at) => optional(`${key}${at + 1}`, member, spanNumber(at), '0')),
  ),
])
const DELETE_TIME_ZONE = deleting('timezone', required('TimezoneId', 'id', ID))
const PUT_HOLIDAY = updating('holiday', [
  required('Holiday', 'date', day()),
  required('HolidayType', 'type', integer(1, 3)),
  required('Loop', 'everyYear', flag('2', '1')),
])
const DELETE_HOLIDAY = deleting('holiday', required('Holiday', 'date', day()))

/**
 * Adds a time zone (`DATA UPDATE timezone`). Reply: 0 or more. Delete a time zone before
 * changing it. All thirty spans are written, so that no old one remains.
 */
export function putTimeZone(timeZone: TimeZone): BuiltCommand {
  return build('access.putTimeZone', PUT_TIME_ZONE, timeZone)
}

/** Deletes a time zone (`DATA DELETE timezone`). Reply: 0 or more. */
export function deleteTimeZone(timeZone: { id: number }): BuiltCommand {
  return build('access.deleteTimeZone', DELETE_TIME_ZONE, timeZone)
}

/** Adds a holiday (`DATA UPDATE holiday`). Reply: 0 or more. */
export function putHoliday(holiday: Holiday): BuiltCommand {
  return build('access.putHoliday', PUT_HOLIDAY, holiday)
}

/**
 * Deletes a holiday (`DATA DELETE holiday`). Unproven: the manual only prints `*` for this table.
 */
export function deleteHoliday(holiday: { date: string }): BuiltCommand {
  return build('access.deleteHoliday', DELETE_HOLIDAY, holiday)
}

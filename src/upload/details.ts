// The further columns of an attendance line, by name. Pure.
import type { AttendanceRecord } from './upload.js'

/** The columns 8 to 12 of an attendance line, as sent; those that the line doesn't have are missing. */
export interface AttendanceDetails {
  /** Whether the person wore a mask: `0` or `1`; `255` if it wasn't checked. */
  mask?: string
  /** The body temperature, in the unit that the terminal is set to; `0` or `255` if not measured. */
  temperature?: string
  /** The same in the other unit. */
  convertedTemperature?: string
  /** The offset of the terminal's clock from UTC at the time, in seconds, such as `28800`. */
  timeOffset?: number
  /** Base64 of a JSON text, with the position for example. */
  extendData?: string
}

const MASK = /^(?:0|1|255)?$/
const TEMPERATURE = /^(?:\d{1,3}(?:\.\d{1,2})?)?$/
const TIME_OFFSET = /^[+-]\d{1,5}$/
const MOST_SECONDS = 15 * 3600
// `rest` begins with two reserved columns.
const [MASK_AT, OFFSET_AT, MOST] = [2, 5, 7]

/**
 * The columns 8 to 12 of an attendance line by name (PUSH manual, "Upload attendance records").
 * Some models send other columns there: a line that doesn't have the printed form has no details,
 * and its columns stay in `rest`.
 *
 * @example
 * detailsOf(record).temperature // '36.7'
 *
 * @param record a record, or one that an adapter stored
 */
export function detailsOf({ rest }: Pick<AttendanceRecord, 'rest'>): AttendanceDetails {
  if (rest.length <= MASK_AT || rest.length > MOST) return {}
  const [mask = '', temperature = '', convertedTemperature = '', offset = '', extendData = ''] =
    rest.slice(MASK_AT)
  const timeOffset = timeOffsetOf(rest)
  const isPrinted =
    MASK.test(mask) &&
    TEMPERATURE.test(temperature) &&
    TEMPERATURE.test(convertedTemperature) &&
    (offset === '' || timeOffset !== undefined)
  if (!isPrinted) return {}
  const details: AttendanceDetails = {}
  if (mask !== '') details.mask = mask
  if (temperature !== '') details.temperature = temperature
  if (convertedTemperature !== '') details.convertedTemperature = convertedTemperature
  if (timeOffset !== undefined) details.timeOffset = timeOffset
  if (extendData !== '') details.extendData = extendData
  return details
}

/** Seconds east of UTC in the column `TimeOffset`, such as `+28800`; undefined if there are none. */
export function timeOffsetOf(rest: readonly string[]): number | undefined {
  if (rest.length <= OFFSET_AT || rest.length > MOST) return undefined
  const text = rest[OFFSET_AT] as string
  if (!TIME_OFFSET.test(text)) return undefined
  const offset = Number(text)
  return Math.abs(offset) <= MOST_SECONDS ? offset : undefined
}

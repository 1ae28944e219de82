// A punch: who came or went, where and how, in one shape for time clocks and door terminals. Pure.
import { ownOf } from '../check.js'
import { localTimeOf } from '../upload/clock.js'
import { detailsOf } from '../upload/details.js'
import { fieldOf } from '../upload/fields.js'
import type { AttendanceRecord, FieldRecord, Upload, UploadRecord } from '../upload/upload.js'
import { DENIED, DOOR_EVENTS, GRANTED, LINKED } from './door-event.js'
import { clockVerification, doorVerification, type Verification } from './verification.js'

/** Who came or went, or what happened at a door. */
export interface Punch {
  serialNumber: string
  /** The person; missing if nobody was recognized, or nobody was there. */
  pin?: string
  /** The number of the card that was read, as sent. */
  card?: string
  /**
   * The terminal's wall clock, `2026-10-05 06:58:10`; as it came if it isn't a valid time.
   */
  time: string
  /** The moment of `time`, if the terminal's zone is known and `time` is valid. */
  instant?: Date
  /** By the status of a time clock, breaks and overtime included, or by the reader of a door. */
  direction: 'in' | 'out' | 'unknown'
  /**
   * As sent. Of time clocks: 0 in, 1 out, 2 break out, 3 break in, 4 overtime in, 5 overtime out,
   * 255 none chosen; of doors: 0 in, 1 out.
   */
  status: string
  /** How the person was verified. */
  verification: Verification
  /** The number of the door, of door terminals. */
  door?: string
  /** The number of the reader, if the line names that instead of a door. */
  reader?: string
  /**
   * Whether the person was let through; missing if it wasn't about that, such as when a door closes.
   * Time clocks report only whom they recognized.
   */
  granted?: boolean
  /** What happened at the door: the code as sent, and in words if the manual has it. */
  event?: { code: string; words?: string }
  /** The work code, of time clocks; missing if there is none. */
  workCode?: string
  /** The body temperature in the unit that the terminal is set to, if it was measured. */
  temperature?: number
  /** Whether the person wore a mask. Terminals that can't see it may send that it was none. */
  mask?: boolean
  /** The record it came from. */
  record: AttendanceRecord | FieldRecord
}

const DIRECTIONS: Readonly<Record<string, Punch['direction']>> = {
  ...{ 0: 'in', 1: 'out', 2: 'out', 3: 'in', 4: 'in', 5: 'out' },
}
const DOOR_DIRECTIONS: Readonly<Record<string, Punch['direction']>> = { 0: 'in', 1: 'out' }
const ADDRESS_OF_READER = '3'
const NUMBER = /^\d+(?:\.\d+)?$/
// A temperature that no person has: it wasn't measured.
const UNMEASURED = [0, 255]

/** The names of a door event in `rtlog`, and in rows of the table `transaction`. */
const NAMES = {
  rtlog: {
    ...{ time: 'time', card: 'cardno', status: 'inoutstatus', verify: 'verifytype' },
    ...{ event: 'event', address: 'eventaddr' },
  },
  transaction: {
    ...{ time: 'time_second', card: 'cardno', status: 'inoutstate', verify: 'verified' },
    ...{ event: 'eventtype', address: 'doorid' },
  },
} as const

/**
 * The punch in a record: a line of `ATTLOG` (attendance PUSH manual, "Upload attendance records"), a
 * door event of `rtlog`, or a row of the table `transaction` (security PUSH manual, "Upload real-time
 * events", "DATA QUERY").
 *
 * @example
 * const punches = upload.records.flatMap((record) => punchOf(record, upload) ?? [])
 *
 * @param upload the upload that the record came in, or any object with its serial number
 * @returns undefined if the record is something else, such as a user or the state of a door
 */
export function punchOf(
  record: UploadRecord,
  { serialNumber }: Pick<Upload, 'serialNumber'>,
): Punch | undefined {
  if (record.kind === 'attendance') return clockPunch(record, serialNumber)
  if (record.kind !== 'fields') return undefined
  if (record.type !== 'rtlog' && record.type !== 'transaction') return undefined
  return doorPunch(record, serialNumber, NAMES[record.type])
}

function clockPunch(record: AttendanceRecord, serialNumber: string): Punch {
  const { pin, time, instant, status, verify, workCode } = record
  const { mask, temperature } = detailsOf(record)
  return {
    serialNumber,
    pin,
    time: localTimeOf(time),
    ...(instant !== undefined && { instant }),
    direction: ownOf(DIRECTIONS, status) ?? 'unknown',
    status,
    verification: clockVerification(verify),
    granted: true,
    ...(isGiven(workCode) && { workCode }),
    ...measured(temperature, mask),
    record,
  }
}

function doorPunch(
  record: FieldRecord,
  serialNumber: string,
  names: (typeof NAMES)['rtlog' | 'transaction'],
): Punch | undefined {
  const field = (name: string) => fieldOf(record.fields, name)?.trim() ?? ''
  const code = field(names.event)
  // The state of a door may be among the events.
  if (code === '') return undefined
  const [pin, card, status, address] = [
    ...[field('pin'), field(names.card), field(names.status), field(names.address)],
  ] as [string, string, string, string]
  const isReader = field('addrtype') === ADDRESS_OF_READER
  const words = ownOf(DOOR_EVENTS, code)
  const isGranted = GRANTED.has(code)
  return {
    serialNumber,
    ...(isGiven(pin) && { pin }),
    ...(isGiven(card) && { card }),
    time: localTimeOf(field(names.time)),
    ...(record.instant !== undefined && { instant: record.instant }),
    direction: ownOf(DOOR_DIRECTIONS, status) ?? 'unknown',
    status,
    verification: LINKED.has(code)
      ? { code: field(names.verify), ways: [] }
      : doorVerification(field(names.verify)),
    ...(address !== '' && (isReader ? { reader: address } : { door: address })),
    ...((isGranted || DENIED.has(code)) && { granted: isGranted }),
    event: { code, ...(words !== undefined && { words }) },
    ...measured(field('temperature'), field('maskflag')),
    record,
  }
}

function measured(
  temperature: string | undefined,
  mask: string | undefined,
): Pick<Punch, 'temperature' | 'mask'> {
  const degrees = temperature !== undefined && NUMBER.test(temperature) ? Number(temperature) : 0
  return {
    ...(!UNMEASURED.includes(degrees) && { temperature: degrees }),
    ...((mask === '0' || mask === '1') && { mask: mask === '1' }),
  }
}

// A terminal sends 0 for nobody, no card and no work code.
function isGiven(text: string): boolean {
  return text !== '' && text !== '0'
}

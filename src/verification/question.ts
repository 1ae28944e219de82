// What a terminal asks before it opens a door (security PUSH manual, "Background verification"): one
// line, as of `rtlog`. Pure.
import { ownOf } from '../check.js'
import type { Clock } from '../upload/clock.js'
import { fieldOf } from '../upload/fields.js'
import { readUpload } from '../upload/parse.js'
import type { FieldRecord } from '../upload/upload.js'

/** Somebody stands at a door, and the terminal asks whether to open it. */
export interface VerificationQuestion {
  serialNumber: string
  /** `pin`: the person; missing if the terminal doesn't know the card. */
  pin?: string
  /** `cardno`: the card that was read, as sent; missing if there was none. */
  card?: string
  /**
   * The door, if the event is of a door, or of the terminal itself (door 1); missing if it is of a
   * reader or an input.
   */
  door?: number
  /** The reader, if the event is of one. */
  reader?: number
  /** `inoutstatus`: 0 in, 1 out. */
  direction: 'in' | 'out' | 'unknown'
  /** `event`: the code of what happened, as sent. */
  event: string
  /** `verifytype`: how the person was verified, as sent; `punchOf(record, question)` has it in words. */
  verify: string
  /** `time`: the terminal's wall clock, `2026-10-05 06:58:10`. */
  time: string
  /** The moment of `time`, if the terminal's zone is known and `time` is valid. */
  instant?: Date
  /** The line as a record of the type `rtlog`. */
  record: FieldRecord
}

/** The longest line that is an event, in bytes. */
export const LONGEST_LINE = 1024
const DIRECTIONS: Readonly<Record<string, VerificationQuestion['direction']>> = {
  0: 'in',
  1: 'out',
}
const PLACE = /^\d{1,3}$/
// `addrtype`: 1 the terminal, 2 a door, 3 a reader.
const TERMINAL = '1'
const DOOR = '2'
const READER = '3'

/**
 * The question in a body; undefined if it isn't exactly one event.
 *
 * @param encoding a `TextDecoder` label
 */
export function questionIn(
  body: Buffer,
  serialNumber: string,
  encoding: string,
  clock: Clock | undefined,
): VerificationQuestion | undefined {
  if (body.length > LONGEST_LINE) return undefined
  const { records, unparsed } = readUpload(
    body,
    { table: 'rtlog', query: {} },
    { encoding, clock, most: 2 },
  )
  const [record] = records
  if (records.length !== 1 || unparsed.length > 0 || record?.kind !== 'fields') return undefined
  const field = (name: string) => fieldOf(record.fields, name)?.trim() ?? ''
  const [time, event] = [field('time'), field('event')]
  if (time === '' || event === '') return undefined
  return {
    serialNumber,
    ...given('pin', field('pin')),
    ...given('card', field('cardno')),
    ...placeOf(field('addrtype'), field('eventaddr')),
    direction: ownOf(DIRECTIONS, field('inoutstatus')) ?? 'unknown',
    event,
    verify: field('verifytype'),
    time,
    ...(record.instant !== undefined && { instant: record.instant }),
    record,
  }
}

// `0` stands for nobody, and for no card.
function given(name: 'pin' | 'card', value: string): Pick<VerificationQuestion, 'pin' | 'card'> {
  return /^0*$/.test(value) ? {} : { [name]: value }
}

function placeOf(type: string, address: string): Pick<VerificationQuestion, 'door' | 'reader'> {
  if (type === TERMINAL) return { door: 1 }
  if (!PLACE.test(address)) return {}
  if (type === READER) return { reader: Number(address) }
  return type === DOOR || type === '' ? { door: Number(address) } : {}
}

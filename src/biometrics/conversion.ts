// Which commands bring a person's templates to a terminal, and why some can't come.
import * as access from '../commands/access.js'
import * as attendance from '../commands/attendance.js'
import type { BuiltCommand } from '../commands/built.js'
import type { UploadRecord } from '../upload/upload.js'
import type { Capabilities } from './capability.js'
import type { Content } from './content.js'
import { faultOf, gather, type Template } from './template.js'
import type { BiometricType } from './type.js'
import { writeTemplate } from './write.js'

/** A person's biometric data, as terminals uploaded it. */
export interface PersonRecords {
  /** The person: records of others are passed over. */
  pin: string
  /** Records straight from `upload.records`: FP, FACE, FVEIN, BIODATA, templatev10, BIOPHOTO. */
  records: readonly UploadRecord[]
  /**
   * What the terminal that sent them can do: the older tables (FP, FACE, FVEIN) don't name a
   * version. Without it their version is unknown.
   */
  source?: Capabilities
  /** Whether the terminal has these templates already, so that they need no further place. */
  isStored?: boolean
}

/**
 * Why a template can't come to a terminal:
 *
 * - `type`: the terminal doesn't take this type.
 * - `version`: its algorithm has another major version, and would refuse the template (-30).
 * - `unknown-version`: the version of the template or of the terminal is unknown.
 * - `capacity`: the terminal is full.
 * - `incomplete`: pieces are missing, or one is cut.
 * - `size`: a piece is longer than a command may be.
 * - `family`: the terminal's family is unknown, or has no table for it.
 */
export type ConversionFailure =
  | 'type'
  | 'version'
  | 'unknown-version'
  | 'capacity'
  | 'incomplete'
  | 'size'
  | 'family'

/** A template that can't come to a terminal. */
export interface Unconverted {
  type: BiometricType
  /** The finger 0–9, or the hand or eye. */
  no: number
  reason: ConversionFailure
}

/** What brings a person's biometric data to a terminal. */
export interface Conversions {
  /** In the order in which they must be issued, after the user. */
  commands: BuiltCommand[]
  /** What can't come; a face isn't here if it comes in any form. */
  failures: Unconverted[]
}

/** The outcome for one finger, face, hand or eye. */
export interface Attempt {
  type: BiometricType
  no: number
  commands: BuiltCommand[]
  /** The base64 that the commands carry, in their order. */
  contents: readonly string[]
  /** Whether it is the photo of a face. */
  isPhoto?: true
  reason?: ConversionFailure
}

const NOTHING = { commands: [], contents: [] }

/**
 * The commands that bring a person's templates to a terminal, and for what can't come, the reason.
 * A template of the terminal's version is copied as it is, into the table that the terminal reads. A
 * face in another version becomes its photo, of which the terminal makes a template of its own; a
 * photo never comes beside a template. Issue the user first.
 *
 * @throws IclockError `VALUE_REFUSED` if the PIN can't be part of a command
 * @example
 * const { commands, failures } = conversions({ pin: '7', records }, capabilitiesOf(terminal))
 */
export function conversions(person: PersonRecords, capabilities: Capabilities): Conversions {
  const attempts = attemptsOf(person, capabilities)
  return {
    commands: attempts.flatMap(({ commands }) => commands),
    failures: attempts.flatMap(({ type, no, reason }) => {
      return reason === undefined ? [] : [{ type, no, reason }]
    }),
  }
}

/** What comes of each finger, face, hand and eye; a face that comes in any form is there once. */
export function attemptsOf(person: PersonRecords, capabilities: Capabilities): Attempt[] {
  const { pin, records, source, isStored = false } = person
  const { templates, photo } = gather(pin, records, source)
  const free = new Map<BiometricType, number>()
  const place = (attempt: Attempt) => {
    return isStored ? attempt : withPlace(attempt, capabilities, free)
  }
  const attempts = slotsOf(templates).map((slot) => place(convert(pin, slot, capabilities)))
  const faces = attempts.filter(({ type }) => isFace(type))
  const isDone = faces.some(({ reason }) => reason === undefined)
  const byPhoto =
    isDone || photo === undefined ? undefined : place(faceBy(pin, photo, capabilities))
  const hasFace = isDone || (byPhoto !== undefined && byPhoto.reason === undefined)
  // If neither comes, the template's reason says more.
  if (byPhoto !== undefined && (hasFace || faces.length === 0)) attempts.push(byPhoto)
  return attempts.filter(({ type, reason }) => reason === undefined || !hasFace || !isFace(type))
}

/** The templates of each finger, face, hand or eye: one, or several versions of it. */
function slotsOf(templates: readonly Template[]): Template[][] {
  const slots = new Map<string, Template[]>()
  for (const template of templates) {
    const key = `${template.type} ${template.no}`
    slots.set(key, [...(slots.get(key) ?? []), template])
  }
  return [...slots.values()]
}

function convert(pin: string, slot: readonly Template[], capabilities: Capabilities): Attempt {
  const { type = 'general', no = 0 } = slot[0] ?? {}
  const { family, types } = capabilities
  const capability = types[type]
  const { majorVersion, takes } = capability
  const failed = (reason: ConversionFailure) => ({ ...NOTHING, type, no, reason })
  if (takes === false) return failed('type')
  if (majorVersion === undefined) return failed('unknown-version')
  const fitting = slot.filter((template) => template.majorVersion === majorVersion)
  const template = fitting.findLast((one) => faultOf(one) === undefined)
  if (template === undefined) return failed(reasonOf(slot, fitting))
  const commands = family && writeTemplate(pin, template, family, capability)
  const contents = [...template.pieces]
    .toSorted(([one], [other]) => one - other)
    .map(([, { text }]) => text)
  return commands === undefined ? failed('family') : { type, no, commands, contents }
}

/** Why none of these templates fits. */
function reasonOf(slot: readonly Template[], fitting: readonly Template[]): ConversionFailure {
  const [last] = fitting.slice(-1)
  if (last !== undefined) return faultOf(last) ?? 'incomplete'
  const isUnknown = slot.some(({ majorVersion }) => majorVersion === undefined)
  return isUnknown ? 'unknown-version' : 'version'
}

function faceBy(
  pin: string,
  { text, fault }: Content,
  { family, takesPhotos }: Capabilities,
): Attempt {
  const failed = (reason: ConversionFailure): Attempt => {
    return { ...NOTHING, type: 'face', no: 0, reason }
  }
  if (takesPhotos === undefined) return failed('unknown-version')
  if (!takesPhotos) return failed('type')
  if (fault !== undefined) return failed(fault)
  if (family === undefined) return failed('family')
  const put = family === 'access' ? access.putFacePhoto : attendance.putFacePhoto
  const commands = [put({ pin, content: text })]
  return { type: 'face', no: 0, commands, contents: [text], isPhoto: true }
}

/** Takes a place on the terminal for what can come, as long as there is one. */
function withPlace(
  attempt: Attempt,
  { types }: Capabilities,
  free: Map<BiometricType, number>,
): Attempt {
  const { type, no, reason } = attempt
  const left = free.get(type) ?? types[type].free
  if (reason !== undefined || left === undefined) return attempt
  if (left === 0) return { ...NOTHING, type, no, reason: 'capacity' }
  free.set(type, left - 1)
  return attempt
}

function isFace(type: BiometricType): boolean {
  return type === 'face' || type === 'infraredFace'
}

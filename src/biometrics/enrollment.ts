// What was enrolled, in one shape for all tables. Pure.
import { fieldOf } from '../upload/fields.js'
import type { FieldRecord, UploadRecord } from '../upload/upload.js'
import type { Capabilities } from './capability.js'
import { type Content, contentIn, enrolledPhotoIn, wholeOf } from './content.js'
import { isCard, pieceIn } from './template.js'
import { type BiometricType, TYPES } from './type.js'

/** One row about what was enrolled: a template or a piece of one, a photo, or a card. */
export interface EnrolledRow {
  /** The person. */
  pin: string
  /** What was enrolled. */
  type: BiometricType | 'card'
  /** The finger 0–9, or the hand or eye; 0 of a face and a card. */
  no: number
  /** Which piece of the template, from 0. */
  index: number
  /** Whether it gives a silent alarm. */
  isDuress: boolean
  /** The version of its algorithm; missing if neither the row nor its source says. */
  majorVersion?: number
  minorVersion?: number
  /** The template, in base64. */
  template?: string
  /** The photo, a JPEG in base64: beside the template, or without one. */
  photo?: string
  /** The number of the card, as sent. */
  card?: string
  /**
   * What is wrong with the template or photo: `incomplete`, it was cut; `size`, it is longer than a
   * command may be.
   */
  fault?: 'incomplete' | 'size'
  /** The record it came from. */
  record: FieldRecord
}

/** What is known of the records. */
export interface EnrollmentOptions {
  /**
   * What the terminal that sent them can do: the older tables (FP, FACE, FVEIN) don't name a
   * version.
   */
  source?: Capabilities
}

/**
 * What was enrolled, in one shape whatever the table: BIODATA, FP, FINGERTMP, templatev10, FACE, FVEIN,
 * BIOPHOTO, and what `ENROLL_BIO` and `ENROLL_INFO` upload, `BioData` and `EnrollInfoData` (security
 * PUSH manual, "Remote registration"). Other records, and templates that the terminal calls invalid,
 * are passed over.
 *
 * @example
 * const rows = enrolledRowsOf(upload.records, { source: capabilitiesOf(terminal) })
 */
export function enrolledRowsOf(
  records: readonly UploadRecord[],
  { source }: EnrollmentOptions = {},
): EnrolledRow[] {
  return records.flatMap((record) => {
    if (record.kind !== 'fields') return []
    const pin = fieldOf(record.fields, 'pin')
    if (pin === undefined || pin === '') return []
    const row = cardIn(record) ?? photoRow(record) ?? templateRow(record, source)
    return row === undefined ? [] : [{ pin, ...row, record }]
  })
}

type Row = Omit<EnrolledRow, 'pin' | 'record'>

const ALONE = { no: 0, index: 0, isDuress: false }

function cardIn(record: FieldRecord): Row | undefined {
  if (!isCard(record)) return undefined
  return { type: 'card', ...ALONE, card: fieldOf(record.fields, 'tmp') ?? '' }
}

function photoRow({ type, fields }: FieldRecord): Row | undefined {
  if (type !== 'biophoto') return undefined
  const number = wholeOf(fields, 'type', 0)
  // Older terminals send no type: they have photos of faces alone.
  const biometric = number === 0 ? 'face' : TYPES[number ?? -1]
  const photo = contentIn(fields, 'content')
  return biometric && { type: biometric, ...ALONE, photo: photo.text, ...faultIn(photo) }
}

function templateRow(record: FieldRecord, source: Capabilities | undefined): Row | undefined {
  const piece = pieceIn(record, source)
  if (piece === undefined) return undefined
  const { type, no, index, isDuress, majorVersion, minorVersion, content } = piece
  const photo = enrolledPhotoIn(record.fields)
  return {
    ...{ type, no, index, isDuress },
    ...(majorVersion !== undefined && { majorVersion }),
    ...(minorVersion !== undefined && { minorVersion }),
    template: content.text,
    ...(photo && { photo: photo.text }),
    ...faultIn(content),
  }
}

function faultIn({ fault }: Content): Pick<EnrolledRow, 'fault'> {
  return fault === undefined ? {} : { fault }
}

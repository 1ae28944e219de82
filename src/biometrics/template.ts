// A person's templates and photo, gathered from uploaded records of any table.
import { ownOf } from '../check.js'
import { fieldOf } from '../upload/fields.js'
import type { FieldRecord, UploadRecord } from '../upload/upload.js'
import type { Capabilities } from './capability.js'
import {
  type Content,
  contentIn,
  enrolledPhotoIn,
  type Fault,
  type Fields,
  photoIn,
  wholeOf,
} from './content.js'
import { type BiometricType, LAST_OLD_FINGER, TYPES } from './type.js'

// `MajorVer` and `MinorVer` have three digits at most in commands.
const MOST_VERSION = 999

/** A template in one version: the pieces of it that were uploaded. */
export interface Template {
  type: BiometricType
  /** The finger 0–9, or the hand or eye. */
  no: number
  /** The version of its algorithm; undefined if neither the record nor its source says. */
  majorVersion: number | undefined
  minorVersion: number | undefined
  format: number
  isDuress: boolean
  /** How many pieces it has at least. */
  leastPieces: number
  /** By `Index`. */
  pieces: Map<number, Content>
}

/** What was uploaded of one person. */
export interface Gathered {
  /** In the order of their first records. */
  templates: Template[]
  /** The photo that a terminal makes a template of the face from. */
  photo: Content | undefined
}

/** One piece of a template, as a record holds it. */
export type Piece = Omit<Template, 'pieces'> & { index: number; content: Content }

type Reader = (fields: Fields, source: Capabilities | undefined) => Piece | undefined

/** What some terminals add to the number of a finger that gives a silent alarm. */
export const ALARM = 16
// A near-infrared face has 12 to 15 pieces in its older table.
const LEAST_FACE_PIECES = 12

const READERS: Readonly<Record<string, Reader>> = {
  biodata: unifiedPiece,
  enrollinfodata: unifiedPiece,
  fp: (fields, source) => fingerPiece(fields, 'fid', 'tmp', oldFinger(source)),
  fingertmp: (fields, source) => fingerPiece(fields, 'fid', 'tmp', oldFinger(source)),
  templatev10: (fields) => fingerPiece(fields, 'fingerid', 'template', LAST_OLD_FINGER),
  face(fields, source) {
    const version = source?.types.infraredFace.majorVersion
    const slot = { no: 0, index: wholeOf(fields, 'fid'), leastPieces: LEAST_FACE_PIECES }
    return oldPiece(fields, 'infraredFace', slot, 'tmp', version)
  },
  fvein(fields, source) {
    const version = source?.types.fingerVein.majorVersion
    const slot = { no: wholeOf(fields, 'fid'), index: wholeOf(fields, 'index', 0), leastPieces: 1 }
    return oldPiece(fields, 'fingerVein', slot, 'tmp', version)
  },
}

/**
 * Gathers the templates and the photo of one person. Of two records of the same piece the later one
 * counts. Records of others, templates that the terminal calls invalid, and records that name no
 * finger, hand or piece are passed over.
 */
export function gather(
  pin: string,
  records: readonly UploadRecord[],
  source: Capabilities | undefined,
): Gathered {
  const templates = new Map<string, Template>()
  let photo: Content | undefined
  for (const record of records) {
    if (record.kind !== 'fields' || fieldOf(record.fields, 'pin') !== pin) continue
    if (record.type === 'biophoto') photo = photoIn(record.fields) ?? photo
    else photo = enrolledPhotoIn(record.fields) ?? photo
    const piece = pieceIn(record, source)
    if (piece !== undefined) add(templates, piece)
  }
  return { templates: [...templates.values()], photo }
}

/** The piece of a template that a record holds; undefined if it holds none, or an invalid one. */
export function pieceIn(record: FieldRecord, source: Capabilities | undefined): Piece | undefined {
  if (isCard(record)) return undefined
  const read = ownOf(READERS, record.type)
  return read?.(record.fields, source)
}

/** Whether a record is the number of a card that was enrolled (`ENROLL_INFO`), and no template. */
export function isCard({ type, fields }: FieldRecord): boolean {
  return type === 'enrollinfodata' && ['', '0'].includes(fieldOf(fields, 'type')?.trim() ?? '')
}

/** Why a template can't be sent; undefined if it can. */
export function faultOf({ pieces, leastPieces }: Template): Fault | undefined {
  const contents = Array.from({ length: pieces.size }, (_, index) => pieces.get(index))
  if (contents.includes(undefined) || pieces.size < leastPieces) return 'incomplete'
  const faults = contents.map((content) => content?.fault)
  return faults.includes('incomplete') ? 'incomplete' : faults.find((fault) => fault === 'size')
}

function add(templates: Map<string, Template>, { index, content, ...rest }: Piece): void {
  const key = JSON.stringify([rest.type, rest.no, rest.majorVersion, rest.minorVersion])
  const known = templates.get(key)
  if (known === undefined) {
    templates.set(key, { ...rest, pieces: new Map([[index, content]]) })
    return
  }
  // A new enrollment may have fewer pieces: none of the older ones belongs to it.
  const first = known.pieces.get(0)
  if (index === 0 && first !== undefined && first.text !== content.text) known.pieces.clear()
  known.pieces.set(index, content)
  known.isDuress = rest.isDuress
  known.leastPieces = Math.min(known.leastPieces, rest.leastPieces)
}

function unifiedPiece(fields: Fields): Piece | undefined {
  const type = TYPES[wholeOf(fields, 'type') ?? -1]
  const no = wholeOf(fields, 'no', 0)
  const index = wholeOf(fields, 'index', 0)
  if (type === undefined || no === undefined || index === undefined) return undefined
  if (no > 9 || index > 255 || fieldOf(fields, 'valid') === '0') return undefined
  return {
    ...{ type, no, index, leastPieces: 1 },
    majorVersion: versionOf(fields, 'majorver', 'major_ver'),
    minorVersion: versionOf(fields, 'minorver', 'minor_ver'),
    // A word such as ZK means the same as 0, but terminals refuse it.
    format: wholeOf(fields, 'format') ?? 0,
    isDuress: fieldOf(fields, 'duress') === '1',
    content: contentIn(fields, 'tmp'),
  }
}

// No algorithm has a version beyond what a command can hold. The result of an enrollment spells its
// name otherwise.
function versionOf(fields: Fields, name: string, enrolled: string): number | undefined {
  const version = wholeOf(fields, name) ?? wholeOf(fields, enrolled)
  return version !== undefined && version <= MOST_VERSION ? version : undefined
}

function fingerPiece(
  fields: Fields,
  key: string,
  content: string,
  version: number | undefined,
): Piece | undefined {
  const finger = wholeOf(fields, key)
  const isAlarm = finger !== undefined && finger >= ALARM
  const slot = { no: isAlarm ? finger - ALARM : finger, index: 0, leastPieces: 1 }
  const piece = oldPiece(fields, 'finger', slot, content, version)
  return piece && { ...piece, isDuress: isAlarm || piece.isDuress }
}

function oldPiece(
  fields: Fields,
  type: BiometricType,
  slot: { no: number | undefined; index: number | undefined; leastPieces: number },
  content: string,
  majorVersion: number | undefined,
): Piece | undefined {
  const { no, index, leastPieces } = slot
  const valid = fieldOf(fields, 'valid')
  if (no === undefined || no > 9 || index === undefined || index > 99 || valid === '0') {
    return undefined
  }
  return {
    ...{ type, no, index, leastPieces, majorVersion, minorVersion: undefined, format: 0 },
    isDuress: valid === '3',
    content: contentIn(fields, content),
  }
}

function oldFinger(source: Capabilities | undefined): number | undefined {
  const version = source?.types.finger.majorVersion
  return version !== undefined && version <= LAST_OLD_FINGER ? version : undefined
}

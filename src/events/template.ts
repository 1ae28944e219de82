// Which template a record brings, without reading its bytes. Pure.
import { ALARM, isCard } from '../biometrics/template.js'
import { type BiometricType, TYPES } from '../biometrics/type.js'
import { ownOf } from '../check.js'
import { cut } from '../queue/summary.js'
import { fieldOf } from '../upload/fields.js'
import type { FieldRecord } from '../upload/upload.js'

// By the type of a record: the field that says which finger, and the kind of template.
const TABLES: Readonly<Record<string, readonly [no: string, type?: BiometricType]>> = {
  fp: ['fid', 'finger'],
  fingertmp: ['fid', 'finger'],
  templatev10: ['fingerid', 'finger'],
  face: ['fid', 'infraredFace'],
  fvein: ['fid', 'fingerVein'],
  biodata: ['no'],
  enrollinfodata: ['no'],
}

/** The template in a record; undefined if it brings none. */
export function templateOf(
  record: FieldRecord,
): { biometric: BiometricType; no: string } | undefined {
  if (isCard(record)) return undefined
  const { type, fields } = record
  const found = ownOf(TABLES, type)
  if (found === undefined) return undefined
  const [key, biometric = TYPES[Number(fieldOf(fields, 'type') ?? '')]] = found
  if (biometric === undefined) return undefined
  // A near-infrared face has pieces, not places.
  const no = biometric === 'infraredFace' ? '' : (fieldOf(fields, key) ?? '')
  const isAlarm = biometric === 'finger' && Number(no) >= ALARM
  return { biometric, no: isAlarm ? String(Number(no) - ALARM) : cut(no) }
}

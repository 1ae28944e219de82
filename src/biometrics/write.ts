// Writes a template into the table that a terminal reads.
import * as access from '../commands/access.js'
import * as attendance from '../commands/attendance.js'
import type { BuiltCommand } from '../commands/built.js'
import type { Family } from '../reply/outcome.js'
import type { TypeCapability } from './capability.js'
import type { Template } from './template.js'
import { type BiometricType, LAST_OLD_FINGER, numberOf } from './type.js'

/**
 * The commands that write the pieces of a template, in their order; undefined if the family has no
 * table for them.
 */
export function writeTemplate(
  pin: string,
  template: Template,
  family: Family,
  capability: TypeCapability,
): BuiltCommand[] | undefined {
  const { type, no, majorVersion = 0, isDuress, format, pieces } = template
  const table = tableOf(family, type, capability)
  if (table === undefined) return undefined
  const minorVersion = template.minorVersion ?? capability.minorVersion ?? 0
  const inOrder = [...pieces].toSorted(([one], [other]) => one - other)
  return inOrder.map(([index, { text }]) => {
    if (table === 'old') return writeOld(pin, template, index, text, family)
    return (family === 'access' ? access : attendance).putBiodata({
      ...{ pin, type: numberOf(type), no, index, isDuress, majorVersion, minorVersion },
      ...{ format: Math.min(format, 9), template: text },
    })
  })
}

/** The table that a terminal reads templates of this type from; undefined if it has none. */
function tableOf(
  family: Family,
  type: BiometricType,
  capability: TypeCapability,
): 'old' | 'unified' | undefined {
  if (type === 'finger') {
    return (capability.majorVersion ?? 0) <= LAST_OLD_FINGER ? 'old' : 'unified'
  }
  const hasOld = type === 'infraredFace' || type === 'fingerVein'
  if (capability.isUnified || !hasOld) return 'unified'
  return family === 'attendance' ? 'old' : undefined
}

function writeOld(
  pin: string,
  { type, no, isDuress }: Template,
  index: number,
  template: string,
  family: Family,
): BuiltCommand {
  if (type === 'infraredFace') return attendance.putFace({ pin, piece: index, template })
  if (type === 'fingerVein') return attendance.putFingerVein({ pin, finger: no, index, template })
  const { putFingerprint } = family === 'access' ? access : attendance
  return putFingerprint({ pin, finger: no, isDuress, template })
}

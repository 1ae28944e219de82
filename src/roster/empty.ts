// The commands that empty a PIN on a terminal, and ask whether it is empty. Pure.
import type { Capabilities, TypeCapability } from '../biometrics/capability.js'
import { type BiometricType, LAST_OLD_FINGER, numberOf, TYPES } from '../biometrics/type.js'
import * as access from '../commands/access.js'
import * as attendance from '../commands/attendance.js'
import type { BuiltCommand } from '../commands/built.js'
import type { Family } from '../reply/outcome.js'

/** The commands that empty a PIN. */
export interface Emptying {
  /** Those that must succeed, and those that may fail: for what the terminal may not have. */
  commands: { command: BuiltCommand; isNeeded: boolean }[]
  /** Asks for the user afterwards. */
  query: BuiltCommand
}

/**
 * What empties a PIN: authorizations first, then templates and photos, then the user, because some
 * terminals keep the templates of a user whom they delete.
 *
 * @param slots what is known to be there, such as `finger 6` and `photo 0`
 */
export function emptying(
  pin: string,
  family: Family,
  { types }: Capabilities,
  slots: readonly string[],
): Emptying {
  const there = new Set(slots.map((slot) => slot.split(' ')[0] ?? ''))
  // The terminal makes a template of a photo.
  if (there.has('photo')) there.add('face')
  const commands: Emptying['commands'] = []
  const add = (command: BuiltCommand, isNeeded: boolean) => commands.push({ command, isNeeded })
  if (family === 'access') add(access.deleteAuthorizations({ pin }), true)
  for (const type of TYPES) {
    const isThere = there.has(type)
    const { takes, majorVersion } = types[type]
    if (!isThere && (takes !== true || majorVersion === undefined)) continue
    const [first, ...others] = deletingType(pin, family, type, types[type])
    if (first !== undefined) add(first, isThere)
    for (const command of others) add(command, false)
  }
  const hasPhoto = there.has('photo')
  if (hasPhoto || types.face.takes === true) {
    const command = family === 'access' ? access.deleteFacePhoto({ pin }) : facePhoto(pin)
    add(command, hasPhoto)
  }
  add(family === 'access' ? access.deleteUser({ pin }) : attendance.deleteUser({ pin }), true)
  return { commands, query: queryOf(pin, family) }
}

/** Asks for one user. */
export function queryOf(pin: string, family: Family): BuiltCommand {
  return family === 'access' ? access.query({ table: 'user', pin }) : attendance.queryUser({ pin })
}

/** Asks for all users. */
export function queryAll(family: Family): BuiltCommand {
  return family === 'access' ? access.query({ table: 'user' }) : attendance.queryUsers()
}

/** Asks how many users there are. */
export function countUsers(family: Family): BuiltCommand {
  return family === 'access' ? access.count({ table: 'user' }) : attendance.info()
}

/** The commands that delete one slot, such as `finger 6`: the first one must succeed. */
export function deletingSlot(
  pin: string,
  family: Family,
  slot: string,
  { types }: Capabilities,
): BuiltCommand[] {
  const [name = '', number = '0'] = slot.split(' ')
  if (name === 'photo') {
    return [family === 'access' ? access.deleteFacePhoto({ pin }) : facePhoto(pin)]
  }
  const type = name as BiometricType
  const [first] = deletingType(pin, family, type, types[type], Number(number))
  return first === undefined ? [] : [first]
}

/** Deletes what a PIN has of a type: from the table that holds it first. */
function deletingType(
  pin: string,
  family: Family,
  type: BiometricType,
  { isUnified, majorVersion = 0 }: TypeCapability,
  no?: number,
): BuiltCommand[] {
  const one = no === undefined ? {} : { no }
  const number = numberOf(type)
  const biodata =
    family === 'access'
      ? access.deleteBiodata({ pin, type: number, ...one })
      : attendance.deleteBiodata({ pin, type: number, ...one })
  if (type === 'finger') {
    const finger = no === undefined ? {} : { finger: no }
    const old =
      family === 'access'
        ? access.deleteFingerprints({ pin, ...finger })
        : attendance.deleteFingerprints({ pin, ...finger })
    if (majorVersion > LAST_OLD_FINGER) return [biodata, old]
    return isUnified ? [old, biodata] : [old]
  }
  if (family === 'access' || isUnified) return [biodata]
  if (type === 'infraredFace') return [attendance.deleteFace({ pin })]
  if (type === 'fingerVein') {
    return [attendance.deleteFingerVeins({ pin, ...(no !== undefined && { finger: no }) })]
  }
  return [biodata]
}

function facePhoto(pin: string): BuiltCommand {
  return attendance.deleteFacePhoto({ pin, type: numberOf('face') })
}

// Doors of access terminals (`CONTROL DEVICE AABBCCDD`: what, which door, how, how long; two hex
// digits each).
import { type BuiltCommand, NOW } from '../built.js'
import { type BuilderName, build } from '../line.js'
import { type Field, fixed, required } from '../shape.js'
import { hexByte, type Value } from '../value.js'

/** A door by its number, 1 to 16, or all doors of the terminal. */
export type Door = number | 'all'

const NUMBER = hexByte(1, 16)
const DOOR_NUMBER: Value = {
  expected: `${NUMBER.expected}, or 'all'`,
  isTyped: (value) => typeof value === 'number' || typeof value === 'string',
  text: (value) => (value === 'all' ? '00' : NUMBER.text(value)),
}
const SECONDS = required('', 'seconds', hexByte(1, 254))

function control(
  builder: BuilderName,
  code: string,
  members: object,
  ...rest: Field[]
): BuiltCommand {
  const fields = [fixed('', code), required('', 'door', DOOR_NUMBER), ...rest]
  const shape = { head: 'CONTROL DEVICE', fields, nature: NOW, between: '' }
  return build(builder, { ...shape, intent: 'text' }, members)
}

/**
 * Opens a door for some seconds, 1 to 254 (`CONTROL DEVICE 01…`). Reply: 0 or more; -28 while
 * the door is in its normally-open period. Sent once, and only within 15 s, so that no door
 * opens late or twice.
 *
 * @example
 * access.openDoor({ door: 1, seconds: 5 })
 */
export function openDoor(opening: { door: Door; seconds: number }): BuiltCommand {
  return control('access.openDoor', '01', opening, fixed('', '01'), SECONDS)
}

/**
 * Opens a door until it is closed (`CONTROL DEVICE 01…FF`). Sent once, and only within 15 s.
 */
export function holdDoorOpen(door: { door: Door }): BuiltCommand {
  return control('access.holdDoorOpen', '01', door, fixed('', '01FF'))
}

/**
 * Closes a door (`CONTROL DEVICE 01…00`). Sent once, and only within 15 s. One controller
 * refused it (-13); `openDoor` for one second closed the door there.
 */
export function closeDoor(door: { door: Door }): BuiltCommand {
  return control('access.closeDoor', '01', door, fixed('', '0100'))
}

/**
 * Ends an alarm (`CONTROL DEVICE 02…`), once and within 15 s. Reply: 0 or more; -614 if it fails.
 */
export function cancelAlarm(door: { door: Door }): BuiltCommand {
  return control('access.cancelAlarm', '02', door, fixed('', '0000'))
}

/** Starts today's normally-open period of a door (`CONTROL DEVICE 04…01`), once and within 15 s. */
export function enableNormallyOpen(door: { door: Door }): BuiltCommand {
  return control('access.enableNormallyOpen', '04', door, fixed('', '0100'))
}

/** Ends today's normally-open period of a door (`CONTROL DEVICE 04…00`), once and within 15 s. */
export function disableNormallyOpen(door: { door: Door }): BuiltCommand {
  return control('access.disableNormallyOpen', '04', door, fixed('', '0000'))
}

/** Locks a door until `unlockDoor` (`CONTROL DEVICE 06…01`), once and within 15 s. */
export function lockDoor(door: { door: Door }): BuiltCommand {
  return control('access.lockDoor', '06', door, fixed('', '0100'))
}

/** Undoes `lockDoor`; the door stays closed (`CONTROL DEVICE 06…00`). Once and within 15 s. */
export function unlockDoor(door: { door: Door }): BuiltCommand {
  return control('access.unlockDoor', '06', door, fixed('', '0000'))
}

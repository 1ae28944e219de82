// The kinds of terminals of a mixed fleet: each speaks as another one, and every seed mixes them anew.
import { DIALECTS } from 'express-iclock/simulator'

/** @typedef {import('express-iclock/simulator').DialectName} Kind */

/** @type {readonly Kind[]} */
const KINDS = ['attendance', 'access', 'american', 'hostless', 'clone', 'post', 'lines', 'pictures']
/** @type {readonly Kind[]} */
const NUMBERED = ['american', 'hostless']

/**
 * The serial number says of what kind a terminal is, so that the apps know it as well.
 *
 * @param {number} index
 * @param {() => number} random
 * @param {boolean} mixed
 */
export function serialNumberOf(index, random, mixed) {
  // The first two are of both families, whatever the others are.
  const kind = mixed ? KINDS[index < 2 ? index : Math.floor(random() * KINDS.length)] : undefined
  // Without kinds one terminal reads whole numbers all the same.
  return `CRASH${index}${kind ?? (index === 1 ? 'numbers' : '')}`
}

/** @param {string} serialNumber @returns {Kind} */
export function kindOf(serialNumber) {
  return KINDS.find((kind) => serialNumber.endsWith(kind)) ?? 'attendance'
}

/** @param {string} serialNumber */
export const familyOf = (serialNumber) => DIALECTS[kindOf(serialNumber)].family

/** @param {string} serialNumber */
export function commandIdsOf(serialNumber) {
  const isNumbered = serialNumber.endsWith('numbers') || NUMBERED.includes(kindOf(serialNumber))
  return isNumbered ? 'number' : 'text'
}

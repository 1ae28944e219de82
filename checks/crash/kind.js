// The kinds of terminals of a mixed fleet: each speaks as another one, and every seed mixes them anew.
import { DIALECTS } from 'express-iclock/simulator'

/** @typedef {import('express-iclock/simulator').DialectName} Kind */

/** @type {readonly Kind[]} */
const KINDS = [
  ...['attendance', 'access', 'rows', 'american', 'hostless', 'clone', 'post', 'lines', 'pictures'],
].map((kind) => /** @type {Kind} */ (kind))
// The first terminals are of these, whatever the others are: both families, and one without replies to queries.
const ALWAYS = 3
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
  const kind = mixed
    ? KINDS[index < ALWAYS ? index : Math.floor(random() * KINDS.length)]
    : undefined
  // Without kinds one terminal reads whole numbers all the same.
  return `CRASH${index}${kind ?? (index === 1 ? 'numbers' : '')}`
}

/** @param {string} serialNumber @returns {Kind} */
export function kindOf(serialNumber) {
  return KINDS.find((kind) => serialNumber.endsWith(kind)) ?? 'attendance'
}

/** Whether rows are all that it answers a query with. @param {string} serialNumber */
export const concludesByRows = (serialNumber) => !DIALECTS[kindOf(serialNumber)].concludes

/** @param {string} serialNumber */
export const familyOf = (serialNumber) => DIALECTS[kindOf(serialNumber)].family

/** @param {string} serialNumber */
export function commandIdsOf(serialNumber) {
  const isNumbered = serialNumber.endsWith('numbers') || NUMBERED.includes(kindOf(serialNumber))
  return isNumbered ? 'number' : 'text'
}

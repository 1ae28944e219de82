// Who belongs on a terminal, as the app says it, checked.
import { describe, quoted } from '../check.js'
import type { RosterOptions } from './options.js'
import type { RosterPerson } from './person.js'

/** Who belongs on a terminal, by PIN. */
export async function desiredOf(
  serialNumber: string,
  desired: RosterOptions['desired'],
): Promise<Map<string, RosterPerson>> {
  const people = new Map<string, RosterPerson>()
  const yielded = desired(serialNumber)
  checkIsIterable(serialNumber, yielded)
  for await (const person of yielded) {
    checkPerson(person)
    if (people.has(person.pin)) throw twice(serialNumber, person.pin)
    people.set(person.pin, person)
  }
  return people
}

/** @throws TypeError if nobody can be iterated over, such as the promise of an async function */
function checkIsIterable(serialNumber: string, yielded: unknown): void {
  const { [Symbol.asyncIterator]: inTime, [Symbol.iterator]: atOnce } = Object(yielded)
  if (typeof inTime === 'function' || typeof atOnce === 'function') return
  throw new TypeError(
    `express-iclock: desired(${quoted(serialNumber)}) returned ${describe(yielded)}; expected people one by one: ` +
      'return an array, or make it an async generator (async *desired) that yields them',
  )
}

/** @throws TypeError if it isn't a person with a PIN */
function checkPerson(given: RosterPerson): void {
  const { pin } = Object(given) as RosterPerson
  if (typeof pin === 'string' && pin !== '') return
  throw new TypeError(
    `express-iclock: desired() yielded ${describe(given)} with the pin ${describe(pin)}; expected { pin, name, … } with a PIN as a string, such as '7'`,
  )
}

/** The error of a PIN that is there twice. */
function twice(serialNumber: string, pin: string): TypeError {
  return new TypeError(
    `express-iclock: desired(${quoted(serialNumber)}) yielded the PIN ${quoted(pin)} twice; expected each PIN once, because a terminal knows a PIN once`,
  )
}

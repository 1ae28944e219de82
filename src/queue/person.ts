// Which person a command is about, and whose data is to be deleted. Pure.
import { describe } from '../check.js'
import { LONGEST_PIN } from '../command.js'

// The PIN of a message is the number of its row.
const MESSAGE = /^DATA \w+ SMS\b/i
const PIN = /(?:^|[\t ,])(?:PIN|UserID)=([^\t\r\n,]*)/i

/** The PIN of the person whom a command's text names first, such as `7` of `… PIN=7`. */
export function personIn(text: string): string | undefined {
  if (MESSAGE.test(text)) return undefined
  const pin = PIN.exec(text)?.[1]?.trim()
  return pin !== undefined && pin !== '' && pin.length <= LONGEST_PIN ? pin : undefined
}

interface Person {
  pin: string
  serialNumbers: readonly string[]
}

/** @throws TypeError if it is not said whose data `forgetPerson` deletes */
export function checkPerson({ pin, serialNumbers }: Person): void {
  if (typeof pin !== 'string' || pin === '') {
    throw new TypeError(
      `express-iclock: pin is ${describe(pin)}; expected the PIN of the person, as a string`,
    )
  }
  const isList = Array.isArray(serialNumbers) && serialNumbers.length > 0
  if (isList && serialNumbers.every((each) => typeof each === 'string')) return
  throw new TypeError(
    `express-iclock: serialNumbers is ${describe(serialNumbers)}; expected the serial numbers of the terminals on which ` +
      'this person has the PIN, as an array of strings',
  )
}

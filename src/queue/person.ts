// Which person a command is about. Pure.
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

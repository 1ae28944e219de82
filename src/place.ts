// Places in lists: which of two documents of one moment came later.
import { randomBytes } from 'node:crypto'

// Processes that write at the same moment make different places.
const OF_PROCESS = randomBytes(4).toString('hex')
let time = 0
let count = 0

/** A place after all that this process gave before, and after those of earlier moments. */
export function nextPlace(): string {
  const now = Date.now()
  if (now > time) {
    time = now
    count = 0
  }
  return `${hex(time, 12)}${hex(count++, 8)}${OF_PROCESS}`
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0')
}

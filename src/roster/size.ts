// How large a decision is: the commands that it sends, and the row that names them. Pure.
import type { Decision } from './decision.js'
import { LONGEST_CONTENT, MOST_COMMANDS } from './storage.js'

// An upload adds what was enrolled and what the terminal shows: it must never find the row full.
const LONGEST_SENT = LONGEST_CONTENT - 3000
const BYTES_OF_ID = 20

/**
 * Checks that a row can hold what a decision sends.
 *
 * @throws Error that says what is too long
 */
export function checkSize({ groups, content }: Decision): void {
  if (groups.length === 0) return
  const count = groups.reduce((all, { commands }) => all + commands.length, 0)
  const bytes = Buffer.byteLength(JSON.stringify(content)) + count * BYTES_OF_ID
  if (count <= MOST_COMMANDS && bytes <= LONGEST_SENT) return
  throw new Error(
    `express-iclock: sending this person takes ${count} commands and a row of ${bytes} bytes; ` +
      `expected at most ${MOST_COMMANDS} and ${LONGEST_SENT}: yield a shorter person, or fewer templates or authorizations`,
  )
}

/** How many characters its commands have. */
export function sizeOf({ groups }: Decision): number {
  return groups.reduce((all, { commands }) => {
    return commands.reduce((sum, { text }) => sum + text.length, all)
  }, 0)
}

// What storage knows of a terminal that starts up.
import { describe, quoted } from '../check.js'
import type { Awaitable, Deadline } from '../endpoint/deadline.js'
import { IclockError } from '../endpoint/errors.js'
import { type Contact, isAsSure, type Terminal, type TerminalStorage } from '../terminal/storage.js'

/** The storage behind the handshake. */
export interface HandshakeStorage extends Pick<TerminalStorage, 'onContact' | 'findTerminal'> {
  /**
   * As in `CommandStorage`. Without it, commands that were sent and not answered wait until their
   * reply is due.
   */
  release?(serialNumber: string, at: Date): Awaitable<void>
}

/** Finds a terminal: the stamps of another one could make it skip records. */
export async function findKnown(
  adapter: HandshakeStorage,
  serialNumber: string,
  deadline: Deadline,
): Promise<Terminal | undefined> {
  const found = (await deadline.wait(adapter.findTerminal(serialNumber))) ?? undefined
  if (found === undefined || found.serialNumber === serialNumber) return found
  throw new IclockError(
    'TERMINAL_MISMATCH',
    `The adapter was asked for terminal ${quoted(serialNumber)} and found { serialNumber: ` +
      `${describe(found.serialNumber)} }: it must compare serial numbers as text, exactly, and find nothing if there is none.`,
  )
}

/** What is known of a terminal, with what it has just shown. */
export function terminalOf(known: Terminal | undefined, contact: Contact): Terminal {
  const { at, kind: _, family, familyRank, options, ...facts } = contact
  const terminal = { firstSeenAt: at, ...known, ...facts, lastSeenAt: at }
  if (options !== undefined) terminal.options = { ...known?.options, ...options }
  if (family === undefined || !isAsSure(familyRank, known?.familyRank)) return terminal
  return { ...terminal, family, ...(familyRank !== undefined && { familyRank }) }
}

// Terminals in memory: one for each serial number that ever connected.
import type { Contact, Terminal, TerminalStorage } from '../terminal/storage.js'

/** The calls of the memory adapter on terminals. */
export interface TerminalMemory extends TerminalStorage {
  onContact(contact: Contact): void
  terminals(): Terminal[]
  findTerminal(serialNumber: string): Terminal | undefined
}

/** Stores what all contacts of a terminal reported. */
export function terminalMemory(): TerminalMemory {
  const terminals = new Map<string, Terminal>()

  return {
    onContact({ serialNumber, at, kind: _, options, stamps, ...facts }) {
      const known = terminals.get(serialNumber)
      const { firstSeenAt = at, lastSeenAt = at } = known ?? {}
      terminals.set(serialNumber, {
        ...known,
        ...facts,
        ...merged('options', known, options),
        ...merged('stamps', known, stamps),
        serialNumber,
        firstSeenAt: at < firstSeenAt ? at : firstSeenAt,
        lastSeenAt: at > lastSeenAt ? at : lastSeenAt,
      })
    },
    terminals() {
      const sorted = [...terminals.values()].sort((one, other) => {
        return one.serialNumber < other.serialNumber ? -1 : 1
      })
      return sorted.map(copyOf)
    },
    findTerminal(serialNumber) {
      const terminal = terminals.get(serialNumber)
      return terminal && copyOf(terminal)
    },
  }
}

function merged(
  member: 'options' | 'stamps',
  known: Terminal | undefined,
  told: Record<string, string> | undefined,
): Pick<Terminal, 'options' | 'stamps'> {
  return told === undefined ? {} : { [member]: { ...known?.[member], ...told } }
}

// Changes by a caller must not reach what is stored.
function copyOf(terminal: Terminal): Terminal {
  const { options, stamps } = terminal
  return {
    ...terminal,
    ...(options !== undefined && { options: { ...options } }),
    ...(stamps !== undefined && { stamps: { ...stamps } }),
  }
}

// Storage in this process's memory: for tests and demos, and the model that other adapters are copied from.
import type { IssuedCommand, StorageAdapter } from './adapter.js'
import { checkIdsAreText, keyOf } from './key.js'
import { outcomeOf } from './outcome.js'
import type { CommandReply } from './reply.js'

/** Storage in memory, with ways to put commands in and to look at what came. */
export interface MemoryAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends StorageAdapter<Issued> {
  /**
   * Notes a command as handed to its device, so that its reply finds it.
   *
   * @throws TypeError where the serial number or the command id is no text
   */
  issue(command: Issued): void
  /** The replies, one for each device and command id, in the order in which they first came. */
  replies(): CommandReply[]
  /** The lines that were no reply, in the order in which they came, with the device that sent them. */
  unread(): { serialNumber: string; line: Buffer }[]
}

/** Makes storage that lasts as long as the process, and grows with every command and reply. */
export function memoryAdapter<
  Issued extends IssuedCommand = IssuedCommand,
>(): MemoryAdapter<Issued> {
  const commands = new Map<string, Issued>()
  const replies = new Map<string, CommandReply>()
  const unread = new Map<string, { serialNumber: string; line: Buffer }>()

  return {
    issue(command) {
      checkIdsAreText(command)
      commands.set(keyOf(command.serialNumber, command.commandId), command)
    },
    findCommand(serialNumber, commandId) {
      return commands.get(keyOf(serialNumber, commandId))
    },
    onReply(reply) {
      const key = keyOf(reply.serialNumber, reply.commandId)
      const isLate = outcomeOf(reply).outcome === 'pending' && replies.has(key)
      if (!isLate) replies.set(key, reply)
    },
    onUnread(lines, serialNumber) {
      for (const line of lines) {
        unread.set(keyOf(serialNumber, line.toString('latin1')), { serialNumber, line })
      }
    },
    replies: () => [...replies.values()],
    unread: () => [...unread.values()],
  }
}

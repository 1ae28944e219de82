// Storage in this process's memory: for tests and demos, and the reference implementation.
import { checkIsIssuable, type IssuedCommand, keyOf } from './command.js'
import { outcomeOf } from './reply/outcome.js'
import type { CommandReply } from './reply/reply.js'
import type { ReplyStorage } from './reply/storage.js'

/** Storage in memory, with ways to put commands in and to look at what came. */
export interface MemoryAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends ReplyStorage<Issued> {
  /**
   * Notes a command as handed to its device, so that its reply finds it.
   *
   * @throws TypeError if a terminal can't carry its id or its text
   */
  issue(command: Issued): void
  /** The replies, one for each device and command id, in the order in which they first came. */
  replies(): CommandReply[]
  /** The lines that were no reply, in the order in which they came, with the device that sent them. */
  unparsed(): { serialNumber: string; line: Buffer }[]
}

/** Makes storage that lasts as long as the process, and grows with every command and reply. */
export function memoryAdapter<
  Issued extends IssuedCommand = IssuedCommand,
>(): MemoryAdapter<Issued> {
  const commands = new Map<string, Issued>()
  const replies = new Map<string, CommandReply>()
  const unparsed = new Map<string, { serialNumber: string; line: Buffer }>()

  return {
    issue(command) {
      checkIsIssuable(command)
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
    onUnparsed(lines, serialNumber) {
      for (const line of lines) {
        unparsed.set(keyOf(serialNumber, line.toString('latin1')), { serialNumber, line })
      }
    },
    replies: () => [...replies.values()],
    unparsed: () => [...unparsed.values()],
  }
}

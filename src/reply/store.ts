// Hands replies to storage, each with the command that it answers.
import type { IssuedCommand } from '../command.js'
import { type Awaitable, type Deadline, isThenable } from '../endpoint/deadline.js'
import { describe, IclockError, quoted } from '../endpoint/errors.js'
import type { ParsedReplies } from './reply.js'
import type { ReplyStorage } from './storage.js'

/** Settles when storage has every reply and every unparsed line of a body. */
export async function keepInStorage<Issued extends IssuedCommand>(
  { replies, unparsed }: ParsedReplies,
  serialNumber: string,
  adapter: ReplyStorage<Issued>,
  deadline: Deadline,
): Promise<void> {
  if (replies.length > 1 && adapter.findCommands && adapter.onReplies) {
    const ids = new Set(replies.map(({ commandId }) => commandId))
    const commands = new Map<string, Issued>()
    for (const command of await deadline.wait(adapter.findCommands(serialNumber, [...ids]))) {
      checkIsOwn(command, serialNumber, ids)
      commands.set(command.commandId, command)
    }
    const answered = replies.map((reply) => ({ reply, command: commands.get(reply.commandId) }))
    await deadline.wait(adapter.onReplies(answered))
  } else {
    for (const reply of replies) {
      const found = deadline.wait(adapter.findCommand(serialNumber, reply.commandId))
      // Optimization: awaiting a value that is already there costs as much as parsing the record.
      const command = (isThenable(found) ? await found : found) ?? undefined
      if (command !== undefined) checkIsOwn(command, serialNumber, new Set([reply.commandId]))
      const kept = deadline.wait(adapter.onReply(reply, command))
      if (isThenable(kept)) await kept
    }
  }
  if (unparsed.length > 0) {
    await deadline.wait(keepUnparsed(unparsed, serialNumber, replies.length, adapter))
  }
}

// A reply counts only for the device that the command was issued to, no matter what the database considers equal.
function checkIsOwn(command: IssuedCommand, serialNumber: string, ids: ReadonlySet<string>): void {
  if (command.serialNumber === serialNumber && ids.has(command.commandId)) return
  throw new IclockError(
    'COMMAND_MISMATCH',
    `The adapter was asked for commands of device ${quoted(serialNumber)} with the id ${quoted([...ids].join(' or '))} and ` +
      `found { serialNumber: ${describe(command.serialNumber)}, commandId: ${describe(command.commandId)} }: ` +
      'it must compare both as text, exactly, and find nothing if there is none.',
  )
}

function keepUnparsed<Issued extends IssuedCommand>(
  unparsed: readonly Buffer[],
  serialNumber: string,
  kept: number,
  adapter: ReplyStorage<Issued>,
): Awaitable<void> {
  if (adapter.onUnparsed !== undefined) return adapter.onUnparsed(unparsed, serialNumber)
  const first = quoted(String(unparsed[0]?.toString('latin1', 0, 80)))
  throw new IclockError(
    'UNREADABLE_REPLY',
    `${unparsed.length} lines are not valid replies, the first is ${first} (${kept} replies were stored). ` +
      'Add onUnparsed to the adapter to store such lines and answer OK.',
  )
}

// Passes replies to storage, each with the command that it answers.
import { quoted } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { type Awaitable, type Deadline, isThenable } from '../endpoint/deadline.js'
import { IclockError } from '../endpoint/errors.js'
import { find, type ReplyAdapter, unsentAmong } from './find.js'
import { checkIsIterable, checkIsOwn } from './found.js'
import { isPending } from './outcome.js'
import type { CommandReply, ParsedReplies } from './reply.js'
import type { ReplyStorage } from './storage.js'

/** Called for each reply that was new, once storage has it. */
export type Kept<Issued extends IssuedCommand> = (
  reply: CommandReply,
  command: Issued | undefined,
) => void

/** Settles when storage has every reply and every unparsed line of a body. */
export async function keepInStorage<Issued extends IssuedCommand>(
  { replies, unparsed }: ParsedReplies,
  serialNumber: string,
  adapter: ReplyAdapter<Issued>,
  deadline: Deadline,
  onKept?: Kept<Issued>,
): Promise<void> {
  deadline.start()
  const counting = replies.length > 1 ? oneOfEachId(replies) : replies
  const strays: Buffer[] = []
  if (counting.length > 1 && adapter.findCommands && adapter.onReplies) {
    const unsent = await unsentAmong(counting, serialNumber, adapter, deadline)
    const isStray = ({ commandId }: CommandReply) => unsent.has(commandId)
    strays.push(...counting.filter(isStray).map(({ raw }) => raw))
    const own = strays.length > 0 ? counting.filter((reply) => !isStray(reply)) : counting
    if (own.length > 0) await keepTogether(own, serialNumber, adapter, deadline, onKept)
  } else {
    for (const reply of counting) {
      // Optimization: awaiting a value that is already there costs as much as parsing the record,
      // and reading the clock a fifth of that: it is read once for each, before anything is stored.
      const found = deadline.wait(find(adapter, serialNumber, reply.commandId))
      const { command, isSent } = isThenable(found) ? await found : found
      if (!isSent) {
        strays.push(reply.raw)
        continue
      }
      const answer = adapter.onReply(reply, command)
      const kept = isThenable(answer) ? await deadline.wait(answer) : answer
      if (kept !== 'repeated') onKept?.(reply, command)
      const turn = deadline.turn()
      if (turn !== undefined) await turn
    }
  }
  if (unparsed.length > 0 || strays.length > 0) {
    deadline.check()
    const lines = strays.length > 0 ? [...unparsed, ...strays] : unparsed
    await deadline.wait(keepUnparsed(lines, serialNumber, counting.length, adapter))
  }
}

async function keepTogether<Issued extends IssuedCommand>(
  replies: readonly CommandReply[],
  serialNumber: string,
  adapter: ReplyStorage<Issued>,
  deadline: Deadline,
  onKept: Kept<Issued> | undefined,
): Promise<void> {
  const ids = replies.map(({ commandId }) => commandId)
  const asked = new Set(ids.map(hashKey))
  const isAskedFor = (id: string) => asked.has(hashKey(id))
  const found = await deadline.wait(adapter.findCommands?.(serialNumber, ids) ?? [])
  checkIsIterable(found)
  const commands = new Map<string, Issued>()
  for (const command of found) {
    checkIsOwn('findCommands', command, serialNumber, isAskedFor)
    commands.set(hashKey(command.commandId), command)
  }
  const answered = replies.map((reply) => {
    return { reply, command: commands.get(hashKey(reply.commandId)) }
  })
  const kept = await deadline.wait(adapter.onReplies?.(answered))
  if (onKept === undefined) return
  for (const [index, { reply, command }] of answered.entries()) {
    if (kept?.[index] !== 'repeated') onKept(reply, command)
  }
}

// The last final reply of each id; the last pending one if there is no final one. Storage would end
// up with no other.
function oneOfEachId(replies: readonly CommandReply[]): readonly CommandReply[] {
  // Optimization: ids usually ascend, and then none comes twice (1 % of a request on node:http).
  let last = ''
  const isAscending = replies.every(({ commandId }) => {
    const isHigher = commandId > last
    last = commandId
    return isHigher
  })
  if (isAscending) return replies
  const counting = new Map<string, CommandReply>()
  for (const reply of replies) {
    const key = hashKey(reply.commandId)
    const earlier = counting.get(key)
    if (earlier !== undefined && isPending(reply) && !isPending(earlier)) continue
    // Deleted first, so that it gets its own position among the others.
    if (earlier !== undefined) counting.delete(key)
    counting.set(key, reply)
  }
  return counting.size === replies.length ? replies : [...counting.values()]
}

// V8 hashes a bare decimal by its value: a terminal could choose ids that all collide.
function hashKey(id: string): string {
  return `#${id}`
}

function keepUnparsed<Issued extends IssuedCommand>(
  unparsed: readonly Buffer[],
  serialNumber: string,
  kept: number,
  adapter: ReplyStorage<Issued>,
): Awaitable<void> {
  if (adapter.onUnparsed !== undefined) return adapter.onUnparsed(unparsed, serialNumber)
  const first = quoted(String(unparsed[0]?.toString('latin1', 0, 80)))
  const lines =
    unparsed.length === 1
      ? `1 line is not a valid reply: ${first}`
      : `${unparsed.length} lines are not valid replies, the first is ${first}`
  throw new IclockError(
    'UNREADABLE_REPLY',
    `${lines} (${kept} ${kept === 1 ? 'reply was' : 'replies were'} stored). ` +
      'Add onUnparsed to the adapter to store such lines and answer OK.',
  )
}

// Replies in memory, each with the command that it answers.
import { type IssuedCommand, keyOf } from '../command.js'
import type { KeptRecordFilter, KeptReply, KeptReplyFilter, KeptReplyLine } from '../kept.js'
import type { CommandRecord } from '../queue/storage.js'
import { outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { ReplyStorage } from '../reply/storage.js'

/** The calls of the memory adapter on replies. */
export interface ReplyMemory<Issued extends IssuedCommand> extends ReplyStorage<Issued> {
  /**
   * The replies that the filter asks for, one for each terminal and command id, in the order in which
   * they first came.
   */
  replies(filter?: KeptReplyFilter): KeptReply[]
  /** The lines that are not valid replies, in the order in which they came. */
  unparsed(filter?: KeptRecordFilter): KeptReplyLine[]
}

/** Stores each reply in the record of its command. */
export function replyMemory<Issued extends IssuedCommand>(
  records: Map<string, CommandRecord<Issued>>,
): ReplyMemory<Issued> {
  const answered = new Set<CommandRecord<Issued>>()
  const unparsed = new Map<string, KeptReplyLine>()

  return {
    findCommand(serialNumber, commandId) {
      return records.get(keyOf(serialNumber, commandId))?.command
    },
    onReply(reply) {
      const key = keyOf(reply.serialNumber, reply.commandId)
      const record = records.get(key) ?? { attemptsMade: 0 }
      if (record.reply !== undefined) {
        const isPending = outcomeOf(reply).outcome === 'pending'
        if (isPending || isSame(record.reply, reply)) return 'repeated'
      }
      record.reply = withOwnBytes(reply)
      record.repliedAt = new Date()
      records.set(key, record)
      answered.add(record)
      return 'kept'
    },
    onUnparsed(lines, serialNumber) {
      for (const line of lines) {
        const key = keyOf(serialNumber, line.toString('latin1'))
        if (unparsed.has(key)) continue
        unparsed.set(key, { serialNumber, line: ownBytes(line), receivedAt: new Date() })
      }
    },
    replies({ serialNumber, outcome, since, limit } = {}) {
      const kept = [...answered].flatMap((record): KeptReply[] => {
        const { command, reply, repliedAt: receivedAt } = record
        return reply && receivedAt ? [{ ...reply, ...outcomeOf(reply, command), receivedAt }] : []
      })
      const asked = kept.filter((reply) => {
        if (serialNumber !== undefined && reply.serialNumber !== serialNumber) return false
        if (outcome !== undefined && reply.outcome !== outcome) return false
        return !since || reply.receivedAt >= since
      })
      return newest(asked, limit)
    },
    unparsed({ serialNumber, since, before, limit } = {}) {
      const asked = [...unparsed.values()].filter((line) => {
        if (serialNumber !== undefined && line.serialNumber !== serialNumber) return false
        return (!since || line.receivedAt >= since) && (!before || line.receivedAt < before)
      })
      return newest(asked, limit)
    },
  }
}

function newest<Kept>(kept: Kept[], limit: number | undefined): Kept[] {
  return kept.slice(limit === undefined ? 0 : Math.max(0, kept.length - limit))
}

function isSame(one: CommandReply, other: CommandReply): boolean {
  return (
    one.returnCode === other.returnCode &&
    one.commandName === other.commandName &&
    one.raw.equals(other.raw) &&
    hasSameContent(one, other) &&
    JSON.stringify(Object.entries(one.fields)) === JSON.stringify(Object.entries(other.fields))
  )
}

function hasSameContent({ content: one }: CommandReply, { content: other }: CommandReply): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other)
}

function withOwnBytes(reply: CommandReply): CommandReply {
  const raw = ownBytes(reply.raw)
  if (raw === reply.raw) return reply
  if (reply.content === undefined) return { ...reply, raw }
  const start = reply.content.byteOffset - reply.raw.byteOffset
  const end = start + reply.content.length
  const isInRaw = reply.content.buffer === reply.raw.buffer && start >= 0 && end <= raw.length
  return { ...reply, raw, content: isInRaw ? raw.subarray(start, end) : ownBytes(reply.content) }
}

// A view of a few bytes keeps the whole body of its request alive.
function ownBytes(view: Buffer): Buffer {
  const { byteLength } = view.buffer
  if (byteLength <= Buffer.poolSize || view.length * 2 > byteLength) return view
  const copy = Buffer.alloc(view.length)
  view.copy(copy)
  return copy
}

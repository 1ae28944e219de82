// Replies in memory, each with the command that it answers.
import { type IssuedCommand, keyOf } from '../command.js'
import { checkFilter } from '../filter.js'
import type { KeptLine, KeptReply, KeptReplyFilter, ListFilter, Page } from '../kept.js'
import { keptReply, SUMMARY_BYTES } from '../queue/summary.js'
import { outcomeOf } from '../reply/outcome.js'
import { replaces } from '../reply/precedence.js'
import type { CommandReply } from '../reply/reply.js'
import type { ReplyKept, ReplyStorage } from '../reply/storage.js'
import type { EventMemory } from './event.js'
import { isQueued, type Records } from './record.js'
import { PLACE, type Placed, type Timeline } from './timeline.js'

/** A line of a Command Reply that is not a valid reply, whole. */
export interface UnparsedLine {
  serialNumber: string
  /** The line as it came. */
  line: Buffer
  receivedAt: Date
}

type PlacedLine = UnparsedLine & Placed

/** The calls of the memory adapter on replies. */
export interface ReplyMemory<Issued extends IssuedCommand>
  extends Pick<ReplyStorage<Issued>, 'onReply' | 'onUnparsed' | 'listReplies' | 'listUnparsed'> {
  onReply(reply: CommandReply, command: Issued | undefined): ReplyKept
  onUnparsed(lines: readonly Buffer[], serialNumber: string): void
  listReplies(filter: KeptReplyFilter): Page<KeptReply>
  listUnparsed(filter: ListFilter): Page<KeptLine>
  /** For tests: every reply, whole, in the order in which they came. */
  replies(): CommandReply[]
  /** For tests: every line that is not a valid reply, whole, in the order in which they came. */
  unparsed(): UnparsedLine[]
}

/** The lines that are not valid replies, by terminal and bytes. */
export interface Lines {
  byKey: Map<string, PlacedLine>
  inOrder: Timeline<PlacedLine>
}

/** Stores each reply in the record of its command. */
export function replyMemory<Issued extends IssuedCommand>(
  records: Records<Issued>,
  lines: Lines,
  log?: EventMemory,
): ReplyMemory<Issued> {
  return {
    onReply(reply) {
      const { serialNumber, commandId } = reply
      const now = new Date()
      const kept =
        records.find(serialNumber, commandId) ??
        records.add(serialNumber, commandId, { attemptsMade: 0 }, now)
      const { record } = kept
      if (record.reply !== undefined) {
        if (!replaces(reply, record.reply) || isSame(record.reply, reply)) return 'repeated'
      }
      record.reply = withOwnBytes(reply)
      record.repliedAt = now
      records.addReply(kept, now)
      if (isQueued(record)) records.queueOf(serialNumber)?.settle(record)
      log?.reply(record.reply, outcomeOf(record.reply, record.command), now)
      return 'kept'
    },
    onUnparsed(came, serialNumber) {
      for (const line of came) {
        const key = keyOf(serialNumber, line.toString('latin1'))
        if (lines.byKey.has(key)) continue
        const receivedAt = new Date()
        const at = receivedAt.getTime()
        const row = { serialNumber, line: ownBytes(line), receivedAt, at, position: 0 }
        lines.byKey.set(key, row)
        lines.inOrder.add(row)
      }
    },
    listReplies(filter) {
      const { outcome, ...checked } = checkFilter('replies', filter, PLACE)
      return records.replies.page(
        checked,
        ({ kept: { record } }) => {
          const { reply, command } = record
          if (reply === undefined) return false
          return outcome === undefined || outcomeOf(reply, command).outcome === outcome
        },
        ({ kept: { record } }) => {
          const { reply, command, repliedAt } = record
          const answered = reply as CommandReply
          return keptReply(answered, outcomeOf(answered, command), repliedAt as Date)
        },
      )
    },
    listUnparsed(filter) {
      return lines.inOrder.page(
        checkFilter('unparsed', filter, PLACE),
        () => true,
        ({ serialNumber, receivedAt, line }) => {
          const raw = Buffer.from(line.subarray(0, SUMMARY_BYTES))
          return { serialNumber, receivedAt, size: line.length, raw }
        },
      )
    },
    replies() {
      const newestFirst = [...records.replies.rows({})]
      return newestFirst.reverse().flatMap(({ kept }) => kept.record.reply ?? [])
    },
    unparsed() {
      return [...lines.inOrder.rows({})].reverse().map(({ serialNumber, line, receivedAt }) => {
        return { serialNumber, line, receivedAt }
      })
    },
  }
}

function isSame(one: CommandReply, other: CommandReply): boolean {
  return (
    one.returnCode === other.returnCode &&
    one.rows === other.rows &&
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

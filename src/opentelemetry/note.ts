// Counts commands as they are issued and closed, and replies with their outcomes.
import { diag, type Meter } from '@opentelemetry/api'
import { type IssuedCommand, keyOf } from '../command.js'
import type { Cancellation, CommandStorage, QueuedCommand } from '../queue/storage.js'
import { outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { AnsweredCommand, ReplyKept } from '../reply/storage.js'
import { kindOf } from './scope.js'

/** What a call that was answered tells. */
export type Note = (given: readonly unknown[], answer: unknown) => void

// In seconds: a poll, some polls, minutes, a night without a network.
const REPLY_TIMES = [1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 21_600, 86_400]
// `findSummaries` takes no more.
const MOST_AT_ONCE = 1000

/** What to note of which calls. */
export function notesOn(
  storage: Partial<CommandStorage>,
  meter: Meter,
): Readonly<Record<string, Note>> {
  const issued = meter.createCounter('iclock.commands.issued', {
    ...{ unit: '{command}', description: 'Commands that were issued' },
  })
  const closed = meter.createCounter('iclock.commands.closed', {
    ...{ unit: '{command}', description: 'Commands that were closed without a reply' },
  })
  const replied = repliesOn(storage, meter)
  return {
    issue: ([commands]) => issued.add((commands as readonly QueuedCommand[]).length),
    cancel([, , , reason], ids) {
      // What the adapter answers is checked by whoever asked.
      const count = Array.isArray(ids) ? ids.length : 0
      if (count > 0) closed.add(count, { 'iclock.reason': reason as Cancellation['reason'] })
    },
    onReply([reply, command], kept) {
      if (kept === 'repeated') return
      replied([{ reply: reply as CommandReply, command: command as IssuedCommand | undefined }])
    },
    onReplies([all], kept) {
      const answered = all as readonly AnsweredCommand[]
      const isNew = (_: AnsweredCommand, index: number) => {
        return (kept as readonly ReplyKept[] | undefined)?.[index] !== 'repeated'
      }
      replied(answered.filter(isNew))
    },
  }
}

function repliesOn(
  storage: Partial<CommandStorage>,
  meter: Meter,
): (answered: readonly AnsweredCommand[]) => void {
  const replies = meter.createCounter('iclock.replies', {
    ...{ unit: '{reply}', description: 'Replies that were new' },
  })
  const durations = meter.createHistogram('iclock.reply.duration', {
    ...{ unit: 's', description: 'From the issue of a command to its reply' },
    advice: { explicitBucketBoundaries: REPLY_TIMES },
  })
  const note = async (answered: readonly AnsweredCommand[]) => {
    const identities = answered.map(({ reply: { serialNumber, commandId } }) => {
      return { serialNumber, commandId }
    })
    // Storage knows the family of a terminal, and when a command was issued.
    const found = (await storage.findSummaries?.(identities)) ?? []
    const known = new Map(found.map((one) => [keyOf(one.serialNumber, one.commandId), one]))
    for (const { reply, command } of answered) {
      const summary = known.get(keyOf(reply.serialNumber, reply.commandId))
      const { reply: stored, issuedAt, repliedAt } = summary ?? {}
      const { outcome } = stored ?? outcomeOf(reply, command)
      const attributes = { 'iclock.outcome': outcome }
      replies.add(1, attributes)
      if (issuedAt === undefined || repliedAt === undefined) continue
      const seconds = (repliedAt.getTime() - issuedAt.getTime()) / 1000
      durations.record(Math.max(seconds, 0), attributes)
    }
  }
  const noteAll = async (answered: readonly AnsweredCommand[]) => {
    for (let start = 0; start < answered.length; start += MOST_AT_ONCE) {
      await note(answered.slice(start, start + MOST_AT_ONCE))
    }
  }
  return (answered) => {
    noteAll(answered).catch((error) => {
      diag.warn(`express-iclock: replies weren't counted: ${kindOf(error)}`)
    })
  }
}

// Commands and replies kept in the plainest way: a map of records, looked through at each call.
// Faults reach into it, and it shares no index with memoryAdapter().
import { assertIssuable, type IssuedCommand, keyOf, usedId } from '../../src/command.js'
import { checkCountFilter, checkFilter, cursorOf } from '../../src/filter.js'
import type { ForgottenPerson, KeptReplyFilter, ListFilter, Page } from '../../src/kept.js'
import { beginningOf } from '../../src/queue/beginning.js'
import { personIn } from '../../src/queue/person.js'
import { isOnTerminal, stateOf } from '../../src/queue/state.js'
import {
  type Cancellation,
  type Claim,
  type Closing,
  COMMAND_STATES,
  type CommandCounts,
  type CommandFilter,
  type CommandIdentity,
  type CommandRecord,
  type CountFilter,
  type OpenBounds,
  type OpenCommand,
  type OpenCommands,
  type QueuedCommand,
} from '../../src/queue/storage.js'
import { keptReply, membersOf, summaryOf } from '../../src/queue/summary.js'
import { outcomeOf } from '../../src/reply/outcome.js'
import { replaces } from '../../src/reply/precedence.js'
import type { CommandReply } from '../../src/reply/reply.js'
import { personOf } from '../../src/upload/person.js'

/** Every record by its terminal and id, in the order in which they were issued. */
export type PlainRecords = Map<string, CommandRecord>

/** Whether a command is open at a moment. */
export function isOpen(record: CommandRecord, now: Date): boolean {
  const { terms, reply, cancelled, openUntil } = record
  return Boolean(terms && !reply && !cancelled && (openUntil === undefined || openUntil > now))
}

/** An open command as polls see it. */
export function openOf(record: CommandRecord, now: Date): OpenCommand {
  const { command, terms, attemptsMade, sentAt, replyDueAt, openUntil } = record
  const { serialNumber = '', commandId = '', text = '' } = command ?? {}
  const isHeld = attemptsMade >= (terms?.attempts ?? 5) || isOnTerminal(record, now)
  return {
    serialNumber,
    commandId,
    ...(!isHeld && { text }),
    terms: terms ?? { attempts: 5, replyWithin: 60_000 },
    attemptsMade,
    ...(sentAt && { sentAt }),
    ...(replyDueAt && { replyDueAt }),
    ...(openUntil && { openUntil }),
  }
}

/** A list of open commands, ended at its bounds. */
export function bounded(
  open: Iterable<CommandRecord>,
  urgent: CommandRecord | undefined,
  now: Date,
  { limit, maxBytes }: OpenBounds,
): OpenCommands {
  const records = urgent ? [openOf(urgent, now)] : []
  let [count, bytes] = [0, 0]
  for (const record of open) {
    if (record.terms?.urgent) continue
    const one = openOf(record, now)
    const size = one.text === undefined ? 0 : Buffer.byteLength(one.text)
    const isTooMuch = size > 0 && bytes > 0 && bytes + size > maxBytes
    if (count === limit || isTooMuch) return { records, more: true }
    records.push(one)
    count++
    bytes += size
  }
  return { records, more: false }
}

/** Keeps commands and replies in these records. */
export function plainCommands(records: PlainRecords) {
  const numbers = new Map<string, number>()
  const queues = new Map<string, Set<CommandRecord>>()
  const recordOf = (serialNumber: string, id: string) => records.get(keyOf(serialNumber, id))
  const ownOf = (serialNumber: string) => {
    return [...records.values()].filter(({ command }) => command?.serialNumber === serialNumber)
  }
  const keep = (given: readonly CommandRecord[]) => {
    const fresh = new Map<string, CommandRecord>()
    for (const record of given) {
      const command = record.command as IssuedCommand
      assertIssuable(command)
      const key = keyOf(command.serialNumber, command.commandId)
      const known = fresh.get(key) ?? records.get(key)
      if (known === undefined) fresh.set(key, record)
      else if (known.reply || known.command?.text !== command.text) throw usedId(command)
    }
    for (const [key, record] of fresh) {
      records.set(key, record)
      const { serialNumber = '' } = record.command ?? {}
      const queue = record.terms?.urgent ? `urgent ${serialNumber}` : serialNumber
      queues.set(queue, (queues.get(queue) ?? new Set()).add(record))
    }
  }
  // All that waits is not looked through, nor what is settled a second time.
  function* openIn(queue: string, now: Date) {
    const waiting = queues.get(queue) ?? new Set()
    for (const record of waiting) {
      const { serialNumber = '', commandId = '' } = record.command ?? {}
      const isSettled = !record.terms || record.reply || record.cancelled
      const isGone = recordOf(serialNumber, commandId) !== record
      if (isSettled || isGone) waiting.delete(record)
      else if (isOpen(record, now)) yield record
    }
  }

  return {
    issue(commands: readonly QueuedCommand[]) {
      keep(commands.map((queued) => ({ ...queued, attemptsMade: 0 })))
    },
    recordSent(command: IssuedCommand) {
      const now = new Date()
      keep([{ command, issuedAt: now, attemptsMade: 1, sentAt: now }])
    },
    openCommands(serialNumber: string, now: Date, bounds: OpenBounds) {
      const isNext = ({ attemptsMade }: CommandRecord) => attemptsMade === 0
      const [urgent] = [...openIn(`urgent ${serialNumber}`, now)].filter(isNext)
      return bounded(openIn(serialNumber, now), urgent, now, bounds)
    },
    claim(serialNumber: string, claims: readonly Claim[]) {
      const claimed: string[] = []
      for (const { commandId, attempt, ...attempted } of claims) {
        const record = recordOf(serialNumber, commandId)
        if (record?.attemptsMade !== attempt - 1 || !isOpen(record, attempted.sentAt)) break
        delete record.openUntil
        Object.assign(record, attempted, { attemptsMade: attempt })
        claimed.push(commandId)
      }
      return claimed
    },
    release(serialNumber: string, at: Date) {
      for (const record of ownOf(serialNumber)) {
        if (!isOpen(record, at) || record.replyDueAt === undefined) continue
        if (record.replyDueAt > at) record.replyDueAt = at
        if (record.attemptsMade >= (record.terms?.attempts ?? 5)) record.openUntil = at
      }
    },
    cancel(serialNumber: string, which: Closing, at: Date, reason: Cancellation['reason']) {
      const own = ownOf(serialNumber)
      const before =
        'key' in which ? own.findIndex((one) => one.command?.commandId === which.before) : 0
      const chosen = own.filter((record, place) => {
        if ('ids' in which) return which.ids.includes(`${record.command?.commandId}`)
        return record.terms?.key === which.key && place < before && isOpen(record, at)
      })
      const attempts = 'ids' in which && reason === 'unanswered' ? which.attemptsMade : 0
      const closed = chosen.filter(({ cancelled, reply, attemptsMade }) => {
        if (cancelled) return false
        if (reason === 'cancelled') return !reply || reply.returnCode === -5000
        return !reply && attemptsMade === attempts
      })
      for (const record of closed) record.cancelled = { at, reason }
      return closed.map(({ command }) => `${command?.commandId}`)
    },
    findRecord(serialNumber: string, commandId: string) {
      const record = recordOf(serialNumber, commandId)
      return record && { ...record }
    },
    findBeginning(serialNumber: string, commandId: string) {
      const record = recordOf(serialNumber, commandId)
      return record && beginningOf(record)
    },
    findSummaries(identities: readonly CommandIdentity[]) {
      return identities.flatMap(({ serialNumber, commandId }) => {
        const record = recordOf(serialNumber, commandId)
        return record ? [summaryOf(record)] : []
      })
    },
    nextNumbers(serialNumber: string, count: number) {
      const first = (numbers.get(serialNumber) ?? 0) + 1
      numbers.set(serialNumber, first + count - 1)
      return first
    },
    listCommands(filter: CommandFilter, now: Date) {
      const asked = checkFilter('commands', filter, ['number', 'number'])
      const rows = [...records.values()].map((record, place) => {
        return { record, at: record.issuedAt ?? record.repliedAt ?? now, place }
      })
      const found = rows.filter(({ record }) => isListed(record, asked, now))
      return pageOf(found, asked, ({ record }) => summaryOf(record))
    },
    countCommands(filter: CountFilter, now: Date) {
      const { state, ...asked } = checkCountFilter(filter)
      const counts = Object.fromEntries(COMMAND_STATES.map((one) => [one, 0])) as CommandCounts
      for (const one of state === undefined ? COMMAND_STATES : [state].flat()) {
        const found = [...records.values()].filter((record) => {
          const isSince = !asked.since || (record.issuedAt ?? now) >= asked.since
          return isSince && isListed(record, { ...asked, state: one }, now)
        })
        counts[one] = found.length > 1000 ? '1000+' : found.length
      }
      return counts
    },
    forget(before: Date) {
      return deleteWhere(records, (record) => {
        const { issuedAt, sentAt, cancelled, repliedAt, reply, openUntil } = record
        const isFinal = reply !== undefined && reply.returnCode !== -5000
        const isOver = openUntil !== undefined && openUntil <= before
        const times = [issuedAt, sentAt, cancelled?.at, repliedAt]
        const isOld = times.every((time) => time === undefined || time < before)
        return isOld && (isFinal || isOver || cancelled !== undefined)
      })
    },
    forgetPerson({ pin, serialNumbers }: ForgottenPerson) {
      return deleteWhere(records, ({ command, reply }) => {
        const { serialNumber = '' } = command ?? reply ?? {}
        if (!serialNumbers.includes(serialNumber)) return false
        return (command ? personIn(command.text) : reply && personOf(reply)) === pin
      })
    },
    onReply(reply: CommandReply) {
      const key = keyOf(reply.serialNumber, reply.commandId)
      const record = records.get(key) ?? { attemptsMade: 0 }
      const { reply: kept } = record
      if (kept && (!replaces(reply, kept) || isSame(kept, reply))) return 'repeated' as const
      record.reply = reply
      record.repliedAt = new Date()
      records.set(key, record)
      return 'kept' as const
    },
    replies: () => [...records.values()].flatMap(({ reply }) => reply ?? []),
    listReplies(filter: KeptReplyFilter) {
      const asked = checkFilter('replies', filter, ['number', 'number'])
      const rows = [...records.values()].flatMap(({ reply, command, repliedAt: at }, place) => {
        return reply && at ? [{ reply, of: outcomeOf(reply, command), at, place }] : []
      })
      const found = rows.filter(({ reply, of }) => {
        const { serialNumber = reply.serialNumber } = asked
        const isAsked = asked.outcome === undefined || asked.outcome === of.outcome
        return isAsked && serialNumber === reply.serialNumber
      })
      return pageOf(found, asked, ({ reply, of, at }) => keptReply(reply, of, at))
    },
  }
}

function deleteWhere(records: PlainRecords, isAsked: (record: CommandRecord) => boolean): number {
  const asked = [...records].filter(([, record]) => isAsked(record))
  for (const [key] of asked) records.delete(key)
  return asked.length
}

function isListed(record: CommandRecord, filter: CommandFilter, now: Date): boolean {
  const { command, reply, terms } = record
  const { serialNumber, commandId } = command ?? reply ?? {}
  const { commandIds, key, members = {}, pin, state } = filter
  if (filter.serialNumber !== undefined && filter.serialNumber !== serialNumber) return false
  if (commandIds && !commandIds.includes(`${commandId}`)) return false
  if (key !== undefined && terms?.key !== key) return false
  if (pin !== undefined && personIn(command?.text ?? '') !== pin) return false
  const own = (command ? membersOf(command) : {}) as Record<string, unknown>
  if (Object.entries(members).some(([name, value]) => own[name] !== value)) return false
  return state === undefined || [state].flat().includes(stateOf(record, now))
}

/** A page of rows that are in any order. */
export function pageOf<Row extends { at: Date; place: number }, Shown>(
  rows: readonly Row[],
  asked: ListFilter & { limit: number; place?: readonly (string | number)[] },
  show: (row: Row) => Shown,
): Page<Shown> {
  const { since, before, limit, place } = asked
  const [at = Number.POSITIVE_INFINITY, last = 0] = (place ?? []).map(Number)
  const found = rows
    .filter((row) => (!since || row.at >= since) && (!before || row.at < before))
    .filter((row) => +row.at < at || (+row.at === at && row.place < last))
    .sort((one, other) => +other.at - +one.at || other.place - one.place)
  const shown = found.slice(0, limit)
  const end = shown.at(-1)
  return found.length > limit && end
    ? { rows: shown.map(show), next: cursorOf([+end.at, end.place]) }
    : { rows: shown.map(show) }
}

function isSame(one: CommandReply, other: CommandReply): boolean {
  const shape = ({ returnCode, commandName, rows, fields, content, raw }: CommandReply) => {
    const pairs = Object.entries(fields)
    return JSON.stringify([
      returnCode,
      commandName,
      rows,
      pairs,
      content?.toString('hex'),
      raw.toString('hex'),
    ])
  }
  return shape(one) === shape(other)
}

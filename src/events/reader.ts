// Reads what was stored, in its order, without a gap.
import { checkFlag, checkNames, describe, type OptionNames, wrong } from '../check.js'
import { checkSignal, onAbort } from '../queue/signal.js'
import { misanswered, shapeOf } from '../reply/found.js'
import {
  beginningOf,
  cursorTextOf,
  forgotten,
  isLogId,
  type Position,
  positionOf,
  within,
} from './cursor.js'
import { eventOf } from './decode.js'
import { eventsIn } from './entry.js'
import type { TerminalEvent } from './event.js'
import { SHARDS } from './shard.js'
import type { EventEntry, EventLog, EventStorage } from './storage.js'

/** The options of `events`. */
export interface EventOptions {
  /** The cursor of the last event that was dealt with; without it all that is left. */
  after?: string
  /** Which events: all by default. */
  types?: readonly TerminalEvent['type'][]
  /** Ends the loop: it then stops without an error. */
  signal?: AbortSignal
  /** Whether to wait for further events, `true` by default; `false` ends the loop at the last one. */
  live?: boolean
}

const OPTIONS: OptionNames<EventOptions> = { after: true, types: true, signal: true, live: true }
const TYPES: readonly TerminalEvent['type'][] = [
  ...(['punch', 'decision', 'template', 'upload', 'reply', 'closed'] as const),
]
// Of each part at first, and in all where some parts have more.
const ENTRIES_OF_EACH = 8
const ENTRIES = ENTRIES_OF_EACH * SHARDS
const SHORTEST_PAUSE = 50
const LONGEST_PAUSE = 900

/**
 * Reads events in the order in which they were stored for each terminal: at least once each, and none
 * is skipped, however late a writer finishes. Store `event.cursor` with what you made of the event, and
 * go on after it.
 *
 * @example
 * for await (const event of events(adapter, { after: cursor, types: ['punch'] })) {
 *   await payroll.store(event.punch, event.cursor)
 * }
 *
 * @param adapter one with `events: true`
 * @throws TypeError if the adapter has no events, or an option is wrong. While it reads:
 *   IclockError `CURSOR_INVALID`, `CURSOR_FOREIGN` or `EVENTS_FORGOTTEN`, and the errors of storage
 */
export function events<Type extends TerminalEvent['type'] = TerminalEvent['type']>(
  adapter: Partial<EventStorage>,
  options: EventOptions & { types?: readonly Type[] } = {},
): AsyncGenerator<Extract<TerminalEvent, { type: Type }>, void, undefined> {
  const { eventLog, readEvents } = Object(adapter) as Partial<EventStorage>
  if (typeof eventLog !== 'function' || typeof readEvents !== 'function') {
    throw new TypeError(
      `express-iclock: the adapter is ${describe(adapter)} without eventLog and readEvents; expected one with events: make it with { events: true }`,
    )
  }
  checkNames<EventOptions>(options, OPTIONS)
  const { after, types, signal, live = true } = options
  if (after !== undefined && typeof after !== 'string') {
    throw wrong('after', after, 'the cursor of an event, as a string')
  }
  checkFlag('live', live)
  for (const type of types ?? []) {
    if (!TYPES.includes(type)) throw wrong('types', type, `some of ${TYPES.join(', ')}`)
  }
  checkSignal(signal)
  const storage: EventStorage = {
    eventLog: () => eventLog.call(adapter),
    readEvents: (...asked) => readEvents.call(adapter, ...asked),
  }
  const isAsked = (event: TerminalEvent): event is Extract<TerminalEvent, { type: Type }> => {
    return types === undefined || types.includes(event.type as Type)
  }
  return read(storage, { after, signal, live, isAsked })
}

interface Reading<Event extends TerminalEvent> {
  after: string | undefined
  signal: AbortSignal | undefined
  live: boolean
  isAsked(event: TerminalEvent): event is Event
}

async function* read<Event extends TerminalEvent>(
  storage: EventStorage,
  { after, signal, live, isAsked }: Reading<Event>,
): AsyncGenerator<Event, void, undefined> {
  const log = checkedLog(await storage.eventLog())
  const position = after === undefined ? beginningOf(log) : positionOf(after, log)
  const everywhere = Array.from({ length: SHARDS }, (_, shard) => shard)
  let parts = everywhere
  let pause = SHORTEST_PAUSE
  while (!signal?.aborted) {
    const limit = Math.floor(ENTRIES / parts.length)
    const places = parts.map((shard) => ({ shard, place: position.places[shard] ?? 0 }))
    const entries = checkedEntries(await storage.readEvents(places, limit))
    for (const entry of entries) {
      for (const event of eventsOf(entry, position, log.id)) {
        if (signal?.aborted) return
        if (isAsked(event)) yield event
      }
    }
    // Where there is more to read than one look brings, more is read at once; and then all are looked
    // at again, so that no part waits for another.
    const full = parts.filter((shard) => countOf(entries, shard) === limit)
    const isLook = parts === everywhere
    parts = isLook && full.length > 0 ? full : everywhere
    if (!isLook || entries.length > 0) {
      pause = SHORTEST_PAUSE
      continue
    }
    if (!live) return
    await waited(pause, signal)
    pause = Math.min(pause * 1.5, LONGEST_PAUSE)
  }
}

/** The events of an entry, each with its cursor; moves the position past them. */
function* eventsOf(
  { shard, place, serialNumber, text }: EventEntry,
  position: Position,
  id: string,
): Generator<TerminalEvent> {
  const { places } = position
  if (place !== (places[shard] ?? 0) + 1 || text === '') throw forgotten()
  const done = position.shard === shard ? position.count : 0
  const before = cursorTextOf(id, places)
  places[shard] = place
  if (position.shard === shard) position.count = 0
  const behind = cursorTextOf(id, places)
  const written = eventsIn(text)
  for (const [index, event] of written.entries()) {
    if (event === null || index < done) continue
    const cursor = index + 1 === written.length ? behind : within(before, shard, index + 1)
    const own = `${id}-${shard.toString(36)}-${place.toString(36)}-${index.toString(36)}`
    const about = { id: own, serialNumber, receivedAt: new Date(event.at), cursor }
    yield eventOf(event, about)
  }
}

function countOf(entries: readonly EventEntry[], shard: number): number {
  return entries.reduce((count, entry) => count + (entry.shard === shard ? 1 : 0), 0)
}

function checkedLog(log: EventLog): EventLog {
  const { id, parts } = Object(log) as Partial<EventLog>
  if (isLogId(id) && Array.isArray(parts) && parts.length === SHARDS) return log
  throw misanswered('eventLog', shapeOf(log), `{ id, parts } with ${SHARDS} parts`)
}

function checkedEntries(entries: readonly EventEntry[]): readonly EventEntry[] {
  const isEntry = ({ shard, place, serialNumber, text }: EventEntry) => {
    return (
      Number.isSafeInteger(shard) &&
      Number.isSafeInteger(place) &&
      typeof serialNumber === 'string' &&
      typeof text === 'string'
    )
  }
  if (Array.isArray(entries) && entries.every((entry) => isEntry(Object(entry)))) return entries
  throw misanswered(
    'readEvents',
    shapeOf(entries),
    'an array of entries { shard, place, serialNumber, text }',
  )
}

async function waited(pause: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    let stop = () => {}
    const timer = setTimeout(() => {
      stop()
      resolve()
    }, pause)
    if (signal === undefined) return
    stop = onAbort(signal, () => {
      clearTimeout(timer)
      stop()
      resolve()
    })
  })
}

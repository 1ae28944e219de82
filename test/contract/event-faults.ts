// Faults of adapters in their events, each under the case that refuses it.
import { eventsIn, type WrittenEvent, withoutPerson } from '../../src/events/entry.js'
import { SHARDS } from '../../src/events/shard.js'
import type { EventEntry, EventPlace } from '../../src/events/storage.js'
import type { Upload } from '../../src/index.js'
import { Records } from '../../src/memory/record.js'
import type { Lines } from '../../src/memory/reply.js'
import { retention } from '../../src/memory/retention.js'
import { Timeline } from '../../src/memory/timeline.js'
import { uploadMemory } from '../../src/memory/upload.js'
import { outcomeOf } from '../../src/reply/outcome.js'
import { plainCommands } from './plain.js'
import type { Fault, Storage } from './whole.js'

type Written = (WrittenEvent | null)[]

// Its readers see something else of each entry.
const showing =
  (change: (events: Written, entry: EventEntry) => Written): Fault =>
  ({ adapter }) => {
    const { readEvents } = adapter
    adapter.readEvents = async (...asked) => {
      const entries = await readEvents(...asked)
      return entries.map((entry) => {
        const text = entry.text && JSON.stringify(change(eventsIn(entry.text), entry))
        return { ...entry, text }
      })
    }
  }

const without = (isLeftOut: (event: WrittenEvent) => boolean): Fault =>
  showing((events) => events.filter((event) => event === null || !isLeftOut(event)))

const reading =
  (
    change: (after: readonly EventPlace[], limit: number) => [readonly EventPlace[], number],
  ): Fault =>
  ({ adapter }) => {
    const { readEvents } = adapter
    adapter.readEvents = (...asked) => readEvents(...change(...asked))
  }

const numbering =
  (placeOf: (entry: EventEntry) => number): Fault =>
  ({ adapter }) => {
    const { readEvents } = adapter
    adapter.readEvents = async (...asked) => {
      return (await readEvents(...asked)).map((entry) => ({ ...entry, place: placeOf(entry) }))
    }
  }

const lineOf = (upload: Upload) => [...upload.records, ...upload.unparsed]

/** Uploads without their events. */
const stored = (storage: Storage) =>
  storage.once('uploads', () => uploadMemory(storage.uploads)) as ReturnType<typeof uploadMemory>

// A cursor over rows that have a number or a time of their own, which was taken before they were there.
const passing =
  (numberOf: (count: number) => number): Fault =>
  ({ adapter, storage, query }) => {
    const rows = storage.once('rows', () => [] as (EventEntry & { number: number })[])
    const views = storage.once('views', () => new Map<number, EventEntry[]>())
    const seen = storage.once('seen', () => new Map<number, number>())
    const counter = storage.once('counter', () => ({ count: 0 }))
    adapter.onUpload = async (upload) => {
      const number = numberOf(++counter.count)
      await query()
      await query()
      const before = await entriesOf(storage)
      const kept = storage.memory.onUpload(upload)
      for (const entry of (await entriesOf(storage)).slice(before.length)) {
        rows.push({ ...entry, number })
      }
      return kept
    }
    adapter.onReply = async (reply, command) => {
      const number = numberOf(++counter.count)
      await query()
      const before = await entriesOf(storage)
      const kept = storage.memory.onReply(reply, command)
      for (const entry of (await entriesOf(storage)).slice(before.length)) {
        rows.push({ ...entry, number })
      }
      return kept
    }
    adapter.readEvents = async (after, limit) => {
      await query()
      return after.flatMap(({ shard, place }) => {
        const view = views.get(shard) ?? []
        views.set(shard, view)
        const later = rows.filter(
          (row) => row.shard === shard && row.number > (seen.get(shard) ?? 0),
        )
        for (const row of later.sort((one, other) => one.number - other.number)) {
          view.push({ ...row, place: view.length + 1 })
          seen.set(shard, row.number)
        }
        return view.slice(place, place + limit)
      })
    }
  }

async function entriesOf({ memory }: Storage): Promise<readonly EventEntry[]> {
  const all = Array.from({ length: SHARDS }, (_, shard) => ({ shard, place: 0 }))
  return memory.readEvents(all, 100_000)
}

const byNumber = passing((count) => count)
const byTime = passing(() => Date.now())

// It logs what was stored afterwards, and nobody logs it if it died between.
const loggingLater: Fault = ({ adapter, storage, query }) => {
  adapter.onUpload = async (upload) => {
    await query()
    const known = new Set(storage.uploads.lines())
    const kept = stored(storage).onUpload(upload)
    const fresh = storage.uploads.lines().filter((row) => !known.has(row))
    await query()
    storage.log.upload(
      upload,
      fresh.map(({ line }) => line),
    )
    return kept
  }
}

// It logs the reply that it finds afterwards, which may be another one.
const loggingFound: Fault = ({ adapter, storage, query }) => {
  const replies = storage.once('replies', () => plainCommands(storage.records))
  adapter.onReply = async (reply, command) => {
    await query()
    const said = replies.onReply(reply)
    await query()
    const found = replies.findRecord(reply.serialNumber, reply.commandId)?.reply
    if (said === 'kept' && found) storage.log.reply(found, outcomeOf(found, command), new Date())
    return said
  }
}

const announcingAll: Fault = ({ adapter, storage }) => {
  const { onUpload } = adapter
  adapter.onUpload = async (upload) => {
    const kept = await onUpload(upload)
    const again = lineOf(upload).filter((line) => !kept?.includes(line as never))
    storage.log.upload(upload, again)
    return kept
  }
}

// What was forgotten stays in its log.
const remembering =
  (call: 'forget' | 'forgetPerson'): Fault =>
  ({ adapter, storage }) => {
    const { [call]: forget, readEvents, eventLog } = adapter
    const old = storage.once('old', () => new Map<string, EventEntry>())
    adapter[call] = async (asked: never) => {
      for (const entry of await entriesOf(storage)) {
        old.set(`${entry.shard} ${entry.place}`, { ...entry })
      }
      return forget(asked)
    }
    adapter.readEvents = async (after, limit) => {
      const found = await readEvents(after, limit)
      const kept = [...old.values()].filter((entry) => {
        return after.some(({ shard, place }) => shard === entry.shard && place < entry.place)
      })
      const all = new Map(
        [...found, ...kept].map((entry) => [`${entry.shard} ${entry.place}`, entry]),
      )
      return [...all.values()].sort((one, other) => one.place - other.place)
    }
    adapter.eventLog = async () => {
      const { id, parts } = await eventLog()
      return { id, parts: parts.map(({ last }) => ({ first: 1, last })) }
    }
  }

// It writes what it read, although it was changed meanwhile.
const overwriting: Fault = ({ adapter, storage, query }) => {
  const { readEvents } = adapter
  const texts = storage.once('texts', () => new Map<string, string>())
  const shown = (entry: EventEntry) => {
    return { ...entry, text: texts.get(`${entry.shard} ${entry.place}`) ?? entry.text }
  }
  adapter.forgetPerson = async ({ pin }) => {
    const entries = (await entriesOf(storage)).map(shown)
    for (let turn = 0; turn < 9; turn++) await query()
    for (const { shard, place, text } of entries) {
      texts.set(`${shard} ${place}`, withoutPerson(text, pin))
    }
    return { commands: 0, attendance: 0, uploads: 0, unparsed: 0 }
  }
  adapter.readEvents = async (...asked) => (await readEvents(...asked)).map(shown)
}

const forgettingEventsFirst: Fault = ({ adapter, storage, query }) => {
  const lines: Lines = { byKey: new Map(), inOrder: new Timeline() }
  const { forgetPerson } = retention(new Records(), lines, storage.uploads, new Map(), new Map())
  adapter.forgetPerson = async (person) => {
    await query()
    storage.log.forgetPerson(person)
    await query()
    return forgetPerson(person)
  }
}

// What is left is numbered from 1 again.
const renumbering: Fault = ({ adapter }) => {
  const { readEvents, eventLog } = adapter
  const gone = async (shard: number) => ((await eventLog()).parts[shard]?.first ?? 1) - 1
  adapter.eventLog = async () => {
    const { id, parts } = await eventLog()
    return { id, parts: parts.map(({ first, last }) => ({ first: 1, last: last - first + 1 })) }
  }
  adapter.readEvents = async (after, limit) => {
    const entries: EventEntry[] = []
    for (const { shard, place } of after) {
      const first = await gone(shard)
      const found = await readEvents([{ shard, place: place + first }], limit)
      entries.push(...found.map((entry) => ({ ...entry, place: entry.place - first })))
    }
    return entries
  }
}

export const EVENT_FAULTS: Record<string, Record<string, Fault>> = {
  'Each new record, unparsed line and reply is an event, in the order stored for its terminal': {
    'announces no unparsed lines': without(
      (event) => event.t === 'upload' && event.kind === 'unparsed',
    ),
    'announces no replies': without(({ t }) => t === 'reply'),
    'announces only punches': without(({ t }) => t !== 'punch'),
    'announces the newest first': showing((events) => events.reverse()),
    'loses what is no ASCII': showing((events) =>
      JSON.parse(JSON.stringify(events).replace(/[^\x20-\x7e]/g, '?')),
    ),
  },
  'Every command that is closed is an event': {
    'announces none': without(({ t }) => t === 'closed'),
    'announces none that was superseded': without((event) => {
      return event.t === 'closed' && event.reason === 'superseded'
    }),
  },
  'A duplicate is no event, and a reply that replaces another is one of its own': {
    'announces every delivery': announcingAll,
    'announces the final reply alone': without((event) => {
      return event.t === 'reply' && JSON.stringify(event.reply).includes('pending')
    }),
    'announces the first reply alone': without((event) => {
      return event.t === 'reply' && JSON.stringify(event.reply).includes('succeeded')
    }),
  },
  'A log of events has one id and numbers its entries without gaps, from any process': {
    'names the log by process': ({ adapter }) => {
      const { eventLog } = adapter
      const id = `x${Math.random().toString(36).slice(2)}`
      adapter.eventLog = async () => ({ ...(await eventLog()), id })
    },
    'numbers from 0': numbering(({ place }) => place - 1),
    'numbers by time': numbering(() => Date.now()),
    'numbers in tens': numbering(({ place }) => place * 10),
    'says that an empty log has something': ({ adapter }) => {
      const { eventLog } = adapter
      adapter.eventLog = async () => {
        const { id, parts } = await eventLog()
        return { id, parts: parts.map(({ first, last }) => ({ first, last: Math.max(last, 1) })) }
      }
    },
  },
  'Events are read from where they are asked for, and no more of a part than asked for': {
    'reads without a limit': reading((after) => [after, 1000]),
    'reads from the beginning': reading((after, limit) => [
      after.map(({ shard }) => ({ shard, place: 0 })),
      limit,
    ]),
    'reads from one place in every part': reading((after, limit) => [
      after.map(({ shard }) => ({ shard, place: after[0]?.place ?? 0 })),
      limit,
    ]),
    'skips one': reading((after, limit) => [
      after.map(({ shard, place }) => ({ shard, place: place + 1 })),
      limit,
    ]),
    'reads everything if nothing is asked': reading((after, limit) => [
      after.length === 0
        ? Array.from({ length: SHARDS }, (_, shard) => ({ shard, place: 0 }))
        : after,
      limit,
    ]),
  },
  'An upload of thousands of lines is read as events to the last one, from any of them on': {
    'keeps an upload in one entry': ({ adapter }) => {
      const { readEvents } = adapter
      adapter.readEvents = async (after, limit) => {
        const entries = await readEvents(after, limit)
        const [first] = entries
        if (first === undefined) return entries
        const events = entries.flatMap(({ text }) => eventsIn(text))
        return [{ ...first, text: JSON.stringify(events) }]
      }
    },
    'cuts an upload after a thousand': showing((events, { place }) => (place > 30 ? [] : events)),
  },
  'Twenty writers of events at the same moment and a reader: each event is read, in its order': {
    'goes by a number alone': byNumber,
    'goes by time alone': byTime,
  },
  'A reader of events passes no writer that is delayed at any of its steps': {
    'goes by a number alone': byNumber,
    'goes by time alone': byTime,
  },
  'A reply that another one replaces while its writer is delayed is an event as well': {
    'logs the reply that it finds later': loggingFound,
  },
  'What a terminal sends again after a writer died is read as an event once it is answered': {
    'logs later, and forgets what a dead writer left': loggingLater,
  },
  'Forgotten events are gone, and a reader that missed one gets an error instead of passing it': {
    'keeps them': remembering('forget'),
    'numbers what is left from 1': renumbering,
  },
  'Only old events are forgotten, hundreds of them': {
    'forgets everything': ({ adapter }) => {
      const { forget } = adapter
      adapter.forget = () => forget(new Date())
    },
    'forgets none': remembering('forget'),
  },
  'What is uploaded again after it was forgotten is no event': {
    'announces it': announcingAll,
  },
  'The events of a forgotten person are gone, and a reader goes on between the others': {
    'keeps them': remembering('forgetPerson'),
    'forgets the person everywhere': ({ adapter }) => {
      const { forgetPerson } = adapter
      adapter.forgetPerson = (person) => forgetPerson({ ...person, serialNumbers: ['A', 'B'] })
    },
    'moves the others up': showing((events) => events.filter((event) => event !== null)),
  },
  'People who are forgotten at the same moment are all gone from the events': {
    'writes what another call has changed meanwhile': overwriting,
    'keeps them': remembering('forgetPerson'),
  },
  'What comes while a person is forgotten leaves no event of a line that was deleted': {
    'forgets events first': forgettingEventsFirst,
  },
}

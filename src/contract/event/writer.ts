// Cases: no reader passes a writer that isn't done.
import { deepEqual, ok } from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import type { CommandAdapter } from '../command/record.js'
import { at, queued } from '../command/record.js'
import { report } from '../proof.js'
import { replyTo } from '../sample.js'
import { heldUp } from '../stall.js'
import { without } from '../subject.js'
import { attendance, hand } from '../upload/sample.js'
import { type EventAdapter, type EventCase, type EventSubject, Reader } from './sample.js'

const WRITERS = 20
const UPLOADS = 5
const MOST_STEPS = 9
const TERMINALS = ['A', 'B', 'C']

/** Something that is written, and the words of its events. */
interface Writing {
  write(adapter: EventAdapter): Promise<unknown>
  words: string
}

function uploading(pin: string): Writing {
  return {
    write: (adapter) => hand({ adapter }, attendance('A', [pin])),
    words: `A punch ${pin}`,
  }
}

function replying(id: string): Writing {
  return {
    write: (adapter) => report(adapter, replyTo('A', id, 0)),
    words: `A reply ${id} succeeded`,
  }
}

async function closing({ adapter }: EventSubject, id: string): Promise<Writing> {
  await (adapter as typeof adapter & CommandAdapter).issue([queued('A', id)])
  return {
    write: async (own) =>
      (own as unknown as CommandAdapter).cancel('A', { ids: [id] }, at(1), 'cancelled'),
    words: `A cancelled ${id}`,
  }
}

export const WRITER_CASES: readonly EventCase[] = [
  {
    name: 'Twenty writers of events at the same moment and a reader: each event is read, in its order',
    otherwise: 'On Monday at eight, arrivals are missing that are in the database.',
    async check(subject) {
      const { adapter } = subject
      const other = ((await subject.reopen?.()) ?? adapter) as EventAdapter
      const reader = new Reader(adapter)
      let writing = WRITERS
      const writers = Array.from({ length: WRITERS }, async (_, writer) => {
        const own = writer % 2 === 0 ? adapter : other
        const serialNumber = TERMINALS[writer % TERMINALS.length] as string
        for (let index = 0; index < UPLOADS; index++) {
          await hand({ adapter: own }, attendance(serialNumber, [`${writer}x${index}`]))
        }
      }).map((writer) => writer.finally(() => writing--))
      while (writing > 0) {
        await reader.readOn()
        await setImmediate()
      }
      await Promise.all(writers)
      await reader.readOn()
      for (let writer = 0; writer < WRITERS; writer++) {
        const own = reader.seen.filter((words) => words.includes(` ${writer}x`))
        const serialNumber = TERMINALS[writer % TERMINALS.length]
        const expected = Array.from({ length: UPLOADS }, (_, index) => {
          return `${serialNumber} punch ${writer}x${index}`
        })
        deepEqual([...new Set(own)], expected)
      }
    },
  },
  {
    name: 'A reader of events passes no writer that is delayed at any of its steps',
    otherwise: 'A process that pauses for garbage collection loses an arrival for every reader.',
    missing: without('stall'),
    async check(subject) {
      const { adapter } = subject
      const reader = new Reader(adapter)
      const hasCommands = adapter.issue !== undefined && adapter.cancel !== undefined
      for (let steps = 0; steps < MOST_STEPS; steps++) {
        const delayed = [uploading(`d${steps}`), replying(`d${steps}`)]
        if (hasCommands) delayed.push(await closing(subject, `c${steps}`))
        for (const [index, { write, words }] of delayed.entries()) {
          const other = uploading(`o${steps}x${index}`)
          await heldUp(subject, steps, write, async () => {
            await other.write(adapter)
            await reader.readOn()
          })
          await reader.readOn()
          for (const each of [words, other.words]) {
            ok(
              reader.seen.includes(each),
              `"${each}" was never read, with a delay after ${steps} steps`,
            )
          }
        }
      }
    },
  },
  {
    name: 'A reply that another one replaces while its writer is delayed is an event as well',
    otherwise: 'An app never learns that a terminal had begun with its command.',
    missing: without('stall'),
    async check(subject) {
      const { adapter } = subject
      const reader = new Reader(adapter)
      for (let steps = 0; steps < MOST_STEPS; steps++) {
        const id = `${steps}`
        const { result } = await heldUp(
          subject,
          steps,
          (stalled) => report(stalled, replyTo('A', id, -5000)),
          () => report(adapter, replyTo('A', id, 0)),
        )
        const read = await reader.readOn()
        const words = [`A reply ${id} pending`, `A reply ${id} succeeded`]
        deepEqual([...new Set(read)], result === 'kept' ? words : words.slice(1))
      }
    },
  },
  {
    name: 'What a terminal sends again after a writer died is read as an event once it is answered',
    otherwise:
      'A crash between two writes hides an arrival for ever, although the terminal sent it again.',
    missing: without('stall'),
    async check(subject) {
      const { adapter } = subject
      const reader = new Reader(adapter)
      for (let steps = 0; steps < MOST_STEPS; steps++) {
        for (const { write, words } of [uploading(`${steps}`), replying(`${steps}`)]) {
          await heldUp(subject, steps, write, async () => {
            await write(adapter)
            await reader.readOn()
            ok(
              reader.seen.includes(words),
              `"${words}" is not there, after a writer died at step ${steps}`,
            )
          })
          await reader.readOn()
        }
      }
    },
  },
]

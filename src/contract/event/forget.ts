// Cases: what is forgotten is no event any more, and a reader that missed it gets an error.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { events } from '../../events/reader.js'
import type { RetentionStorage } from '../../kept.js'
import { SUMMARY_BYTES } from '../../queue/summary.js'
import type { Upload } from '../../upload/upload.js'
import { nextMillisecond } from '../proof.js'
import { heldUp } from '../stall.js'
import { without } from '../subject.js'
import { attendance, hand, uploadOf } from '../upload/sample.js'
import { type EventAdapter, type EventCase, type EventSubject, Reader, readAll } from './sample.js'

type Forgetful = EventAdapter & RetentionStorage

function missing({ adapter }: EventSubject): string | undefined {
  return adapter.forget === undefined || adapter.forgetPerson === undefined
    ? 'the adapter has no forget, forgetPerson'
    : undefined
}

/** Forgets all that there is. */
async function forgetAll(adapter: Forgetful): Promise<void> {
  // The clock of a database server may be behind by a little.
  for (let turn = 0; turn < 20; turn++) await nextMillisecond()
  await adapter.forget(new Date())
}

/** An arrival that can't have been forgotten. */
function coming(pin: string): Upload {
  const at = new Date(Date.now() + 9e8).toISOString().slice(0, 19).replace('T', ' ')
  return uploadOf('A', 'ATTLOG', `${pin}\t${at}\t0\t1`)
}

/** Uploads of terminal A whose lines make an entry of the log for every three, 600 in all. */
function longLines(name: string): Upload[] {
  return [0, 1, 2].map((part) => {
    const lines = Array.from({ length: 600 }, (_, index) => {
      return `${name} ${600 * part + index} ${'\xe9'.repeat(SUMMARY_BYTES)}`
    })
    return uploadOf('A', 'ATTLOG', lines.join('\n'))
  })
}

function shown(line: Buffer): string {
  return line.toString('latin1', 0, SUMMARY_BYTES)
}

async function codeOf(adapter: EventAdapter, after: string): Promise<unknown> {
  try {
    for await (const _ of events(adapter, { after, live: false })) return 'an event'
    return 'nothing'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

export const FORGOTTEN_CASES: readonly EventCase[] = [
  {
    name: 'Forgotten events are gone, and a reader that missed one gets an error instead of passing it',
    otherwise: 'A payroll that was off for a month goes on as if nobody had worked.',
    missing,
    async check(subject) {
      const adapter = subject.adapter as Forgetful
      const [early, late] = [new Reader(adapter), new Reader(adapter)]
      await hand(subject, attendance('A', ['1']), attendance('B', ['2']))
      await early.readOn()
      await hand(subject, attendance('A', ['3']))
      await late.readOn()
      await forgetAll(adapter)
      deepEqual(await readAll(adapter), [])
      equal(await codeOf(adapter, `${early.cursor}`), 'EVENTS_FORGOTTEN')
      deepEqual(await late.readOn(), [])
      await hand(subject, coming('4'))
      deepEqual(await late.readOn(), ['A punch 4'])
      deepEqual(await readAll(adapter), ['A punch 4'])
      equal(await codeOf(adapter, `${early.cursor}`), 'EVENTS_FORGOTTEN')
      await forgetAll(adapter)
      await forgetAll(adapter)
      deepEqual(await late.readOn(), [])
      await hand(subject, coming('5'))
      deepEqual(await late.readOn(), ['A punch 5'])
    },
  },
  {
    name: 'Only old events are forgotten, hundreds of them',
    otherwise: 'The log of events grows for ever, or a night deletes what nobody has read.',
    missing,
    async check(subject) {
      const adapter = subject.adapter as Forgetful
      await hand(subject, ...longLines('old'), attendance('B', ['old']))
      await nextMillisecond()
      const before = new Date()
      await nextMillisecond()
      const fresh = longLines('new')
      await hand(subject, ...fresh, attendance('B', ['new']))
      await nextMillisecond()
      // Neither what is old nor what stays is read in one go.
      await adapter.forget(before)
      const lines = fresh.flatMap(({ unparsed }) =>
        unparsed.map((line) => `A attlog ${shown(line)}`),
      )
      deepEqual((await readAll(adapter)).sort(), [...lines, 'B punch new'].sort())
    },
  },
  {
    name: 'What is uploaded again after it was forgotten is no event',
    otherwise: 'A terminal that sends its whole memory again announces three years of arrivals.',
    missing,
    async check(subject) {
      const adapter = subject.adapter as Forgetful
      const old = attendance('A', ['1', '2'])
      await hand(subject, old)
      await forgetAll(adapter)
      await adapter.forget(new Date(0))
      await hand(subject, old, coming('3'))
      deepEqual(await readAll(adapter), ['A punch 3'])
    },
  },
  {
    name: 'The events of a forgotten person are gone, and a reader goes on between the others',
    otherwise: 'Who asked to be forgotten is still announced, or somebody else is not.',
    missing,
    async check(subject) {
      const adapter = subject.adapter as Forgetful
      await hand(subject, attendance('A', ['1', '7', '70']), attendance('B', ['7']))
      const reader = new Reader(adapter)
      // It has seen the first two.
      for await (const event of events(adapter, { live: false })) {
        if (event.serialNumber === 'A' && event.type === 'punch' && event.punch.pin === '7') {
          reader.cursor = event.cursor
        }
      }
      await hand(
        subject,
        attendance('A', ['8']),
        uploadOf('A', 'OPERLOG', 'USER PIN=7\nUSER PIN=9'),
      )
      await adapter.forgetPerson({ pin: '7', serialNumbers: ['A'] })
      const left = ['A punch 1', 'A punch 70', 'A punch 8', 'A user USER PIN=9', 'B punch 7']
      deepEqual((await readAll(adapter)).sort(), left)
      const further = (await reader.readOn()).filter((words) => words.startsWith('A'))
      deepEqual(further, left.slice(1, 4))
    },
  },
  {
    name: 'People who are forgotten at the same moment are all gone from the events',
    otherwise: 'One deletion brings back whom another one has just deleted.',
    missing,
    async check(subject) {
      const adapter = subject.adapter as Forgetful
      const pins = Array.from({ length: 8 }, (_, index) => `${index}`)
      await hand(subject, attendance('A', [...pins, 'other']))
      await Promise.all(pins.map((pin) => adapter.forgetPerson({ pin, serialNumbers: ['A'] })))
      deepEqual(await readAll(adapter), ['A punch other'])
    },
  },
  {
    name: 'What comes while a person is forgotten leaves no event of a line that was deleted',
    otherwise: 'A webhook announces somebody of whom the database knows nothing any more.',
    missing(subject) {
      return missing(subject) ?? without('stall', 'lines')(subject)
    },
    async check(subject) {
      const { adapter } = subject
      for (let steps = 0, isOver = false; !isOver; steps++) {
        const coming = attendance(`A${steps}`, ['7'])
        const { serialNumber } = coming
        const { isOvertaken } = await heldUp(
          subject,
          steps,
          (stalled) =>
            (stalled as Forgetful).forgetPerson({ pin: '7', serialNumbers: [serialNumber] }),
          () => hand(subject, coming),
        )
        isOver = !isOvertaken
        const lines = (await subject.lines?.()) ?? []
        const isStored = lines.some((line) => line.serialNumber === serialNumber)
        const isEvent = (await readAll(adapter)).includes(`${serialNumber} punch 7`)
        ok(
          isStored || !isEvent,
          `an event without its line is left, with a delay after ${steps} steps`,
        )
      }
    },
  },
]

// What a poll needs: the open commands of a terminal, and what a handshake makes due.
import { keyOf } from '../command.js'
import type { Promised } from '../promised.js'
import { isOnTerminal } from '../queue/state.js'
import type { CommandStorage, OpenBounds, OpenCommand } from '../queue/storage.js'
import { commandText } from './cut.js'
import { type CommandDocument, FOREVER } from './document.js'
import type { MongoCollection } from './driver.js'
import { findByIds } from './read.js'

const MEMBERS = [
  ...['serialNumber', 'commandId', 'text', 'textBytes', 'terms', 'queue'],
  ...['attemptsMade', 'attemptsLeft', 'sentAt', 'replyDueAt', 'openUntil'],
]
const PROJECTION = Object.fromEntries(MEMBERS.map((name) => [name, 1]))

/** The calls that read the queue of a terminal, and make it due. */
export function pollsOn(
  commands: MongoCollection,
): Promised<Pick<CommandStorage, 'openCommands' | 'release'>> {
  async function find(serialNumber: string, now: Date, lanes: object, limit: number) {
    const filter = { serialNumber, openUntil: { $gt: now }, ...lanes }
    const options = { sort: { queue: -1, position: 1 }, limit, projection: PROJECTION }
    return (await commands.find(filter, options).toArray()) as CommandDocument[]
  }

  return {
    async openCommands(serialNumber, now, bounds) {
      // One more than asked for shows that there are more; and the urgent one comes first.
      const size = bounds.limit + 2
      const lanes = {
        queue: { $in: ['ordinary', 'urgent'] },
        // An urgent one that was sent is never sent again.
        $or: [{ queue: 'ordinary' }, { attemptsMade: 0 }],
      }
      const found = await find(serialNumber, now, lanes, size)
      const urgent = found.find(({ queue }) => queue === 'urgent')
      let ordinary = found.filter(({ queue }) => queue === 'ordinary')
      if (found.length === size && ordinary.length <= bounds.limit) {
        ordinary = await find(serialNumber, now, { queue: 'ordinary' }, bounds.limit + 1)
      }
      const { chosen, withText } = within(ordinary, now, bounds)
      if (urgent !== undefined) withText.add(urgent)
      const whole = await wholeTexts(commands, withText)
      const shown = urgent === undefined ? chosen : [urgent, ...chosen]
      return {
        records: shown.flatMap((document) => {
          if (!withText.has(document)) return [openCommandOf(document)]
          const text = whole.get(document)
          // It was deleted meanwhile.
          return text === undefined ? [] : [{ ...openCommandOf(document), text }]
        }),
        more: chosen.length < ordinary.length,
      }
    },
    async release(serialNumber, at) {
      const waits = { serialNumber, queue: { $in: ['ordinary', 'urgent'] }, openUntil: { $gt: at } }
      const due = { ...waits, attemptsMade: { $gt: 0 } }
      const operations = [
        {
          updateMany: {
            filter: { ...due, attemptsLeft: { $lte: 0 } },
            update: { $min: { replyDueAt: at, openUntil: at, liveUntil: at } },
          },
        },
        {
          updateMany: {
            filter: { ...due, attemptsLeft: { $gt: 0 }, replyDueAt: { $gt: at } },
            update: { $set: { replyDueAt: at } },
          },
        },
      ]
      await commands.bulkWrite(operations as never[], { ordered: false })
    },
  }
}

/** Those that the bounds leave, and which of them go out with their text. */
function within(
  ordinary: readonly CommandDocument[],
  now: Date,
  { limit, maxBytes }: OpenBounds,
): { chosen: CommandDocument[]; withText: Set<CommandDocument> } {
  const chosen: CommandDocument[] = []
  const withText = new Set<CommandDocument>()
  let bytes = 0
  for (const document of ordinary.slice(0, limit)) {
    const isDue = !isOnTerminal(document, now)
    if (isDue && (document.attemptsLeft ?? 0) > 0) {
      const size = document.textBytes ?? 0
      if (withText.size > 0 && bytes + size > maxBytes) break
      bytes += size
      withText.add(document)
    }
    chosen.push(document)
  }
  return { chosen, withText }
}

/** Texts with their tails: most have none, and cost no further round trip. */
async function wholeTexts(
  commands: MongoCollection,
  documents: ReadonlySet<CommandDocument>,
): Promise<ReadonlyMap<CommandDocument, string>> {
  const isLong = ({ text = '', textBytes = 0 }: CommandDocument) => {
    return Buffer.byteLength(text) < textBytes
  }
  const idOf = ({ serialNumber, commandId }: CommandDocument) => keyOf(serialNumber, commandId)
  const long = [...documents].filter(isLong)
  const tails = new Map<string, string>()
  if (long.length > 0) {
    const further = { textMore: 1, textTail: 1 }
    const found = await findByIds<CommandDocument>(commands, long.map(idOf), further)
    for (const { _id, ...pieces } of found) tails.set(_id, commandText(pieces))
  }
  const whole = new Map<CommandDocument, string>()
  for (const document of documents) {
    const { text = '' } = document
    const tail = isLong(document) ? tails.get(idOf(document)) : ''
    if (tail !== undefined) whole.set(document, text + tail)
  }
  return whole
}

function openCommandOf({
  serialNumber,
  commandId,
  terms,
  attemptsMade,
  sentAt,
  replyDueAt,
  openUntil = FOREVER,
}: CommandDocument): OpenCommand {
  if (terms === undefined) throw new TypeError('mongoAdapter: a queued command has no terms')
  return {
    serialNumber,
    commandId,
    terms,
    attemptsMade,
    ...(sentAt !== undefined && { sentAt }),
    ...(replyDueAt !== undefined && { replyDueAt }),
    ...(openUntil < FOREVER && { openUntil }),
  }
}

// Replies: stored, found, and listed for people.
import { type IssuedCommand, keyOf } from '../command.js'
import { checkFilter } from '../filter.js'
import { nextPlace } from '../place.js'
import type { Promised } from '../promised.js'
import { type Family, type FamilyOfTerminal, OUTCOMES } from '../reply/outcome.js'
import type { ReplyStorage } from '../reply/storage.js'
import { bytePieces } from './cut.js'
import { type CommandDocument, commandOf } from './document.js'
import type { Collections } from './driver.js'
import { CURSOR, exactly, findByIds, newest, type Order, pageOf, stretch } from './read.js'
import { digestOf, type ReplyDocument, shownReply } from './reply-document.js'
import { SEEN, type Seen } from './seen.js'
import { settlingOn } from './settle.js'
import type { Unlogged } from './unlogged.js'
import { keepNew } from './write.js'

/** The calls that store replies. */
export type ReplyCalls<Issued extends IssuedCommand> = Promised<
  Omit<ReplyStorage<Issued>, 'findCommand'>
>

const REPLIED: Order = { time: 'reply.receivedAt', place: 'reply.place' }
const RECEIVED: Order = { time: 'receivedAt', place: 'place' }
const TEXT = { text: 1, textMore: 1, textTail: 1 }
const COMMAND = { serialNumber: 1, commandId: 1, ...TEXT, members: 1 }
const KEPT = Object.fromEntries(
  ['returnCode', 'rows', 'commandName', 'outcome', 'meaning', 'receivedAt', 'place'].map((name) => [
    `reply.${name}`,
    1,
  ]),
)

interface LineDocument {
  _id: string
  serialNumber: string
  receivedAt: Date
  place: string
  size: number
  raw: Buffer
  rawTail?: Buffer
}

/** Stores replies, and lists them. */
export function repliesOn<Issued extends IssuedCommand>(
  { commands, unparsed }: Collections,
  family: Family | FamilyOfTerminal,
  seen: Seen,
  log?: Unlogged,
): ReplyCalls<Issued> {
  const onReplies = settlingOn<Issued>(commands, family, seen, log)
  return {
    async findCommands(serialNumber, ids) {
      const keys = ids.map((id) => keyOf(serialNumber, id))
      const projection = { ...COMMAND, ...SEEN }
      const found = await findByIds<CommandDocument<Issued>>(commands, keys, projection)
      for (const document of found) seen.note(document)
      return found.flatMap((document) => commandOf(document) ?? [])
    },
    async onReply(reply, command) {
      return (await onReplies([{ reply, command }]))[0] ?? 'kept'
    },
    onReplies,
    async onUnparsed(lines, serialNumber) {
      const receivedAt = new Date()
      const documents = lines.map((line): LineDocument => {
        const _id = keyOf(serialNumber, digestOf(line))
        const place = nextPlace()
        return { _id, serialNumber, receivedAt, place, size: line.length, ...bytePieces(line) }
      })
      await keepNew(unparsed, [...new Map(documents.map((each) => [each._id, each])).values()])
    },
    async listReplies(given) {
      const filter = checkFilter('replies', given, CURSOR)
      const { serialNumber, outcome, limit } = filter
      const asked = {
        ...exactly({ serialNumber }),
        'reply.outcome': { $in: outcome === undefined ? OUTCOMES : [outcome] },
        ...stretch(REPLIED, filter),
      }
      const projection = { serialNumber: 1, commandId: 1, ...KEPT }
      const found = await newest<Answered>(commands, asked, REPLIED, limit, projection)
      const placeOf = ({ reply }: Answered) => [reply.receivedAt, reply.place] as const
      return pageOf(found, limit, placeOf, ({ serialNumber: of, commandId, reply }) => ({
        serialNumber: of,
        commandId,
        ...shownReply(reply),
        receivedAt: reply.receivedAt,
      }))
    },
    async listUnparsed(given) {
      const filter = checkFilter('unparsed', given, CURSOR)
      const { serialNumber, limit } = filter
      const asked = { ...exactly({ serialNumber }), ...stretch(RECEIVED, filter) }
      const projection = { serialNumber: 1, receivedAt: 1, place: 1, size: 1, raw: 1 }
      const found = await newest<LineDocument>(unparsed, asked, RECEIVED, limit, projection)
      const placeOf = ({ receivedAt, place }: LineDocument) => [receivedAt, place] as const
      return pageOf(found, limit, placeOf, ({ serialNumber: of, receivedAt, size, raw }) => {
        return { serialNumber: of, receivedAt, size, raw }
      })
    },
  }
}

interface Answered {
  serialNumber: string
  commandId: string
  reply: ReplyDocument
}

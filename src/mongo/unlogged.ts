// What is stored and has no event yet: marked when it is stored, and logged by whoever comes first. That
// is the call that stored it, the same thing sent again, or later a reader.
import { keyOf } from '../command.js'
import { closingTexts, replyTexts, uploadTexts } from '../events/entry.js'
import type { Cancellation } from '../queue/storage.js'
import { isForgotten } from '../upload/forgotten.js'
import type { Upload, UploadRecord } from '../upload/upload.js'
import { joined } from './cut.js'
import type { CommandDocument } from './document.js'
import type { Collections, MongoCollection } from './driver.js'
import { EventWriter } from './event.js'
import { UNLOGGED, unloggedIn, unmark } from './mark.js'
import { findByIds } from './read.js'
import { type ReplyDocument, replyOf } from './reply-document.js'
import { forgottenBefore } from './retention.js'
import type { LineDocument } from './upload.js'

// A writer that is slower is logged twice.
const PATIENCE = 10_000
const BETWEEN_REPAIRS = 10_000
const AT_ONCE = 20

// What an event shows of a reply, without its bytes.
const SHOWN = ['returnCode', 'rows', 'commandName', 'outcome', 'meaning'] as const
const KEPT = [...SHOWN, 'fields', 'fieldsTail', 'token', 'receivedAt', 'unlogged'] as const
const REPLIED: object = {
  serialNumber: 1,
  commandId: 1,
  ...Object.fromEntries(KEPT.map((name) => [`reply.${name}`, 1])),
}

/** Logs what was stored, and what a process that died left. */
export class Unlogged {
  readonly #collections: Collections
  readonly #writer: EventWriter
  #repairedAt = Number.NEGATIVE_INFINITY
  /** Marks on their way out: they aren't awaited, since what stays marked is only logged twice. */
  readonly #unmarking = new Set<Promise<unknown>>()

  constructor(collections: Collections) {
    this.#collections = collections
    this.#writer = new EventWriter(collections.events)
  }

  /** The place that an upload will probably take. */
  nextPlace(serialNumber: string): Promise<number> {
    return this.#writer.nextPlace(serialNumber)
  }

  /**
   * Logs the lines of an upload that were new, and those that came before and have no event.
   *
   * @param lines all of its lines by their keys, in its order
   * @param fresh the keys of those that were new
   */
  async upload(
    upload: Upload,
    lines: ReadonlyMap<string, UploadRecord | Buffer>,
    fresh: ReadonlySet<string>,
    { forgotten, next }: { forgotten: Date | undefined; next: number },
  ): Promise<void> {
    const { attendance, uploads } = this.#collections
    const repeated = [...lines.keys()].filter((key) => !fresh.has(key))
    const left = repeated.length === 0 ? [] : await this.#unloggedAmong(repeated)
    const due = new Set([...fresh, ...left])
    const told = [...lines].flatMap(([key, line]) => {
      const isOld = !Buffer.isBuffer(line) && isForgotten(line, forgotten)
      return due.has(key) && !isOld ? [line] : []
    })
    const { serialNumber, receivedAt } = upload
    await this.#writer.append(serialNumber, receivedAt, uploadTexts(upload, told), next)
    const isAttendance = (key: string) => {
      const line = lines.get(key)
      return line !== undefined && !Buffer.isBuffer(line) && line.kind === 'attendance'
    }
    const keys = [...due]
    this.#unmark(attendance, keys.filter(isAttendance))
    this.#unmark(
      uploads,
      keys.filter((key) => !isAttendance(key)),
    )
  }

  async #unloggedAmong(ids: readonly string[]): Promise<string[]> {
    await Promise.all(this.#unmarking)
    const { attendance, uploads } = this.#collections
    const found = await Promise.all([attendance, uploads].map((each) => unloggedIn(each, ids)))
    return found.flat()
  }

  #unmark(collection: MongoCollection, ids: readonly string[]): void {
    const done: Promise<unknown> = unmark(collection, ids)
      .catch(() => {})
      .finally(() => this.#unmarking.delete(done))
    this.#unmarking.add(done)
  }

  /** Logs replies: those that were stored, and those that came before and have no event. */
  async replies(ids: readonly string[]): Promise<void> {
    const { commands } = this.#collections
    const found = await findByIds<Replied>(commands, ids, REPLIED)
    const byId = new Map(found.map((document) => [document._id, document]))
    await this.#logReplies(ids.flatMap((id) => byId.get(id) ?? []))
  }

  /** Logs commands that a call closed. */
  async closed(
    serialNumber: string,
    ids: readonly string[],
    { at, reason, token }: Cancellation & { token: string },
  ): Promise<void> {
    await this.#writer.append(serialNumber, at, closingTexts(ids, at, reason))
    // By their ids: the call may have closed others, and a late reply takes `queueKey` out.
    const _id = { $in: ids.map((id) => keyOf(serialNumber, id)) }
    const own = { _id, 'cancelled.token': token }
    await this.#collections.commands.updateMany(own, { $unset: { 'cancelled.unlogged': '' } })
  }

  /** Logs what processes that died have left, now and then. */
  async repair(): Promise<void> {
    if (performance.now() - this.#repairedAt < BETWEEN_REPAIRS) return
    this.#repairedAt = performance.now()
    const { attendance, uploads, commands, retention } = this.#collections
    const before = new Date(Date.now() - PATIENCE)
    const options = { limit: AT_ONCE }
    const forgotten = await forgottenBefore(retention)
    for (const collection of [attendance, uploads]) {
      const filter = { ...UNLOGGED, receivedAt: { $lt: before } }
      const places = { ...options, projection: { place: 1 } }
      const left = (await collection.find(filter, places).toArray()) as LineDocument[]
      left.sort((one, other) => (one.place < other.place ? -1 : 1))
      // One at a time: each may have megabytes.
      for (const { _id } of left) {
        const document = (await collection.findOne({ _id })) as LineDocument | null
        if (document !== null) await this.#logLine(document, forgotten)
      }
      await unmark(
        collection,
        left.map(({ _id }) => _id),
      )
      if (left.length === AT_ONCE) this.#repairedAt = Number.NEGATIVE_INFINITY
    }
    const replied = { 'reply.unlogged': 1, 'reply.receivedAt': { $lt: before } }
    const answered = { ...options, projection: { _id: 1 } }
    const replies = (await commands.find(replied, answered).toArray()) as Replied[]
    // One at a time: the fields of each may have megabytes.
    for (const { _id } of replies) await this.replies([_id])
    const closed = { 'cancelled.unlogged': 1, 'cancelled.at': { $lt: before } }
    const which = { ...options, projection: { serialNumber: 1, commandId: 1, cancelled: 1 } }
    const ended = (await commands.find(closed, which).toArray()) as CommandDocument[]
    for (const { serialNumber, commandId, cancelled } of ended) {
      if (cancelled !== undefined) await this.closed(serialNumber, [commandId], cancelled)
    }
  }

  async #logReplies(documents: readonly Replied[]): Promise<void> {
    const { commands } = this.#collections
    const due = documents.filter(({ reply }) => reply?.unlogged === 1)
    for (const { _id, serialNumber, commandId, reply } of due) {
      const told = replyOf(serialNumber, commandId, reply)
      const texts = replyTexts([[told, reply]], reply.receivedAt)
      await this.#writer.append(serialNumber, reply.receivedAt, texts)
      const own = { _id, 'reply.token': reply.token }
      await commands.updateOne(own, { $unset: { 'reply.unlogged': '' } })
    }
  }

  async #logLine(document: LineDocument, forgotten: Date | undefined): Promise<void> {
    const { serialNumber, receivedAt, type } = document
    const line = lineOf(document)
    if (!Buffer.isBuffer(line) && isForgotten(line, forgotten)) return
    const body = Buffer.alloc(0)
    const about = { serialNumber, receivedAt, table: type, query: {}, body }
    const texts = uploadTexts({ ...about, records: [], unparsed: [] }, [line])
    await this.#writer.append(serialNumber, receivedAt, texts)
  }
}

type Replied = Pick<CommandDocument, '_id' | 'serialNumber' | 'commandId'> & {
  reply: ReplyDocument
}

function lineOf(document: LineDocument): UploadRecord | Buffer {
  const raw = joined(document)
  if (document.kind === 'unparsed') return raw
  const { fields = [], columns } = document
  const pairs = Object.fromEntries(fields.map(({ key, value }) => [key, value]))
  return { ...document, ...columns, fields: pairs, raw } as unknown as UploadRecord
}

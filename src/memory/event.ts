// The log of events in memory.
import { randomBytes } from 'node:crypto'
import { closingTexts, replyTexts, uploadTexts, withoutPerson } from '../events/entry.js'
import { SHARDS, shardOf } from '../events/shard.js'
import type { EventEntry, EventStorage } from '../events/storage.js'
import type { ForgottenPerson } from '../kept.js'
import type { Cancellation } from '../queue/storage.js'
import type { Outcome } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { Upload, UploadRecord } from '../upload/upload.js'

interface Logged extends EventEntry {
  at: number
}

/** What was stored, in its order. */
export class EventMemory {
  readonly #id = randomBytes(9).toString('base64url')
  readonly #parts: Logged[][] = Array.from({ length: SHARDS }, () => [])

  upload(upload: Upload, fresh: readonly (UploadRecord | Buffer)[]): void {
    this.#add(upload.serialNumber, upload.receivedAt, uploadTexts(upload, fresh))
  }

  reply(reply: CommandReply, outcome: Outcome, at: Date): void {
    this.#add(reply.serialNumber, at, replyTexts([[reply, outcome]], at))
  }

  closed(
    serialNumber: string,
    commandIds: readonly string[],
    at: Date,
    reason: Cancellation['reason'],
  ): void {
    this.#add(serialNumber, at, closingTexts(commandIds, at, reason))
  }

  /** Deletes the oldest entries, and empties the last one of a part instead. */
  forget(before: Date): void {
    for (const part of this.#parts) {
      const kept = part.findIndex(({ at }) => at >= before.getTime())
      part.splice(0, kept === -1 ? part.length - 1 : kept)
      if (kept === -1) for (const last of part) last.text = ''
    }
  }

  forgetPerson({ pin, serialNumbers }: ForgottenPerson): void {
    const own = new Set(serialNumbers)
    for (const entry of this.#parts.flat()) {
      if (own.has(entry.serialNumber)) entry.text = withoutPerson(entry.text, pin)
    }
  }

  calls(): EventStorage {
    return {
      eventLog: () => ({
        id: this.#id,
        parts: this.#parts.map((part) => {
          const [lowest] = part
          const first = (lowest?.place ?? 1) + (lowest?.text === '' ? 1 : 0)
          return { first, last: part.at(-1)?.place ?? 0 }
        }),
      }),
      readEvents: (after, limit) => {
        return after.flatMap(({ shard, place }) => {
          const part = this.#parts[shard] ?? []
          const start = Math.max(place + 1 - (part[0]?.place ?? 1), 0)
          return part.slice(start, start + limit).map(({ at: _, ...entry }) => entry)
        })
      },
    }
  }

  #add(serialNumber: string, at: Date, texts: readonly string[]): void {
    const shard = shardOf(serialNumber)
    const part = this.#parts[shard] as Logged[]
    for (const text of texts) {
      const place = (part.at(-1)?.place ?? 0) + 1
      part.push({ shard, place, serialNumber, at: at.getTime(), text })
    }
  }
}

// How the cases on events read them, and what is compared of them.
import { fail } from 'node:assert/strict'
import type { TerminalEvent } from '../../events/event.js'
import { events } from '../../events/reader.js'
import type { EventStorage } from '../../events/storage.js'
import type { RetentionStorage } from '../../kept.js'
import type { CommandStorage } from '../../queue/storage.js'
import type { ReplyStorage } from '../../reply/storage.js'
import type { UploadStorage } from '../../upload/storage.js'
import type { Case, ContractSubject } from '../subject.js'

/** An adapter that keeps events. */
export type EventAdapter = ReplyStorage & UploadStorage & EventStorage

/** A subject whose adapter keeps events, and may do more. */
export interface EventSubject extends ContractSubject {
  adapter: EventAdapter & Partial<CommandStorage & RetentionStorage>
}

/** A case on events. */
export type EventCase = Case<EventSubject>

/** A reader that keeps its cursor, as an app does. */
export class Reader {
  readonly #adapter: EventAdapter
  readonly seen: string[] = []
  cursor: string | undefined

  constructor(adapter: EventAdapter, cursor?: string) {
    this.#adapter = adapter
    this.cursor = cursor
  }

  /** Reads to the end, and returns what was new, in words. */
  async readOn(): Promise<string[]> {
    const found: string[] = []
    const options = { live: false, ...(this.cursor !== undefined && { after: this.cursor }) }
    try {
      for await (const event of events(this.#adapter, options)) {
        this.cursor = event.cursor
        found.push(wordsOf(event))
      }
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      if (code === undefined) throw error
      fail(`a reader got ${code}: ${message}`)
    }
    this.seen.push(...found)
    return found
  }
}

/** Reads all that there is, in words. */
export async function readAll(adapter: EventAdapter): Promise<string[]> {
  return new Reader(adapter).readOn()
}

function wordsOf(event: TerminalEvent): string {
  const { serialNumber } = event
  switch (event.type) {
    case 'punch':
      return `${serialNumber} punch ${event.punch.pin}`
    case 'decision':
      return `${serialNumber} ${event.verdict} ${event.punch.pin}`
    case 'template':
      return `${serialNumber} template ${event.pin} ${event.biometric} ${event.no}`
    case 'upload':
      return `${serialNumber} ${event.upload.type} ${event.upload.raw.toString('latin1')}`
    case 'reply':
      return `${serialNumber} reply ${event.reply.commandId} ${event.reply.outcome}`
    case 'closed':
      return `${serialNumber} ${event.reason} ${event.commandId}`
  }
}

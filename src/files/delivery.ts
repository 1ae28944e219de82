// An offered file on its way to its terminal: how far it has come, for storage and for the channel.
import type { Pieces } from '../endpoint/answer.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { OpenPart } from './open.js'
import type { FileOffer, OfferStorage } from './storage.js'

/**
 * A part of an offered file that was sent, as published on the channel `express-iclock:file`: after
 * each megabyte, and at its end.
 */
export interface FileEvent {
  serialNumber: string
  /** The name of the file. */
  name: string
  /** How many bytes it has. */
  size: number
  /** The first byte of this request. */
  from: number
  /** The byte after the last one that was sent of it so far. */
  to: number
  /** Whether this request is over: everything it asked for was sent, or its connection was closed. */
  isOver: boolean
}

/** What a delivery needs to know. */
export interface Delivered {
  offer: FileOffer
  adapter: Pick<OfferStorage, 'noteServed'>
  part: OpenPart
  /** Reads what is sent: the bytes of the part, or their base64. */
  read(): Promise<Uint8Array | undefined>
  /** The byte of the file at which it begins, and the one after its end. */
  from: number
  end: number
  /** How many bytes of the file these bytes that were sent are. */
  scale(sent: number): number
  onError(error: unknown): void
}

const NOTED_EVERY = 1024 * 1024

/** Sends a part. */
export class Delivery implements Pieces {
  readonly #what: Delivered
  #sent = 0
  #noted = 0
  #noting: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(what: Delivered) {
    this.#what = what
  }

  async read(): Promise<Uint8Array | undefined> {
    // What was read before is on its way.
    if (this.#sent - this.#noted >= NOTED_EVERY) this.#note(this.#to)
    try {
      const piece = await this.#what.read()
      this.#sent += piece?.length ?? 0
      return piece
    } catch (error) {
      // Closed streams fail, too.
      if (!this.#isOver) this.#what.onError(error)
      this.close(false)
      throw error
    }
  }

  close(isSent: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#what.part.close()
    this.#note(isSent ? this.#what.end : this.#to)
  }

  // The end is sent once the connection says so.
  get #to(): number {
    const { from, end, scale } = this.#what
    return Math.min(from + scale(this.#sent), end - 1)
  }

  #note(to: number): void {
    const { offer, adapter, from, onError } = this.#what
    const { serialNumber, name, size, token } = offer
    this.#noted = this.#sent
    if (CHANNELS.file.hasSubscribers) {
      const isOver = this.#isOver
      CHANNELS.file.publish({ serialNumber, name, size, from, to, isOver } satisfies FileEvent)
    }
    if (to <= from) return
    const part = { from, to, at: new Date() }
    // One after another: storage that is slow is not asked twice at once.
    this.#noting = this.#noting.then(() => adapter.noteServed(token, part)).catch(onError)
  }
}

// Asks storage for a command with growing pauses, and immediately when this process learns of a
// change.
import { type IssuedCommand, keyOf } from '../command.js'
import { listenFor } from '../news.js'
import { type SettlingStorage, settledSummaries } from './settled.js'
import { OPEN_STATES, stateOfSummary } from './state.js'
import type { CommandIdentity } from './storage.js'

const FIRST_PAUSE = 100
const LONGEST_PAUSE = 3000

/** One wait for the end of a command. */
export class Watch<Issued extends IssuedCommand> {
  readonly #adapter: SettlingStorage<Issued>
  readonly #identity: CommandIdentity
  readonly #stopListening: () => void
  #hasNews = false
  #hasEnded = false
  #pause = FIRST_PAUSE
  #timer: NodeJS.Timeout | undefined
  #wake: () => void = () => {}

  constructor(adapter: SettlingStorage<Issued>, identity: CommandIdentity) {
    this.#adapter = adapter
    this.#identity = identity
    this.#stopListening = listenFor(identity.serialNumber, identity.commandId, () => {
      this.#hasNews = true
      this.#wake()
    })
  }

  /**
   * Waits until the command is no longer open, or storage doesn't know it, and reads its state.
   *
   * @param read called with the moment at which that was so; returns undefined if it no longer is
   * @returns undefined if the watch was ended before
   */
  async run<Result>(read: (at: Date) => Promise<Result | undefined>): Promise<Result | undefined> {
    const { serialNumber, commandId } = this.#identity
    while (!this.#hasEnded) {
      this.#hasNews = false
      const settled = await settledSummaries(this.#adapter, [this.#identity])
      const { summary, at = new Date() } = settled.get(keyOf(serialNumber, commandId)) ?? {}
      // Families disagree on how a command ended, not on whether it did.
      const isOpen = summary && OPEN_STATES.includes(stateOfSummary(summary, at, 'attendance'))
      const result = isOpen ? undefined : await read(at)
      if (result !== undefined) return result
      await this.#wait()
      this.#pause = Math.min(this.#pause * 1.5, LONGEST_PAUSE)
    }
    return undefined
  }

  /** Ends the wait. */
  end(): void {
    this.#hasEnded = true
    this.#stopListening()
    clearTimeout(this.#timer)
    this.#wake()
  }

  async #wait(): Promise<void> {
    // News that came while storage was being asked may be newer than its answer.
    if (this.#hasNews || this.#hasEnded) return
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      this.#timer = setTimeout(resolve, this.#pause)
    })
    clearTimeout(this.#timer)
  }
}

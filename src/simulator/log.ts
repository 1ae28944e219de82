// A terminal's attendance records, and which of them the server has accepted.

/** A record as it is uploaded, and its time as old firmware counts it. */
export interface LogEntry {
  line: string
  time: string
  timeCode: number
}

const MAX_LINES = 150
const MAX_BYTES = 64 * 1024

/** The attendance memory of a terminal. */
export class AttendanceLog {
  readonly #entries: LogEntry[] = []
  #sent = 0
  #batchSize = MAX_LINES
  #turn: Promise<unknown> = Promise.resolve()

  get size(): number {
    return this.#entries.length
  }

  /** How many records the server has not accepted yet. */
  get unsent(): number {
    return this.#entries.length - this.#sent
  }

  add(entry: LogEntry): void {
    this.#entries.push(entry)
  }

  /** The next records to upload: at most 150 lines and 64 kB, fewer after a failure. */
  nextBatch(): LogEntry[] {
    const batch: LogEntry[] = []
    let bytes = 0
    for (const entry of this.#entries.slice(this.#sent, this.#sent + this.#batchSize)) {
      bytes += Buffer.byteLength(entry.line)
      if (bytes > MAX_BYTES && batch.length > 0) break
      batch.push(entry)
    }
    return batch
  }

  markSent(count: number): void {
    this.#sent += count
    this.#batchSize = Math.min(MAX_LINES, this.#batchSize * 2)
  }

  /** Firmware tries again with smaller batches. */
  shrinkBatches(): void {
    this.#batchSize = Math.max(1, this.#batchSize >> 1)
  }

  /** Sends again what is newer than this, or everything if it lies in the future. */
  rewind(since: number, now: number): void {
    const first = this.#entries.findIndex(({ timeCode }) => timeCode > since)
    if (since > now) this.#sent = 0
    else this.#sent = first === -1 ? this.#entries.length : first
  }

  /** Allows one upload at a time. */
  takeTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }
}

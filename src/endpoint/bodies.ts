// The bodies that are in work at the same time: received, parsed and stored in bounded memory.
import { type OptionNames, wrong } from '../check.js'
import type { Awaitable } from './deadline.js'
import { sizeOf } from './options.js'
import { busyError, Pool, type Share } from './pool.js'
import type { TerminalRequest } from './request.js'

/** The options of every endpoint that takes large bodies. */
export interface CapacityOptions {
  /**
   * How many bytes of bodies may be in work at the same time, as a number or as text that `bytes`
   * reads: `'16mb'` by default, or four times the largest `limit` if that is more, which is the
   * least. Further bodies wait up to `timeout`, and are then answered 503 `BUSY`. One terminal may
   * have a quarter of it; bodies up to 64 kB always pass.
   */
  capacity?: number | string
}

/** The names of the options of every endpoint that takes large bodies. */
export const CAPACITY_OPTIONS: OptionNames<CapacityOptions> = { capacity: true }

const USUAL = 16 * 1024 * 1024
/** How many bytes pass without a share. */
export const SMALL: number = 64 * 1024
// How much larger the objects of the bodies may be.
const EXPANSION = 4
// How much larger joined packets may be: four of the largest results by default.
const JOINED = 16
const FEW_OBJECTS = 2 * 1024 * 1024
const LONGEST_TRANSFER = 10_000

/** The bodies in work of one process; endpoints that share it share its capacity. */
export class Bodies {
  readonly #capacity: number | undefined
  readonly #patience: number
  #least = 0
  #bytes = new Pool(0)
  #objects = new Pool(0)
  #joined = new Pool(0)

  /** @throws TypeError if `capacity` is not a size */
  constructor({ capacity, timeout = 10_000 }: CapacityOptions & { timeout?: number }) {
    this.#capacity = capacity === undefined ? undefined : sizeOf('capacity', capacity)
    this.#patience = timeout
  }

  /**
   * Makes space for bodies of an endpoint, before any has come.
   *
   * @throws TypeError if `capacity` is less than four times this limit
   */
  allow(limit: number): void {
    this.#least = Math.max(this.#least, 4 * limit)
    const total = this.#capacity ?? Math.max(USUAL, this.#least)
    if (total < this.#least) {
      throw wrong('capacity', total, `${this.#least} bytes or more: four times the largest limit`)
    }
    this.#bytes = new Pool(total)
    this.#objects = new Pool(total * EXPANSION)
    this.#joined = new Pool(total * JOINED)
  }

  /**
   * Reads a body as soon as there is space for it, and counts it as in work until `use` has settled.
   *
   * @throws IclockError `BUSY` if there is no space within the timeout, or if it was not whole within
   *   the timeout and others need its space; the errors of reading it
   */
  receive<Result>(
    serialNumber: string,
    request: TerminalRequest,
    limit: number,
    use: (body: Buffer) => Awaitable<Result>,
  ): Promise<Result> {
    const { size = limit } = request
    // One that is too large is refused unread.
    if (size <= SMALL || size > limit) return request.body(limit).then(use)
    return this.#share(this.#bytes, serialNumber, size, async (share) => {
      return use(await this.#whole(share, () => request.body(limit)))
    })
  }

  /**
   * Calls `work`, which makes objects of a body, as soon as there is space for them.
   *
   * @param amount how many bytes the objects may take
   * @throws IclockError `BUSY` if there is no space within the timeout
   */
  hold<Result>(
    serialNumber: string,
    amount: number,
    work: () => Awaitable<Result>,
  ): Awaitable<Result> {
    if (amount <= FEW_OBJECTS) return work()
    return this.#share(this.#objects, serialNumber, amount, work)
  }

  /**
   * Calls `work`, which joins packets, as soon as there is space for them. It may be called within
   * `receive`, and may itself call `hold`; never the other way around, so that none wait for each
   * other.
   *
   * @param bytes how many bytes the packets have together
   * @throws IclockError `BUSY` if there is no space within the timeout
   */
  join<Result>(
    serialNumber: string,
    bytes: number,
    work: () => Awaitable<Result>,
  ): Promise<Result> {
    return this.#share(this.#joined, serialNumber, bytes, work)
  }

  async #share<Result>(
    pool: Pool,
    serialNumber: string,
    amount: number,
    work: (share: Share) => Awaitable<Result>,
  ): Promise<Result> {
    const share = await pool.take(serialNumber, amount, this.#patience)
    try {
      return await work(share)
    } finally {
      pool.release(share)
    }
  }

  // A terminal on a slow line may take its time, unless others wait for the space.
  #whole(share: Share, read: () => Promise<Buffer>): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const slowAfter = this.#patience === 0 ? LONGEST_TRANSFER : this.#patience
      const timer = setTimeout(() => this.#bytes.offer(share), slowAfter)
      share.onRevoked = () => reject(busyError())
      const settle = () => {
        clearTimeout(timer)
        this.#bytes.keep(share)
      }
      read().finally(settle).then(resolve, reject)
    })
  }
}

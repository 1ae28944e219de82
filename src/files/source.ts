// What the app opens, read piece by piece: it must have exactly the bytes that were asked for.
import { describe } from '../check.js'
import { Deadline } from '../endpoint/deadline.js'

/** The bytes of a part of a file: at once, or as a stream of Node, of the web, or an async iterable. */
export type FileSource = Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>

interface Reader {
  next(): PromiseLike<{ done?: boolean | undefined; value?: unknown }>
  close(): unknown
}

/** Reads a source. */
export class SourceReader {
  readonly #reader: Reader
  readonly #length: number
  readonly #timeout: number
  #left: number
  #isClosed = false

  /** @throws TypeError if the source is none, or is known to have another length */
  constructor(source: unknown, length: number, timeout: number) {
    this.#reader = readerOf(source)
    this.#length = length
    this.#timeout = timeout
    this.#left = length
    if (source instanceof Uint8Array && source.length !== length) throw this.#wrong(source.length)
  }

  /**
   * The next bytes; undefined at the end. The last ones come only once the source has ended, so that
   * a file that is longer than it should be is never taken for whole.
   */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#left === 0) return undefined
    const piece = await this.#next()
    if (piece === undefined) throw this.#wrong(this.#length - this.#left)
    if (piece.length > this.#left) throw this.#wrong('more')
    this.#left -= piece.length
    if (this.#left === 0 && (await this.#next()) !== undefined) throw this.#wrong('more')
    return piece
  }

  /** Ends the source, whatever it does. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    new Promise((resolve) => resolve(this.#reader.close())).catch(() => {})
  }

  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const deadline = new Deadline(this.#timeout, 'the file that option "openFile" opened')
      try {
        const { done, value } = await deadline.wait(this.#reader.next())
        if (done) return undefined
        if (!(value instanceof Uint8Array)) {
          throw new TypeError(
            `express-iclock: option "openFile" opened a stream of ${describe(value)}; expected bytes`,
          )
        }
        if (value.length > 0) return value
      } finally {
        deadline.end()
      }
    }
  }

  #wrong(came: number | 'more'): Error {
    return new Error(
      `express-iclock: option "openFile" opened ${came} bytes; expected ${this.#length}, from start to end (included). ` +
        'Has the file changed since it was offered?',
    )
  }
}

function readerOf(source: unknown): Reader {
  if (source instanceof Uint8Array) {
    const all = [source][Symbol.iterator]()
    return { next: async () => all.next(), close() {} }
  }
  const { getReader, destroy, on } = Object(source) as Record<string, unknown>
  if (typeof getReader === 'function') {
    const reader = (source as ReadableStream<Uint8Array>).getReader()
    return { next: () => reader.read(), close: () => reader.cancel() }
  }
  const iterable = Object(source) as Partial<AsyncIterable<Uint8Array>>
  const iterator = iterable[Symbol.asyncIterator]?.()
  if (iterator === undefined) {
    throw new TypeError(
      `express-iclock: option "openFile" returned ${describe(source)}; expected bytes, a stream or an async iterable`,
    )
  }
  // Once it was read or closed, nobody else listens, and an error would end the process.
  if (typeof on === 'function') on.call(source, 'error', () => {})
  return {
    next: () => iterator.next(),
    // The iterator of a stream would wait for its next bytes first.
    close: () => (typeof destroy === 'function' ? destroy.call(source) : iterator.return?.()),
  }
}

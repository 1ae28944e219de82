// The app opens a part of an offered file.
import type { Awaitable } from '../endpoint/deadline.js'
import { Deadline } from '../endpoint/deadline.js'
import { type FileSource, SourceReader } from './source.js'
import type { FileOffer } from './storage.js'

/** The part of a file to open; `createReadStream(path, range)` takes it as it is. */
export interface FileRange {
  /** The first byte, from 0. */
  start: number
  /** The last byte, which is part of it. */
  end: number
  /** Aborted once the terminal has all of it, or has gone. */
  signal: AbortSignal
}

/** Opens a part of an offered file, in whatever process the terminal asks. */
export type OpenFile = (offer: FileOffer, range: FileRange) => Awaitable<FileSource>

/** A part of a file that is open. Its first bytes were read. */
export interface OpenPart {
  read(): Promise<Uint8Array | undefined>
  close(): void
}

/**
 * Opens a part of a file, and reads its first bytes, so that a file that can't be read is an error
 * before anything was answered.
 *
 * @param timeout how long each step may take, in milliseconds
 */
export async function openPart(
  openFile: OpenFile,
  offer: FileOffer,
  { first, last }: { first: number; last: number },
  timeout: number,
): Promise<OpenPart> {
  const over = new AbortController()
  const { signal } = over
  const deadline = new Deadline(timeout, 'option "openFile"')
  const opening = Promise.resolve(openFile(offer, { start: first, end: last, signal }))
  const opened = opening.then((source) => new SourceReader(source, last - first + 1, timeout))
  const close = () => {
    over.abort()
    // It may open after the time is over.
    opened.then((reader) => reader.close()).catch(() => {})
  }
  try {
    const reader = await deadline.wait(opened)
    let begin = await reader.read()
    return {
      close,
      async read() {
        const piece = begin ?? (await reader.read())
        begin = undefined
        return piece
      },
    }
  } catch (error) {
    close()
    throw error
  } finally {
    deadline.end()
  }
}

// Fetches an offered file in pieces (PUSH manuals, "UPGRADE" and "PutFile"), and goes on where it broke off.
import { checkCounts, checkDelays, wrong } from './check.js'
import type { Exchange } from './exchange.js'
import { rest } from './pace.js'
import { isFinal } from './refusal.js'
import { ask, type Session } from './session.js'

/** A file to fetch, as a command names it. */
export interface FileToFetch {
  /** Its URL, relative to `/iclock/`. */
  url: string
  /** How many bytes there are of it. */
  size: number
}

/** How to fetch a file. */
export interface DownloadOptions {
  /** How many bytes it asks for at a time; a megabyte by default. */
  pieceSize?: number
  /** Whether it asks at the address itself (default), or gives it to `file`. */
  through?: 'address' | 'file'
  /** When it gives up on a server that sends nothing more, in ms. */
  giveUpAfter?: number
}

/** What a terminal has of a file. */
export interface Download {
  /** Its beginning, or all of it. */
  bytes: Buffer
  /** Whether it is all of it. */
  isWhole: boolean
  /** The exchanges of this call. */
  exchanges: Exchange[]
}

const PIECE = 1024 * 1024

/** Fetches what a terminal doesn't have yet of a file; never rejects because of the server. */
export async function download(
  session: Session,
  { url, size }: FileToFetch,
  options: DownloadOptions = {},
): Promise<Download> {
  const { pieceSize = PIECE, giveUpAfter = session.identity.giveUpAfter } = options
  if (typeof url !== 'string' || url === '') throw wrong('url', url, 'the URL of an offer')
  checkCounts({ size, pieceSize }, ['size', 'pieceSize'], 1)
  checkDelays({ giveUpAfter }, ['giveUpAfter'])
  const { downloads, identity, power } = session
  const { signal } = power
  const pieces = downloads.get(url) ?? []
  downloads.set(url, pieces)
  const exchanges: Exchange[] = []
  let have = pieces.reduce((sum, { length }) => sum + length, 0)
  let goodAt = performance.now()
  while (have < size && !signal.aborted && performance.now() - goodAt < giveUpAfter) {
    const part = { first: have, last: Math.min(have + pieceSize, size) - 1 }
    const exchange = await askForPart(session, url, part, options)
    exchanges.push(exchange)
    const piece = pieceIn(exchange, part)
    if (piece.length > 0) {
      pieces.push(piece)
      have += piece.length
      goodAt = performance.now()
    }
    if (isFinal(exchange.status)) break
    if (!exchange.accepted) await rest(identity.pause, [signal])
  }
  return { bytes: Buffer.concat(pieces), isWhole: have === size, exchanges }
}

interface Part {
  first: number
  last: number
}

function askForPart(
  session: Session,
  url: string,
  { first, last }: Part,
  { through = 'address' }: DownloadOptions,
): Promise<Exchange> {
  const headers = { Range: `bytes=${first}-${last}` }
  const common = { kind: 'file', method: 'GET', checkBody: () => undefined } as const
  if (through === 'file') {
    const query: [string, string][] = [['url', url]]
    return ask(session, { ...common, endpoint: 'file', query, part: { first, last } }, { headers })
  }
  const path = `${session.identity.prefix}/iclock/${url}`
  return ask(session, { ...common, endpoint: url, part: { first, last } }, { headers, path })
}

// A connection that broke within a piece leaves its beginning.
function pieceIn({ status, headers, body }: Exchange, { first, last }: Part): Buffer {
  const range = headers.find(([name]) => name.toLowerCase() === 'content-range')?.[1]
  const isPart = status === 206 && range?.startsWith(`bytes ${first}-${last}/`) === true
  // A copy: the connection's buffer is larger.
  return isPart ? Buffer.from(body.subarray(0, last - first + 1)) : Buffer.alloc(0)
}

// Decodes a chunked response body.

/**
 * The chunks read so far, and where the next one starts: each is read once, however the body
 * arrives.
 */
export interface ChunkProgress {
  at: number
  readonly chunks: Buffer[]
}

/** The body and where the response ends; undefined while it is incomplete. */
export function chunkedBody(
  bytes: Buffer,
  progress: ChunkProgress,
): { body: Buffer; size: number } | 'invalid' | undefined {
  const { chunks } = progress
  for (;;) {
    const { at } = progress
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = /^[0-9a-f]{1,8}(?=[ \t;]|$)/i.exec(bytes.toString('latin1', at, lineEnd))?.[0]
    if (size === undefined) return 'invalid'
    const start = lineEnd + 2
    const end = start + Number.parseInt(size, 16)
    if (end === start) {
      const hasTrailers = bytes.toString('latin1', start, start + 2) !== '\r\n'
      const last = hasTrailers ? bytes.indexOf('\r\n\r\n', start) : start - 2
      if (last === -1 || bytes.length < last + 4) return undefined
      return { body: Buffer.concat(chunks), size: last + 4 }
    }
    if (bytes.length < end + 2) return undefined
    if (bytes.toString('latin1', end, end + 2) !== '\r\n') return 'invalid'
    chunks.push(bytes.subarray(start, end))
    progress.at = end + 2
  }
}

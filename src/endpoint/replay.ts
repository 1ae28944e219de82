// A body that the host has already read, and emits again to late listeners, as serverless platforms
// do.
import type { IncomingMessage } from 'node:http'

// The host has the body in memory: after this many milliseconds without an event there is no body.
const SILENCE = 100

/**
 * Listens to a request whose stream has ended. A body consumed by a parser is not emitted again;
 * one that the host replays is.
 *
 * @returns the body, if all of it was emitted again; undefined if nothing came, or less than was
 * promised
 */
export function replayedBody(req: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const promised = req.headers['content-length']
    const timer = setTimeout(() => setImmediate(end), SILENCE)
    const onData = (chunk: unknown) => {
      timer.refresh()
      if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    }
    req.on('data', onData)
    req.on('end', end)

    function end() {
      clearTimeout(timer)
      req.off('data', onData)
      req.off('end', end)
      const body = Buffer.concat(chunks)
      const isWhole = promised === undefined ? body.length > 0 : body.length === Number(promised)
      resolve(isWhole ? body : undefined)
    }
  })
}

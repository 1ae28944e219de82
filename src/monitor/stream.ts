// A view as server-sent events (HTML, "Server-sent events").
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Feed, Watcher } from './feed.js'

const BEAT = 15_000
// The app checks its login each time the browser reconnects.
const LONGEST = 5 * 60_000

/**
 * Sends a view, and then what changes in it, until the browser disconnects, or for five minutes,
 * after which it reconnects.
 */
export function streamView(
  feed: Feed,
  query: URLSearchParams,
  req: IncomingMessage,
  res: ServerResponse,
): () => void {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    // Middleware that compresses would hold events back.
    'Cache-Control': 'no-store, no-transform',
    // nginx would buffer them.
    'X-Accel-Buffering': 'no',
  })
  res.write('retry: 1000\n\n')
  let seen: string | undefined
  let late: { view: string | undefined } | undefined
  const send: Watcher = (view, since) => {
    // A browser that reads slowly gets the last state, not all of them.
    if (res.writableNeedDrain) {
      late = { view }
      return
    }
    late = undefined
    if (view === undefined) res.write('event: failure\ndata: {}\n\n')
    else if (since !== undefined && since.view === seen) write('change', since.change)
    else write('view', view)
    seen = view ?? seen
  }
  const write = (name: string, json: string) =>
    res.write(`event: ${name}\ndata: {"now":${Date.now()},"${name}":${json}}\n\n`)
  res.on('drain', () => late && send(late.view))
  const unwatch = feed.watch(query, send)
  const beat = setInterval(() => res.write(':\n\n'), BEAT)
  const end = setTimeout(() => res.end(), LONGEST)
  const stop = () => {
    unwatch()
    clearInterval(beat)
    clearTimeout(end)
  }
  res.once('close', stop)
  // Express has none, but a bare server would throw.
  req.on('error', () => {})
  return () => res.end()
}

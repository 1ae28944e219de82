// A view as server-sent events (HTML, "Server-sent events").
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Feed } from './feed.js'

const BEAT = 15_000
// The app checks its login each time the browser reconnects.
const LONGEST = 5 * 60_000

/**
 * Sends a view and its changes until the browser disconnects, or for five minutes, after which it
 * reconnects.
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
  const unwatch = feed.watch(query, (view) => {
    // A browser that reads slowly gets the next state, not all of them.
    if (res.writableNeedDrain) return
    if (view === undefined) res.write('event: failure\ndata: {}\n\n')
    else res.write(`event: view\ndata: {"now":${Date.now()},"view":${view}}\n\n`)
  })
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

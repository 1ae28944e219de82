// Octets behind a body: what a device sends beyond its Content-Length must not spoil the answer in flight.
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Duplex } from 'node:stream'

interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  isLast: boolean
}

const tolerant = new WeakSet<Server | SecureServer>()

// As Node answers, where the error is none of ours.
const STATUS_OF_ERROR: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/**
 * Lets the answer to a whole request go out where more octets than its Content-Length promised follow it.
 *
 * The manual's own example does so: it promises 143 octets and carries 147. Node takes the surplus for another request,
 * answers 400 in place of the answer in flight, and the device sends the same again for ever. With this, the answer goes out
 * and then the connection closes. Every other client error is treated as Node does by itself, or as the app's own
 * `clientError` listeners do. Call it before the first request; a second call changes nothing.
 */
export function tolerateSurplus(server: Server | SecureServer): void {
  if (tolerant.has(server)) return
  tolerant.add(server)
  const exchanges = new WeakMap<Duplex, Exchange>()

  server.prependListener('request', (req, res) => {
    exchanges.set(req.socket, { req, res, isLast: false })
  })

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const latest = exchanges.get(socket)
    const inFlight = latest?.res.writableFinished === false ? latest : undefined
    if (inFlight?.req.complete === true && error.code?.startsWith('HPE_') === true) {
      if (inFlight.isLast) return
      inFlight.isLast = true
      if (!inFlight.res.headersSent) inFlight.res.setHeader('Connection', 'close')
      inFlight.res.once('finish', () => socket.end())
      return
    }
    if (server.listenerCount('clientError') > 1) return
    if (socket.writable && inFlight?.res.headersSent !== true) {
      const status = STATUS_OF_ERROR[error.code ?? ''] ?? 400
      socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
    }
    socket.destroy(error)
  })
}

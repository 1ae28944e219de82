// A connection to the server, and what it has received.
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Target } from './target.js'

/** A connection, with the bytes received that no exchange has read yet. */
export interface Wire {
  target: Target
  socket: Socket
  /** Settles when the connection is open or has failed. */
  opened: Promise<void>
  buffered: Buffer
  hasEnded: boolean
  failure: string | undefined
  /** Called whenever one of these changes. */
  onChange(): void
}

/** Opens a connection. */
export function openWire(target: Target): Wire {
  const socket = target.open()
  socket.setNoDelay(true)
  const wire: Wire = {
    target,
    socket,
    opened: new Promise((resolve) => {
      const opening = socket instanceof TLSSocket ? 'secureConnect' : 'connect'
      for (const event of [opening, 'close']) socket.once(event, () => resolve())
    }),
    buffered: Buffer.alloc(0),
    hasEnded: false,
    failure: undefined,
    onChange() {},
  }
  socket.on('data', (bytes) => {
    wire.buffered = Buffer.concat([wire.buffered, bytes])
    wire.onChange()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    wire.failure = `the connection to ${target.host} failed: ${error.message || error.code}`
  })
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      wire.hasEnded = true
      wire.onChange()
    })
  }
  return wire
}

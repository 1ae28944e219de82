// Small servers that a virtual terminal talks to; each is closed when its test is over.
import { createServer, type RequestListener } from 'node:http'
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server,
  type Socket,
} from 'node:net'
import { onTestFinished } from 'vitest'
import { type VirtualTerminalOptions, virtualTerminal } from '../../src/simulator.js'

export const SERIAL_NUMBER = '0316144680030'
export const PLAIN = { 'Content-Type': 'text/plain' }

/** The response that the manual prints, with the current time. */
export const DATE = new Date().toUTCString()
export const GOOD = `HTTP/1.1 200 OK\r\nDate: ${DATE}\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK`

export const portOf = (server: Server): number => (server.address() as AddressInfo).port

export const terminalAt = (server: Server, options: Partial<VirtualTerminalOptions> = {}) =>
  virtualTerminal({ server, serialNumber: SERIAL_NUMBER, pause: 5, ...options })

export async function listen<S extends Server>(server: S, host = '127.0.0.1', port = 0) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return server
}

/** A server over node:http. */
export const serving = (listener: RequestListener) => listen(createServer(listener))

/**
 * A server that sends the same bytes to any client that has sent something, and closes the
 * connection if `andCloses`.
 */
export const respondingWith = (bytes: string | Buffer, andCloses = false) =>
  listen(
    createNetServer((socket) => {
      socket.once('data', () => {
        socket.write(bytes)
        if (andCloses) socket.end()
      })
    }),
  )

/** A server that accepts and records everything. */
export async function recording() {
  const segments: Buffer[] = []
  const bodies: Buffer[] = []
  const server = await serving((req, res) => {
    const body: Buffer[] = []
    req.on('data', (bytes) => body.push(bytes))
    req.on('error', () => {})
    req.on('end', () => {
      bodies.push(Buffer.concat(body))
      res.writeHead(200, { ...PLAIN, 'Content-Length': 2 }).end('OK')
    })
  })
  server.on('connection', (socket: Socket) => socket.on('data', (bytes) => segments.push(bytes)))
  return { server, segments, bodies }
}

// One request octet by octet over a socket, and the octets of the answer.
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { portOf } from './server.js'

/** A request as it was recorded. */
export interface RawRequest {
  method: string
  path: string
  /** `Host` is sent unless it is null. */
  headers: Readonly<Record<string, string | null>>
  body?: string
  bodyBase64?: string
}

/** An answer, its header names in lower case. */
export interface RawAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** Sends a request on a connection of its own, which is read to the end. */
export async function sendRaw(server: Server, request: RawRequest): Promise<RawAnswer> {
  const { method, path, headers, body = '', bodyBase64 } = request
  const octets = bodyBase64 === undefined ? Buffer.from(body) : Buffer.from(bodyBase64, 'base64')
  const length = method === 'GET' ? {} : { 'Content-Length': String(octets.length) }
  const lines = Object.entries({ Host: 'localhost', ...headers, ...length })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\r\n`)
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  return answerIn(await exchanged(portOf(server), Buffer.concat([head, octets])))
}

function exchanged(port: number, sent: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(sent))
    socket.on('data', (octets) => {
      received.push(octets)
      if (isWhole(Buffer.concat(received))) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(received)))
  })
}

function isWhole(octets: Buffer): boolean {
  const headEnd = octets.indexOf('\r\n\r\n')
  if (headEnd === -1) return false
  const { headers } = answerIn(octets)
  return (
    octets.length >= headEnd + 4 + Number(headers['content-length'] ?? Number.POSITIVE_INFINITY)
  )
}

function answerIn(octets: Buffer): RawAnswer {
  const text = octets.toString()
  const headEnd = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: text.slice(headEnd + 4),
  }
}

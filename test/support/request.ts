// One request as a terminal sends it, and the answer as it came.

import type { RequestListener } from 'node:http'
import { request, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from './terminal.js'

export interface Sent {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface Answered {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Sends a request to a server, or to one made of the listener. */
export async function send(to: RequestListener | Server, sent: Sent): Promise<Answered> {
  const server = to instanceof Server ? to : await serve(to)
  const { method = 'POST', path, headers = {}, body = '' } = sent
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const length = { 'Content-Length': String(Buffer.byteLength(body)) }
    const outgoing = request(
      { port, host: '127.0.0.1', method, path, headers: { ...headers, ...length } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response
          resolve({ status, headers: answered, body: Buffer.concat(chunks).toString() })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

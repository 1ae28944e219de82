// Posts as a device does: the bytes as they are, and no header that was not asked for.
import { createServer, type RequestListener, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export const SN = '0316144680030'

/** The manual's example: five records. */
export const EXAMPLE = [
  'ID=info8487&Return=0&CMD=DATA',
  'ID=info8488&Return=0&CMD=DATA',
  'ID=info8489&Return=0&CMD=DATA',
  'ID=info7464&Return=0&CMD=DATA',
  'ID=fp7464&Return=0&CMD=DATA',
].join('\n')

export async function serve(listener: RequestListener, options = {}): Promise<Server> {
  const server = createServer(options, listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

export interface Answer {
  status: number
  headers: NodeJS.Dict<string | string[]>
  body: string
}

export interface Post {
  path?: string
  method?: string
  headers?: Record<string, string | number>
  body?: string | Buffer
}

export async function post(
  listener: RequestListener | Server,
  { path = `/iclock/devicecmd?SN=${SN}`, method = 'POST', headers = {}, body = EXAMPLE }: Post = {},
): Promise<Answer> {
  const server = typeof listener === 'function' ? await serve(listener) : listener
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const length = headers['Transfer-Encoding'] ? {} : { 'Content-Length': Buffer.byteLength(body) }
    request({ port, path, method, headers: { ...length, ...headers } }, (res) => {
      text(res).then((body) => {
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body })
      }, reject)
    })
      .on('error', reject)
      .end(body)
  })
}

/** Writes octets and reads until the server closes. */
export async function exchange(server: Server, ...segments: (string | Buffer)[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.setNoDelay(true)
  for (const segment of segments) {
    await new Promise((done) => socket.write(segment, done))
    await new Promise((done) => setTimeout(done, 20))
  }
  return text(socket)
}

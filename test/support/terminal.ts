// Shared by the tests of the endpoints: a server for one test, and posts like the manual's
// terminal.
import { createServer, type RequestListener, Server, type ServerOptions } from 'node:http'
import { onTestFinished } from 'vitest'
import {
  type Body,
  type Exchange,
  type ExchangeOptions,
  virtualTerminal,
} from '../../src/simulator.js'

export const SN = '0316144680030'

/** The manual's example: five records. */
export const EXAMPLE = [
  'ID=info8487&Return=0&CMD=DATA',
  'ID=info8488&Return=0&CMD=DATA',
  'ID=info8489&Return=0&CMD=DATA',
  'ID=info7464&Return=0&CMD=DATA',
  'ID=fp7464&Return=0&CMD=DATA',
].join('\n')

/** A server on a free port, until the test is over. */
export async function serve(listener: RequestListener, options: ServerOptions = {}) {
  const server = createServer(options, listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

export interface Post extends ExchangeOptions {
  body?: Body
}

/** An exchange for tests: its status, its body as text, its headers by lower-case name. */
export interface Answer extends Omit<Exchange, 'body' | 'headers'> {
  body: string
  headers: Record<string, string>
}

/** Posts once to a server, or to one created from the listener; by default the manual's example. */
export async function post(
  to: RequestListener | Server,
  { body = EXAMPLE, ...how }: Post = {},
): Promise<Answer> {
  const server = to instanceof Server ? to : await serve(to)
  const exchange = await virtualTerminal({ server, serialNumber: SN }).exchange(body, how)
  return {
    ...exchange,
    body: exchange.body.toString(),
    headers: Object.fromEntries(new Headers(exchange.headers)),
  }
}

// Polls of a terminal over a raw socket, with the octets it reads.
import { type RequestListener, Server } from 'node:http'
import { type ExchangeOptions, virtualTerminal } from '../../src/simulator.js'
import { type Answer, SN, serve } from './terminal.js'

/**
 * Polls a server, or one created from the listener, once; by default like the manual's terminal.
 */
export async function poll(
  to: RequestListener | Server,
  { headers, ...how }: ExchangeOptions = {},
): Promise<Answer> {
  const server = to instanceof Server ? to : await serve(to)
  const exchange = await virtualTerminal({ server, serialNumber: SN }).exchange('', {
    method: 'GET',
    path: '/iclock/getrequest',
    headers: { 'Content-Length': undefined, ...headers },
    ...how,
  })
  return {
    ...exchange,
    body: exchange.body.toString(),
    headers: Object.fromEntries(new Headers(exchange.headers)),
  }
}

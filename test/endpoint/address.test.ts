import type { IncomingMessage } from 'node:http'
import { addressOf } from 'express-iclock'
import { expect, it } from 'vitest'

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
  ['2001:DB8:0:0::7', '2001:db8::7'],
  ['::1', '::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['::ffff:300.0.2.1', '::ffff:300.0.2.1'],
  ['unknown', 'unknown'],
  ['', ''],
])('The address of %j is %j, from the socket and from Express', (address, shown) => {
  const socket = { remoteAddress: address }
  expect(addressOf({ socket } as unknown as IncomingMessage)).toBe(shown)
  expect(addressOf({ socket: {}, ip: address } as unknown as IncomingMessage)).toBe(shown)
})

it('Express knows better than the socket', () => {
  const req = { socket: { remoteAddress: '127.0.0.1' }, ip: '::ffff:192.0.2.1' }
  expect(addressOf(req as unknown as IncomingMessage)).toBe('192.0.2.1')
})

// Otherwise it would equal the address of a terminal that the app doesn't know.
it('The address is empty text, not undefined, once the connection is gone', () => {
  const address = addressOf({ socket: {} } as unknown as IncomingMessage)
  expect(address).toBe('')
})

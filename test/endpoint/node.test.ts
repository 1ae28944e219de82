import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { NodeRequest, sendPieces } from '../../src/endpoint/node.js'

const from = (members: object) => members as IncomingMessage

it('A request has the path that was asked for, wherever the endpoint is mounted', () => {
  const request = new NodeRequest(from({ url: '/cdata?SN=1', originalUrl: '/x/iclock/cdata?SN=1' }))
  expect(request.path).toBe('/x/iclock/cdata')
  expect(request.target.path).toBe('/cdata')
  expect(new NodeRequest(from({ url: '/cdata?SN=1' })).path).toBe('/cdata')
})

it('An answer that nobody reads is given up, and its source is closed', async () => {
  let read = 0
  let close: (isSent: boolean) => void = () => {}
  const closed = new Promise<boolean>((resolve) => {
    close = resolve
  })
  const readPiece = async () => {
    read++
    return Buffer.alloc(1_000_000)
  }
  const server = createServer((_req, res) => {
    void sendPieces(res, { read: readPiece, close }, 100)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  // Without a reader of 'data', the socket takes what the system buffers and no more.
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(await closed).toBe(false)
  const atTheEnd = read
  await new Promise(setImmediate)
  expect(read).toBe(atTheEnd)
})

import { expect, it } from 'vitest'
import type { DialectName } from '../../src/simulator.js'
import { portOf, recording, terminalAt } from '../support/server.js'

async function sentWith(dialect: DialectName) {
  const { server } = await recording()
  const [exchange] = await terminalAt(server, { dialect }).reply('info8487', 0)
  return { text: String(exchange?.sent), host: `127.0.0.1:${portOf(server)}` }
}

it("A request looks like the manual's example by default", async () => {
  const { text, host } = await sentWith('attendance')
  expect(text.split('\r\n')).toEqual([
    'POST /iclock/devicecmd?SN=0316144680030 HTTP/1.1',
    `Host: ${host}`,
    'User-Agent: iClock Proxy/1.09',
    'Connection: close',
    'Accept: */*',
    'Content-Length: 30',
    '',
    'ID=info8487&Return=0&CMD=DATA\n',
  ])
})

it('A request looks like that of access control terminals', async () => {
  const { text, host } = await sentWith('access')
  expect(text.split('\r\n')).toEqual([
    'POST /iclock/devicecmd?SN=0316144680030 HTTP/1.1',
    expect.stringMatching(/^Cookie: token=[0-9a-f]{32}$/),
    `Host: ${host}`,
    'User-Agent: iClock Proxy/1.09',
    'Connection: starting',
    'Accept: application/push',
    'Accept-Charset: UTF-8',
    'Accept-Language: zh-CN',
    'Content-Type: application/push;charset=UTF-8',
    'Content-Language: zh-CN',
    'Content-Length: 30',
    '',
    'ID=info8487&return=0&CMD=DATA\n',
  ])
})

it('A request goes to .aspx like that of clones', async () => {
  const { text } = await sentWith('clone')
  expect(text).toMatch(/^POST \/iclock\/devicecmd\.aspx\?SN=0316144680030 HTTP/)
})

it('A request reports exactly the bytes that it sent and received', async () => {
  const { server, segments } = await recording()
  const exchange = await terminalAt(server).exchange(Buffer.from([0, 255, 13, 10]))
  expect(exchange.sent).toEqual(Buffer.concat(segments))
  expect(exchange.sent.subarray(-4)).toEqual(Buffer.from([0, 255, 13, 10]))
  expect(String(exchange.received)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nOK$/)
})

it('Every part of the request can be changed', async () => {
  const { server } = await recording()
  const exchange = await terminalAt(server).exchange('x', {
    method: 'PUT',
    path: '/ICLOCK/DeviceCmd/',
    query: 'sn=1&sn=2',
    httpVersion: '1.0',
    headers: { 'user-agent': 'other', ACCEPT: undefined, 'X-Two': ['1', '2'] },
  })
  expect(String(exchange.sent).split('\r\n')).toEqual([
    'PUT /ICLOCK/DeviceCmd/?sn=1&sn=2 HTTP/1.0',
    `Host: 127.0.0.1:${portOf(server)}`,
    'user-agent: other',
    'Connection: close',
    'Content-Length: 1',
    'X-Two: 1',
    'X-Two: 2',
    '',
    'x',
  ])
  const bare = await terminalAt(server).exchange('', { query: '' })
  expect(String(bare.sent)).toMatch(/^POST \/iclock\/devicecmd HTTP\/1\.1\r\n/)
})

it('A request can have a wrong length, surplus bytes, and chunks', async () => {
  const { server, segments, bodies } = await recording()
  const terminal = terminalAt(server, { timeout: 100 })
  const short = await terminal.exchange('ID=1&Return=0', { headers: { 'Content-Length': '20' } })
  expect(short).toMatchObject({ accepted: false, status: undefined })
  expect(short.refusal).toContain('within 100 ms')

  segments.length = 0
  await terminal.exchange('ID=2', { surplus: 'GARBAGE' })
  expect(String(Buffer.concat(segments))).toMatch(/Content-Length: 4\r\n\r\nID=2GARBAGE$/)

  bodies.length = 0
  const chunked = await terminalAt(server).exchange('ID=3&Return=0', { chunkSize: 5 })
  expect(chunked.refusal).toBeUndefined()
  expect(String(chunked.sent)).toMatch(
    /Transfer-Encoding: chunked\r\n\r\n5\r\nID=3&\r\n5\r\nRetur\r\n3\r\nn=0\r\n0\r\n\r\n$/,
  )
  expect(String(bodies)).toBe('ID=3&Return=0')
})

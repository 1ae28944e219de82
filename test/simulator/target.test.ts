import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { expect, it } from 'vitest'
import { virtualTerminal } from '../../src/simulator.js'
import { listen, PLAIN, portOf, recording, serving, terminalAt } from '../support/server.js'

it('A post goes below any path of the URL', async () => {
  const requested = async (url: string) => {
    const urls: string[] = []
    const server = await serving((req, res) => {
      urls.push(`${req.headers.host} ${req.url}`)
      res.writeHead(200, PLAIN).end('OK')
    })
    const port = String(portOf(server))
    await virtualTerminal({ url: url.replace('PORT', port), serialNumber: 'A' }).reply('1', 0)
    return urls.map((each) => each.replace(port, 'PORT'))
  }
  const path = '/iclock/devicecmd?SN=A'
  expect(await requested('http://127.0.0.1:PORT')).toEqual([`127.0.0.1:PORT ${path}`])
  expect(await requested('http://127.0.0.1:PORT/')).toEqual([`127.0.0.1:PORT ${path}`])
  expect(await requested('http://localhost:PORT/hr')).toEqual([`localhost:PORT /hr${path}`])
  expect(await requested('http://127.0.0.1:PORT/a/b/')).toEqual([`127.0.0.1:PORT /a/b${path}`])
})

it('A post goes below the prefix option', async () => {
  const { server } = await recording()
  const [exchange] = await terminalAt(server, { prefix: '/hr' }).reply('1', 0)
  expect(String(exchange?.sent)).toMatch(/^POST \/hr\/iclock\/devicecmd\?SN=/)
})

it('A server that listens on every address is found', async () => {
  for (const host of ['0.0.0.0', '::']) {
    const server = createServer((_, res) => res.writeHead(200, PLAIN).end('OK'))
    expect(await terminalAt(await listen(server, host)).reply('1', 0)).toHaveLength(1)
  }
})

it('TLS is spoken to the trusted certificate and to no other', async () => {
  // One file holds the key and a self-signed certificate for localhost.
  const pem = readFileSync(new URL('../fixtures/localhost.pem', import.meta.url))
  const pair = { key: pem, cert: pem }
  const server = await listen(
    createHttpsServer(pair, (_, res) => res.writeHead(200, PLAIN).end('OK')),
  )
  const tls = { ca: pem }
  const url = `https://localhost:${portOf(server)}`
  expect(await terminalAt(server, { tls }).exchange('')).toMatchObject({ refusal: undefined })
  const overUrl = virtualTerminal({ url, serialNumber: 'A', tls })
  expect(await overUrl.exchange('')).toMatchObject({ refusal: undefined })
  const trustsNobody = virtualTerminal({ url, serialNumber: 'A' })
  expect(await trustsNobody.exchange('')).toMatchObject({
    accepted: false,
    refusal: expect.stringContaining('self-signed certificate'),
  })
})

it('A server that is not listening yet is reported', async () => {
  const terminal = virtualTerminal({ server: createServer(), serialNumber: 'A' })
  await expect(terminal.reply('1', 0)).rejects.toThrow('call listen() first')
})

it('A refused connection is reported', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  expect(await virtualTerminal({ url, serialNumber: 'A' }).exchange('x')).toMatchObject({
    accepted: false,
    refusal: expect.stringContaining('ECONNREFUSED'),
    status: undefined,
    sent: Buffer.alloc(0),
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

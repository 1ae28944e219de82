import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { virtualTerminal } from '../../src/simulator.js'
import { runExample } from '../support/example.js'
import { portOf } from '../support/server.js'
import { watched } from '../support/watched.js'

const SERIAL_NUMBER = '0316144680030'

const missing = ['nginx', 'openssl'].filter((name) => {
  const found = spawnSync(`PATH=$PATH:/usr/local/sbin:/usr/sbin command -v ${name}`, {
    shell: true,
  })
  return found.status !== 0
})
const isSkipped = missing.length > 0 && process.env.REQUIRE_NGINX !== '1'
const reason = `Missing: ${missing.join(' and ')}; apt-get install -y nginx-light openssl`
if (isSkipped) process.stderr.write(`\nSkipped: the example behind nginx. ${reason}\n`)

describe.skipIf(isSkipped)(`Behind nginx${isSkipped ? ` (${reason})` : ''}`, () => {
  const startNginx = async (appPort: number, servers?: string) => {
    const { href } = new URL('../../examples/nginx/nginx.js', import.meta.url)
    return (await import(href)).startNginx(appPort, servers)
  }

  it('A conversation comes through with the path kept, rewritten and over TLS', async () => {
    const { stdout } = await runExample('example:nginx')
    const anyPort = stdout.replace(/:\d{4,5}\//g, ':PORT/').replace(/OK, .*GMT/g, 'OK, DATE')
    const seen = (request: string) => `  the app saw       ${request} from 127.0.0.1 over http`
    expect(anyPort.split('\n')).toEqual([
      'the whole conversation: http://127.0.0.1:PORT/hr',
      seen('GET /hr/iclock/cdata'),
      seen('POST /hr/iclock/cdata'),
      seen('POST /hr/iclock/cdata'),
      seen('GET /hr/iclock/getrequest'),
      seen('POST /hr/iclock/devicecmd'),
      seen('GET /hr/iclock/getrequest'),
      'path kept: http://127.0.0.1:PORT/hr',
      `  the app saw       POST /hr/iclock/devicecmd?SN=${SERIAL_NUMBER} from 127.0.0.1 over http`,
      '  the terminal read OK, DATE',
      'path rewritten: http://127.0.0.1:PORT/terminals',
      `  the app saw       POST /iclock/devicecmd?SN=${SERIAL_NUMBER} from 127.0.0.1 over http`,
      '  the terminal read OK, DATE',
      'TLS: https://127.0.0.1:PORT/hr',
      `  the app saw       POST /hr/iclock/devicecmd?SN=${SERIAL_NUMBER} from 127.0.0.1 over https`,
      '  the terminal read OK, DATE',
      'too large: http://127.0.0.1:PORT/hr',
      '  the app saw       nothing',
      '  the terminal read the status is 413, not 200',
      'stored: DATA,GetFile,GetFile,GetFile',
      '',
    ])
  })

  it("The terminal reads the app's Date, and the app the terminal's address", async () => {
    const date = 'Tue, 30 Jun 2015 01:24:48 GMT'
    const forwarded: unknown[] = []
    const server = createServer((req, res) => {
      forwarded.push(req.headers['x-forwarded-for'], req.headers['x-forwarded-proto'])
      res
        .writeHead(200, { Date: date, 'Content-Type': 'text/plain', 'Content-Length': 2 })
        .end('OK')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const nginx = await startNginx((server.address() as AddressInfo).port)
    const terminal = virtualTerminal({
      url: `${nginx.http}/hr`,
      serialNumber: SERIAL_NUMBER,
      maxClockError: Infinity,
    })
    const exchange = await terminal.exchange('ID=1&Return=0', {
      headers: { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Proto': 'https' },
    })
    await nginx.stop()
    server.close()
    expect(exchange).toMatchObject({ accepted: true, clock: new Date(date) })
    // With one proxy trusted, the last address is the terminal's.
    expect(forwarded).toEqual(['203.0.113.9, 127.0.0.1', 'http'])
  })

  it('The listing of the docs, the same on both pages, carries terminals and the page', async () => {
    const [listing, other] = ['proxy', 'monitor'].map((page) => {
      const text = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8')
      return /```nginx\n([^`]+)```/.exec(text)?.[1]
    })
    expect(listing).toContain('location /iclock/')
    expect(other).toBe(listing)
    const app = await watched()
    const nginx = await startNginx(portOf(app.server), listing)
    const terminal = virtualTerminal({ url: nginx.http, serialNumber: SERIAL_NUMBER })
    expect((await terminal.handshake()).settings).toMatchObject({ TimeZone: '8' })
    const large = `7\t2026-10-05 06:58:10\t0\t${'1'.repeat(3_000_000)}`
    const upload = `${nginx.http}/iclock/cdata?SN=${SERIAL_NUMBER}&table=ATTLOG`
    expect((await fetch(upload, { method: 'POST', body: large })).status).toBe(200)
    const page = `${nginx.http}/admin/terminals/`
    expect(await (await fetch(page)).text()).toContain('page.js')
    // Its first event comes while the stream is open.
    const over = new AbortController()
    const { body } = await fetch(`${page}events?view=terminals`, { signal: over.signal })
    let text = ''
    for await (const piece of body ?? []) {
      text += Buffer.from(piece).toString()
      if (text.includes(SERIAL_NUMBER)) break
    }
    over.abort()
    // As a browser sends it over plain HTTP.
    const action = {
      ...{ action: 'give', serialNumber: SERIAL_NUMBER, form: 'check', values: {} },
    }
    const headers = { 'X-Iclock-Monitor': '1', Origin: nginx.http }
    const answer = await fetch(`${page}action`, {
      ...{ method: 'POST', headers, body: JSON.stringify(action) },
    })
    expect(answer.status).toBe(200)
    await nginx.stop()
  })

  it('A port without an app is not mistaken for an endpoint', async () => {
    const nginx = await startNginx(9)
    const terminal = virtualTerminal({ url: `${nginx.http}/hr`, serialNumber: SERIAL_NUMBER })
    const exchange = await terminal.exchange('ID=1&Return=0')
    await nginx.stop()
    expect(exchange).toMatchObject({ accepted: false, status: 502 })
  })
})

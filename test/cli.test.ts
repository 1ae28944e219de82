import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { commandReplyHandler, memoryAdapter } from '../src/index.js'

const CLI = fileURLToPath(new URL('../dist/esm/cli.js', import.meta.url))

interface Run {
  status: number
  stdout: string
  stderr: string
}

const run = (args: string[], input = ''): Promise<Run> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], (error, stdout, stderr) => {
      resolve({ status: Number(error?.code ?? 0), stdout, stderr })
    })
    child.stdin?.end(input)
  })

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function serve() {
  const adapter = memoryAdapter()
  const endpoint = commandReplyHandler({ adapter })
  const requests: string[] = []
  const url = await listen((req, res) => {
    requests.push(String(req.url))
    endpoint(req, res)
  })
  const kept = () =>
    adapter.replies().map((reply) => [reply.commandId, reply.returnCode, reply.commandName])
  return { adapter, requests, kept, device: ['device', '--url', url, '--sn', '0316144680030'] }
}

it('posts each reply by itself and exits with 0', async () => {
  const { device, kept, requests } = await serve()
  const { status, stderr } = await run([...device, '1001=0', '1002=-10:SET OPTION', '0012=+3'])
  expect([status, stderr]).toEqual([0, ''])
  expect(kept()).toEqual([
    ['1001', 0, 'DATA'],
    ['1002', -10, 'SET OPTION'],
    ['0012', 3, 'DATA'],
  ])
  expect(requests).toEqual(Array(3).fill('/iclock/devicecmd?SN=0316144680030'))
})

it('prints the exchange as it went over the wire', async () => {
  const { device } = await serve()
  const { stdout } = await run([...device, '1001=0'])
  const lines = stdout.split('\n')
  expect(lines).toContain('> POST /iclock/devicecmd?SN=0316144680030 HTTP/1.1\\r\\n')
  expect(lines).toContain('> User-Agent: iClock Proxy/1.09\\r\\n')
  expect(lines).toContain('> \\r\\n')
  expect(lines).toContain('> ID=1001&Return=0&CMD=DATA\\n')
  expect(lines).toContain('< HTTP/1.1 200 OK\\r\\n')
  expect(lines).toContain('< OK')
  expect(stdout).toMatch(/\nthe device sets its clock to \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z\n\n$/)
})

it('posts all replies in one request if asked to', async () => {
  const { device, kept, requests } = await serve()
  expect(await run([...device, '--batch', '1=0', '2=0'])).toMatchObject({ status: 0 })
  expect(kept()).toHaveLength(2)
  expect(requests).toHaveLength(1)
})

it('posts a file as it is, or standard input', async () => {
  const { device, adapter } = await serve()
  const folder = mkdtempSync(join(tmpdir(), 'cli-'))
  const file = join(folder, 'body')
  const content = Buffer.from([0, 255, 10, 13])
  writeFileSync(
    file,
    Buffer.concat([Buffer.from('ID=1\nReturn=4\nCMD=GetFile\nContent='), content]),
  )
  const fromFile = await run([...device, '--file', file])
  rmSync(folder, { recursive: true })
  expect(fromFile).toMatchObject({ status: 0, stderr: '' })
  expect(adapter.replies()).toMatchObject([{ commandId: '1', content }])
  expect(fromFile.stdout).toContain('> Content=\\x00\\xff\\n\n> \\r\n')

  await run([...device, '--file', '-'], 'ID=2&Return=0')
  expect(adapter.replies()).toMatchObject([{ commandId: '1' }, { commandId: '2' }])
})

it('writes with the manners and to the path that it is told', async () => {
  const { device, requests } = await serve()
  const { stdout } = await run([...device, '--manners', 'access', '--path', '/x', '1=0'])
  expect(stdout).toContain('> ID=1&return=0&CMD=DATA\\n')
  expect(requests).toEqual(['/x?SN=0316144680030'])
})

it('lets no octet of the server act upon the terminal', async () => {
  const url = await listen((_, res) => {
    res
      .writeHead(200, { 'Content-Type': 'text/plain', 'X-Title': '\xe9' })
      .end('\x1b]0;title\x07\\')
  })
  const { status, stdout, stderr } = await run(['device', '--url', url, '--sn', 'A', '1=0'])
  expect(status).toBe(1)
  expect(stdout).toContain('< \\x1b]0;title\\x07\\\\')
  expect(stdout).toContain('< X-Title: \\xe9\\r\\n')
  for (const text of [stdout, stderr]) expect(text).toMatch(/^[ -~\n]*$/)
})

it('stops at the first answer that a terminal would not take, in one line', async () => {
  let requests = 0
  const url = await listen((_, res) => {
    requests++
    res.writeHead(requests === 2 ? 404 : 200, { 'Content-Type': 'text/plain' }).end('OK')
  })
  const device = ['device', '--url', url, '--sn', 'A']
  const { status, stdout, stderr } = await run([...device, '1=0', '2=0', '3=0'])
  expect(status).toBe(1)
  expect(stdout).toContain('< HTTP/1.1 404 Not Found\\r\\n')
  expect(stdout.match(/sets its clock/g)).toHaveLength(1)
  expect(stderr).toBe(
    'express-iclock: not taken (post 2 of 3): the status is 404, not 200: is the endpoint mounted there?\n',
  )
  expect(requests).toBe(2)
})

it('tells a refused connection and a silent server in one line', async () => {
  const url = await listen(() => {})
  const silent = await run(['device', '--url', url, '--sn', 'A', '--timeout', '50', '1=0'])
  expect(silent).toMatchObject({
    status: 1,
    stderr: 'express-iclock: not taken: no whole answer came within 50 ms\n',
  })
  const [server] = servers.splice(0)
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve))
  const refused = await run(['device', '--url', url, '--sn', 'A', '1=0'])
  expect(refused).toMatchObject({ status: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^express-iclock: not taken: .*ECONNREFUSED.*\n$/)
})

it.each([
  ['no command', [], 'the first word must be "device"; it is missing'],
  ['another command', ['terminal'], 'it is terminal'],
  ['an unknown option', ['device', '--ulr', 'x'], "Unknown option '--ulr'"],
  ['an option without its value', ['device', '--url'], '--url'],
  ['no URL', ['device', '--sn', 'A', '1=0'], '--url is missing'],
  ['no serial number', ['device', '--url', 'http://localhost', '1=0'], '--sn is missing'],
  ['a URL that is none', ['device', '--url', 'localhost', '--sn', 'A', '1=0'], 'option "url"'],
  ['no reply', ['device', '--url', 'http://localhost', '--sn', 'A'], 'there is no reply'],
  ['a reply that is none', ['device', '--url', 'http://localhost', '--sn', 'A', '1'], '"1" is no'],
  [
    'a timeout that is none',
    ['device', '--url', 'http://localhost', '--sn', 'A', '--timeout', '2s', '1=0'],
    '--timeout is "2s"',
  ],
  [
    'manners that are none',
    ['device', '--url', 'http://localhost', '--sn', 'A', '--manners', 'x', '1=0'],
    'attendance, access, clone',
  ],
  [
    'a file that is not there',
    ['device', '--url', 'http://localhost', '--sn', 'A', '--file', '/no/such/file'],
    '/no/such/file',
  ],
])('tells %s in one line', async (_, args, message) => {
  const { status, stdout, stderr } = await run(args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  expect(stderr).toMatch(/^express-iclock: [^\n]+\n$/)
})

it('says all with --help', async () => {
  const { status, stdout, stderr } = await run(['device', '--help'])
  expect([status, stderr]).toEqual([0, ''])
  for (const option of ['url', 'sn', 'batch', 'file', 'manners', 'path', 'timeout', 'help']) {
    expect(stdout).toContain(`  --${option} `)
  }
})

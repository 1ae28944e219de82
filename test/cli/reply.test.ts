import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commandReplyHandler, memoryAdapter } from '../../src/index.js'
import { runProgram as run } from '../support/program.js'
import { PLAIN, portOf, serving } from '../support/server.js'

const listen = async (listener: RequestListener) =>
  `http://127.0.0.1:${portOf(await serving(listener))}`

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
  return { adapter, requests, kept, terminal: ['reply', '--url', url, '--sn', '0316144680030'] }
}

it('Each reply is posted by itself, and the exit code is 0', async () => {
  const { terminal, kept, requests } = await serve()
  const { status, stderr } = await run([...terminal, '1001=0', '1002=-10:SET OPTION', '0012=+3'])
  expect([status, stderr]).toEqual([0, ''])
  expect(kept()).toEqual([
    ['1001', 0, 'DATA'],
    ['1002', -10, 'SET OPTION'],
    ['0012', 3, 'DATA'],
  ])
  expect(requests).toEqual(Array(3).fill('/iclock/devicecmd?SN=0316144680030'))
})

it('The bytes of each exchange are printed', async () => {
  const { terminal } = await serve()
  const { stdout } = await run([...terminal, '1001=0'])
  const lines = stdout.split('\n')
  expect(lines).toContain('> POST /iclock/devicecmd?SN=0316144680030 HTTP/1.1\\r\\n')
  expect(lines).toContain('> User-Agent: iClock Proxy/1.09\\r\\n')
  expect(lines).toContain('> \\r\\n')
  expect(lines).toContain('> ID=1001&Return=0&CMD=DATA\\n')
  expect(lines).toContain('< HTTP/1.1 200 OK\\r\\n')
  expect(lines).toContain('< OK')
  expect(stdout).toMatch(
    /\nthe terminal sets its clock to \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z\n\n$/,
  )
})

it('All replies go out in one request with --batch', async () => {
  const { terminal, kept, requests } = await serve()
  expect(await run([...terminal, '--batch', '1=0', '2=0'])).toMatchObject({ status: 0 })
  expect(kept()).toHaveLength(2)
  expect(requests).toHaveLength(1)
})

it('A file or standard input is posted as it is', async () => {
  const { terminal, adapter } = await serve()
  const folder = mkdtempSync(join(tmpdir(), 'cli-'))
  const file = join(folder, 'body')
  const content = Buffer.from([0, 255, 10, 13])
  writeFileSync(
    file,
    Buffer.concat([Buffer.from('ID=1\nReturn=4\nCMD=GetFile\nContent='), content]),
  )
  const fromFile = await run([...terminal, '--file', file])
  rmSync(folder, { recursive: true })
  expect(fromFile).toMatchObject({ status: 0, stderr: '' })
  expect(adapter.replies()).toMatchObject([{ commandId: '1', content }])
  expect(fromFile.stdout).toContain('> Content=\\x00\\xff\\n\n> \\r\n')

  await run([...terminal, '--file', '-'], 'ID=2&Return=0')
  expect(adapter.replies()).toMatchObject([{ commandId: '1' }, { commandId: '2' }])
})

it('The request has the dialect and the path given', async () => {
  const { terminal, requests } = await serve()
  const { stdout } = await run([...terminal, '--dialect', 'access', '--path', '/x', '1=0'])
  expect(stdout).toContain('> ID=1&return=0&CMD=DATA\\n')
  expect(requests).toEqual(['/x?SN=0316144680030'])
})

it('No byte from the server affects the screen', async () => {
  const url = await listen((_, res) => {
    res
      .writeHead(200, { 'Content-Type': 'text/plain', 'X-Title': '\xe9' })
      .end('\x1b]0;title\x07\\')
  })
  const { status, stdout, stderr } = await run(['reply', '--url', url, '--sn', 'A', '1=0'])
  expect(status).toBe(1)
  expect(stdout).toContain('< \\x1b]0;title\\x07\\\\')
  expect(stdout).toContain('< X-Title: \\xe9\\r\\n')
  for (const text of [stdout, stderr]) expect(text).toMatch(/^[ -~\n]*$/)
})

it('The first response that a terminal would refuse ends the program, with one line', async () => {
  let requests = 0
  const url = await listen((_, res) => {
    requests++
    res.writeHead(requests === 2 ? 404 : 200, PLAIN).end('OK')
  })
  const terminal = ['reply', '--url', url, '--sn', 'A']
  const { status, stdout, stderr } = await run([...terminal, '1=0', '2=0', '3=0'])
  expect(status).toBe(1)
  expect(stdout).toContain('< HTTP/1.1 404 Not Found\\r\\n')
  expect(stdout.match(/sets its clock/g)).toHaveLength(1)
  expect(stderr).toBe(
    'express-iclock: refused (post 2 of 3): the status is 404, not 200: is the endpoint mounted at this path?\n',
  )
  expect(requests).toBe(2)
})

it('A silent server and a refused connection are reported in one line', async () => {
  const url = await listen(() => {})
  const silent = await run(['reply', '--url', url, '--sn', 'A', '--timeout', '50', '1=0'])
  expect(silent).toMatchObject({
    status: 1,
    stderr: 'express-iclock: refused: no complete response within 50 ms\n',
  })
  // Port 9 is the discard service, which nobody runs.
  const refused = await run(['reply', '--url', 'http://127.0.0.1:9', '--sn', 'A', '1=0'])
  expect(refused).toMatchObject({ status: 1, stdout: '' })
  expect(refused.stderr).toMatch(/^express-iclock: refused: .*ECONNREFUSED.*\n$/)
})

it('A URL without http:// is accepted', async () => {
  const { terminal, requests } = await serve()
  const bare = terminal.map((each) => each.replace('http://', ''))
  expect(await run([...bare, '1=0'])).toMatchObject({ status: 0 })
  expect(requests).toHaveLength(1)
})

it("Any time of the server's clock that the option allows is accepted", async () => {
  const url = await listen((_, res) => {
    res.writeHead(200, { ...PLAIN, Date: 'Tue, 30 Jun 2015 01:24:48 GMT' }).end('OK')
  })
  const terminal = ['reply', '--url', url, '--sn', 'A', '1=0']
  expect((await run(terminal)).stderr).toMatch(/^express-iclock: refused: the Date is .* days;/)
  const lenient = await run([...terminal, '--max-clock-error', '9999999999999'])
  expect(lenient).toMatchObject({ status: 0, stderr: '' })
  expect(lenient.stdout).toContain('the terminal sets its clock to 2015-06-30T01:24:48.000Z')
})

it('An invalid Date does no harm', async () => {
  const url = await listen((_, res) => {
    res.writeHead(200, { ...PLAIN, Date: 'Invalid Date' }).end('OK')
  })
  const { status, stderr } = await run(['reply', '--url', url, '--sn', 'A', '1=0'])
  expect(status).toBe(1)
  expect(stderr).toMatch(/^express-iclock: refused: the Date is 'Invalid Date'; expected [^\n]+\n$/)
})

const anywhere = ['reply', '--url', 'http://localhost', '--sn', 'A']
it.each([
  ['no URL', ['reply', '--sn', 'A', '1=0'], '--url is missing'],
  ['no serial number', ['reply', '--url', 'http://localhost', '1=0'], '--sn is missing'],
  ['an unknown option', ['reply', '--ulr', 'x'], "Unknown option '--ulr'"],
  ['an option without its value', ['reply', '--url'], '--url'],
  ['an invalid URL', ['reply', '--url', 'http://', '--sn', 'A', '1=0'], '--url is "http://"'],
  ['a port alone', ['reply', '--url', '3000', '--sn', 'A', '1=0'], '--url is "3000"'],
  ['another scheme', ['reply', '--url', 'ftp://x', '--sn', 'A', '1=0'], 'option "url"'],
  [
    'a URL that ends in /iclock',
    ['reply', '--url', 'localhost:3000/hr/iclock/', '--sn', 'A', '1=0'],
    'try --url localhost:3000/hr (see',
  ],
  [
    'a URL of an endpoint',
    ['reply', '--url', 'http://h/iclock/getrequest.aspx', '--sn', 'A', '1=0'],
    '--url ends in /iclock/getrequest.aspx, which the terminal appends itself; try --url http://h (see',
  ],
  ['nothing to post', anywhere, 'nothing to post'],
  ['a reply without a code', [...anywhere, '1'], '"1" is not a reply; expected ID=RETURN[:CMD]'],
  ['a timeout in words', [...anywhere, '--timeout', '2s', '1=0'], '--timeout is "2s"'],
  ['a timeout that is too long', [...anywhere, '--timeout', '9999999999', '1=0'], '"timeout" is'],
  ['unknown dialect', [...anywhere, '--dialect', 'x'], 'attendance, access, clone'],
  ['a missing file', [...anywhere, '--file', '/no/such/file'], '/no/such/file'],
])('A usage error is reported in one line: %s', async (_, args, message) => {
  const { status, stdout, stderr } = await run(args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  expect(stderr).toMatch(/^express-iclock: [^\n]+ \(see --help\)\n$/)
})

it('--help lists every option', async () => {
  const { status, stdout, stderr } = await run(['reply', '--help'])
  expect([status, stderr]).toEqual([0, ''])
  const options = ['url', 'sn', 'batch', 'file', 'dialect', 'path', 'timeout', 'max-clock-error']
  for (const option of [...options, 'help']) expect(stdout).toContain(`--${option}`)
})

import { expect, it } from 'vitest'
import { conversing, handingOut, OPTION_BLOCK, type Script } from '../support/conversation.js'
import { type Person, runProgram } from '../support/program.js'
import { portOf } from '../support/server.js'

async function terminalAt(script: Script = {}) {
  const { server, of, heard } = await conversing(script)
  const args = ['terminal', '--url', `127.0.0.1:${portOf(server)}`, '--sn', 'A1']
  const person: Person = { interrupt() {}, type() {}, seen: () => '' }
  return {
    of,
    heard,
    person,
    run: (...options: string[]) => runProgram([...args, ...options], '', person),
  }
}

/** The lines printed, without the time. */
const told = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, '').replace(/ +/g, ' '))

it('The terminal performs its handshake, executes and replies, in readable lines', async () => {
  const { run, of } = await terminalAt({
    handshake: () => `${OPTION_BLOCK}PushOptionsFlag=1\n`,
    getrequest: handingOut(['DATA UPDATE USERINFO PIN=7\tName=Ada'], ['ENROLL_FP PIN=7', 'LOG']),
  })
  const { status, stdout, stderr } = await run('--once', '--answer', 'ENROLL=6', '--punch', '7')
  expect([status, stderr]).toEqual([0, ''])
  expect(told(stdout)).toEqual([
    expect.stringMatching(/^terminal A1 at http:\/\/127\.0\.0\.1:\d+; type a PIN for a punch/),
    'punch 7',
    'handshake accepted: ATTLOGStamp=9999, Delay=2, ServerVer=2.4.1, PushOptionsFlag=1',
    'upload options accepted',
    'upload ATTLOG accepted',
    'poll accepted',
    'command c1 DATA UPDATE USERINFO PIN=7\\tName=Ada → 0',
    'reply accepted',
    'poll accepted',
    'command c2 ENROLL_FP PIN=7 → 6',
    'command c3 LOG → 0',
    'reply accepted',
    'poll no commands',
  ])
  expect(of('devicecmd').map(({ body }) => body)).toEqual([
    'ID=c1&Return=0&CMD=DATA\n',
    'ID=c2&Return=6&CMD=ENROLL_FP\nID=c3&Return=0&CMD=LOG\n',
  ])
})

it.each([
  [
    ['--answer', '-1002'],
    ['-1002', '-1002'],
  ],
  [
    ['--answer=-1002', '--answer', 'CHECK=0'],
    ['-1002', '0'],
  ],
  [
    ['--answer', 'none', '--answer', 'CHECK=3'],
    ['no reply', '3'],
  ],
])('The options %j set the replies', async (options, answers) => {
  const { run } = await terminalAt({ getrequest: handingOut(['LOG', 'CHECK']) })
  const { stdout } = await run('--once', ...options)
  expect(told(stdout).filter((line) => line.startsWith('command'))).toEqual([
    `command c1 LOG → ${answers[0]}`,
    `command c2 CHECK → ${answers[1]}`,
  ])
})

it('The terminal uploads a punch for each PIN typed, restarts and quits on request', async () => {
  const { run, person, of } = await terminalAt()
  const running = run('--delay', '5')
  await expect.poll(() => of('getrequest').length).toBeGreaterThan(1)
  person.type('7')
  person.type('')
  person.type('  A8  out ')
  const lines = () => of('cdata').flatMap(({ body }) => body.split('\n').filter(Boolean))
  await expect.poll(lines).toHaveLength(2)
  person.type('reboot')
  await expect.poll(() => of('cdata').filter(({ method }) => method === 'GET').length).toBe(2)
  person.type('quit')
  const { status, stdout } = await running
  expect(status).toBe(0)
  expect(lines()[0]).toMatch(/^7\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t0\t1\t/)
  expect(lines()[1]).toMatch(/^A8\t.{19}\t1\t1\t/)
  expect(told(stdout)).toContain('punch A8 goes out')
  // Idle polls in a row are printed once.
  expect(told(stdout).filter((line) => line === 'poll no commands').length).toBeLessThanOrEqual(4)
})

it('Ctrl-C ends the terminal, once it has replied to the commands it has', async () => {
  const { run, person, of } = await terminalAt({
    getrequest: () => {
      person.interrupt()
      return 'C:1:LOG\n'
    },
  })
  expect(await run()).toMatchObject({ status: 0, stderr: '' })
  expect(of('devicecmd')).toHaveLength(1)
})

it('--wire shows the bytes', async () => {
  const { run } = await terminalAt()
  const { stdout } = await run('--once', '--wire', '--dialect', 'clone')
  expect(stdout).toContain('> GET /iclock/getrequest.aspx?SN=A1&INFO=')
  expect(stdout).toContain('< HTTP/1.1 200 OK\\r\\n')
  expect(stdout).toContain('< ServerVer=2.4.1\\n')
})

it('A refused terminal says why, and fails with --once', async () => {
  const { run } = await terminalAt({ handshake: () => ({ status: 403 }) })
  const { status, stdout, stderr } = await run('--once', '--timeout', '250', '--delay', '200')
  expect([status, stderr]).toEqual([1, ''])
  expect(stdout).toContain('refused: the status is 403, not 200')
})

it('No byte from the server affects the screen', async () => {
  const { run } = await terminalAt({
    handshake: () => `${OPTION_BLOCK}X=\x1b]0;title\x07\u202e\n`,
    getrequest: handingOut(['\x1b[2J\u200b']),
  })
  const { stdout } = await run('--once')
  expect(stdout).toContain('X=\\u{1b}]0;title\\u{7}\\u{202e}')
  expect(stdout).toContain('c1 \\u{1b}[2J\\u{200b}')
  expect(stdout).not.toMatch(/[^\P{C}\n]/u)
})

it.each([
  ['an answer without a code', ['--answer', 'x'], '--answer is "x"; expected a code'],
  ['a delay in words', ['--delay', '1s'], '--delay is "1s"'],
  ['a reply to send', ['1=0'], 'Unexpected argument'],
  ['unknown dialect', ['--dialect', 'x'], 'attendance, access, clone'],
])('A usage error is reported in one line: %s', async (_, args, message) => {
  const { status, stdout, stderr } = await (await terminalAt()).run(...args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
  expect(stderr).toMatch(/^express-iclock: [^\n]+ \(see --help\)\n$/)
})

it('--help lists every option', async () => {
  const { stdout } = await (await terminalAt()).run('-h')
  const options = ['url', 'sn', 'answer', 'punch', 'once', 'delay', 'wire', 'dialect', 'timeout']
  for (const option of [...options, 'max-clock-error', 'help']) {
    expect(stdout).toContain(`--${option}`)
  }
})

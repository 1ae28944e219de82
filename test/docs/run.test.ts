// Blocks that are run unchanged, with real terminals' bodies, the simulator, and the libraries that
// they name.
import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { blocksIn, textOf } from '../support/page.js'
import { runScenario } from '../support/scenario.js'

const isCapture = ({ text }: { text: string }) => text.includes('base64')
const run = (page: string) => blocksIn('js', page).filter(({ mark }) => mark === 'run')

it('The eleven lines lose, and the router stores, as many replies as the README says', async () => {
  const { naive, ours } = JSON.parse(await runScenario('naive', run('README.md')))
  const readme = textOf('README.md')
  expect(readme).toContain(
    `We posted the ${naive.bodies} request bodies taken from the manuals, with ${naive.replies} replies in them`,
  )
  expect(readme).toContain(`| the lines above | ${naive.right} | ${naive.wrong} | ${naive.lost} |`)
  expect(readme).toContain(
    `| \`commandReplyRouter\` | ${ours.right} | ${ours.wrong} | ${ours.lost} |`,
  )
  expect(naive.lost).toBeGreaterThan(ours.lost)
})

it('The first app of the README puts an employee on a terminal', async () => {
  const [first] = blocksIn('js', 'README.md')
  expect(JSON.parse(await runScenario('readme', first ? [first] : []))).toEqual({
    state: 'succeeded',
    meaning: 'done',
  })
})

it.each([
  ['report', ['7 Ada Byron', '8 Grace Hopper', '9 Visitor']],
  ['apply', ['7 Ada Byron', '9 Visitor']],
])('The script people.mjs of docs/people.md ends under %s as it says', async (deletes, left) => {
  const output = await runScenario('people', run('docs/people.md'), { DELETES: deletes })
  expect(output).toContain('the terminal is being asked who is on it')
  expect(output).toContain(
    "[ { pin: '8', name: 'Grace Hopper', reason: 'not desired' } ] [ { pin: '9', name: 'Visitor', reason: 'not ours' } ]",
  )
  for (const one of ['7 Ada Byron', '8 Grace Hopper', '9 Visitor']) {
    expect(output.includes(`'${one}'`), one).toBe(left.includes(one))
  }
})

it('The recipes for diagnostics log, count and trace, and no secret with it', async () => {
  const recipes = run('docs/diagnostics.md').filter((block) => !isCapture(block))
  const output = await runScenario('diagnostics', recipes)
  const { metrics, spans } = JSON.parse(output.trim().split('\n').at(-1) ?? '')
  const logged = output
    .split('\n')
    .filter((line) => line.startsWith('{"level"'))
    .map((line) => JSON.parse(line))

  expect(logged.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['handshake', 'upload', 'reply', 'refusal', 'unknown']),
  )
  expect(logged.find(({ msg }) => msg === 'refusal')).toMatchObject({
    serialNumber: 'STRANGER00001',
    code: 'TERMINAL_NOT_AUTHORIZED',
    status: 403,
  })
  expect(metrics).toContain('iclock_requests_total{kind="handshake"} 1')
  expect(metrics).toContain('iclock_refusals_total{code="TERMINAL_NOT_AUTHORIZED"} 1')
  expect(metrics).toMatch(/iclock_records_total [1-9]/)
  expect(spans).toContainEqual({
    name: 'POST /iclock/devicecmd',
    attributes: { 'iclock.kind': 'reply', 'iclock.serial_number': '0316144680030' },
  })
  expect(spans).toContainEqual({
    name: 'GET /iclock/cdata',
    attributes: {
      'iclock.kind': 'refusal',
      'iclock.serial_number': 'STRANGER00001',
      'iclock.error': 'TERMINAL_NOT_AUTHORIZED',
      'http.response.status_code': 403,
    },
  })
  expect(output.replaceAll('SECRETid', 'a command id')).not.toContain('SECRET')
})

it('The recipe that captures requests prints them whole, quoted for a shell', async () => {
  const output = await runScenario('capture', run('docs/diagnostics.md').filter(isCapture))
  const [printed = '', ...others] = output.trim().split('\n')
  expect(others).toEqual(['kept 1'])
  const [, base64 = ''] = /^echo (\S+) \| base64 -d \| curl -X POST -H /.exec(printed) ?? []
  expect(Buffer.from(base64, 'base64').toString('latin1')).toBe('ID=1&Return=0&CMD=DATA\n\xff')
  // As a shell reads it.
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${printed.replace(/^.*\| curl/, '')}`])
  expect(words.toString()).toContain("x-note: it's $(date)\n")
  expect(words.toString()).toContain('http://localhost:3000/iclock/devicecmd?SN=0316144680030\n')
})

it('The recipe for addresses lets a terminal in from its own address alone', async () => {
  expect(JSON.parse(await runScenario('security', run('docs/security.md')))).toEqual({
    ...{ here: 200, elsewhere: 403, stranger: 403, pretender: 403 },
    ...{ behindProxy: 200, elsewhereBehindProxy: 403 },
  })
})

const isFastify = ({ text }: { text: string }) => text.includes("'fastify'")

it('Terminals are served by Hono, SvelteKit, and hosts that call fetch, beside the app', async () => {
  const blocks = run('docs/frameworks.md').filter((block) => !isFastify(block))
  expect(JSON.parse(await runScenario('web', blocks))).toEqual({
    delay: '10',
    texts: ['a page', 'OK', 'a page', 'OK', 'Not Found\n'],
  })
})

it('Terminals are served beside Fastify', async () => {
  const blocks = run('docs/frameworks.md')
    .filter(isFastify)
    .map((block) => {
      return { ...block, text: `${block.text}\nexport { fastify }\n` }
    })
  expect(JSON.parse(await runScenario('fastify', blocks))).toEqual({ delay: '10', page: 'a page' })
})

it('An app with much middleware serves terminals, one of many customers too, and stops at once', async () => {
  const blocks = ['stack', 'tenants', 'deploy'].flatMap((page) => run(`docs/${page}.md`))
  expect(JSON.parse(await runScenario('stack', blocks))).toEqual({
    kept: 1,
    employee: [{ body: { pin: '7' } }, true],
    isLogged: true,
    customers: [200, 403, 403],
    stopped: 503,
    isClosed: true,
  })
})

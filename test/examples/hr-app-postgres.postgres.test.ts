import { expect, inject, it } from 'vitest'
import { runExample } from '../support/example.js'

const url = inject('postgresUrl')

async function run(databaseUrl: string) {
  const { stdout } = await runExample('example:hr-app-postgres', '', { POSTGRES_URL: databaseUrl })
  expect(stdout).toContain('an employee          201 {"pin":"7","name":"Ada"}')
  expect(stdout).toMatch(/where Ada stands +\[(\s+\{[^}]*state: 'present'[^}]*\},?){2}\s+\]/)
  expect(stdout).toContain('201 {"pin":"7","finger":6,"terminal":{"state":"succeeded"')
  expect(stdout).toMatch(/it came to +\[ 'finger 6' \]/)
  expect(stdout).toMatch(/Bo has left +\[(\s+\{[^}]*state: 'removed'[^}]*\},?){2}\s+\]/)
  expect(stdout).toMatch(/a name that is none +400 .*"name\\" is/)
  expect(stdout.match(/time: '.*'/g)).toEqual([
    "time: '2026-10-05 06:58:10'",
    "time: '2026-10-05 17:02:41'",
  ])
  expect(stdout).toMatch(/a stranger's page +401\n.*administrator's +200\n/)
  return stdout
}

it('The HR app on PGlite keeps its people on two terminals, and stores each record once', async () => {
  expect((await run('')).match(/a screen greets +7/g)).toHaveLength(2)
}, 180_000)

it.skipIf(url === undefined)(
  'The HR app does the same on a PostgreSQL server, and greets nobody twice',
  async () => {
    await run(`${url}`)
    expect(await run(`${url}`)).not.toContain('a screen greets')
  },
  180_000,
)

import { defineConfig } from 'vitest/config'
import { writeAssets } from './build-page.js'

writeAssets()

// A test's name says what it needs: Express (both majors), or a database server that is started
// once for all of them.
const onExpress = 'test/**/*.express.test.ts'
const onMongodb = 'test/**/*.mongodb.test.ts'
const onPostgres = 'test/**/*.postgres.test.ts'
const onMariadb = 'test/**/*.mariadb.test.ts'
const inBrowser = 'test/**/*.browser.test.ts'
// These start many programs, compile, or draw many cases.
const long = [
  'test/biometrics/conversion.test.ts',
  'test/biometrics/template.test.ts',
  'test/contract.test.ts',
  'test/contract/faults.test.ts',
  'test/docs/block.test.ts',
  'test/docs/run.test.ts',
  'test/docs/table.test.ts',
  'test/examples/nginx.test.ts',
  'test/examples/programs.test.ts',
  'test/files/memory.test.ts',
  'test/knex/sqlite.test.ts',
  'test/memory/command.test.ts',
  'test/monitor/fleet.test.ts',
  'test/package.test.ts',
  'test/queue/characters.test.ts',
  'test/reply/growth.test.ts',
  'test/roster/fault.test.ts',
  'test/sqlite/contract.test.ts',
  'test/sqlite/process.test.ts',
  'test/upload/flood.test.ts',
  'test/upload/growth.test.ts',
  'test/upload/month.test.ts',
]
// A few of their runs are in `npm test`, and more with the long tests.
const models = ['test/queue/model.test.ts', 'test/roster/model.test.ts']
const build = 'test/support/build-setup.ts'
// No test waits for a time to pass; this one only ends a test that hangs, on a busy machine too.
const timeouts = {
  ...{ testTimeout: 120_000, hookTimeout: 120_000 },
  expect: { poll: { timeout: 30_000 } },
}

// Importing takes longer than most of these tests.
const expressTests = { include: [onExpress], isolate: false, ...timeouts }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [onExpress, onMongodb, onPostgres, onMariadb, inBrowser, ...long],
          globalSetup: build,
          // Most of these are pure and take less time than a process of their own.
          isolate: false,
          pool: 'threads',
          ...timeouts,
        },
      },
      {
        test: {
          name: 'long',
          include: [...long, ...models],
          globalSetup: build,
          env: { MODEL_RUNS: '60' },
          ...timeouts,
        },
      },
      { test: { name: 'browser', include: [inBrowser], globalSetup: build, ...timeouts } },
      {
        test: {
          name: 'mongodb',
          include: [onMongodb],
          globalSetup: [build, 'test/support/mongodb-setup.ts'],
          ...timeouts,
        },
      },
      {
        test: {
          name: 'postgres',
          include: [onPostgres],
          globalSetup: [build, 'test/support/postgres-setup.ts'],
          ...timeouts,
        },
      },
      { test: { name: 'mariadb', include: [onMariadb], globalSetup: build, ...timeouts } },
      {
        test: { name: 'express 4', ...expressTests, env: { EXPRESS: '4' } },
        resolve: { alias: { express: 'express4' } },
      },
      { test: { name: 'express 5', ...expressTests, env: { EXPRESS: '5' } } },
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            include: ['test/*.test-d.ts'],
            // What else there is, `npm run typecheck` checks.
            tsconfig: 'tsconfig.types.json',
          },
        },
      },
    ],
  },
})

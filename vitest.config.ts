import { defineConfig } from 'vitest/config'

// The rooms that meet Express are tested on both of its majors.
const onExpress = ['router', 'body', 'documented', 'hostile'].map((room) => `test/${room}.test.ts`)

// These speak to a database server, which is started once for all of them.
const onMongodb = [
  'test/mongo.test.ts',
  'test/outage.test.ts',
  'test/storages.test.ts',
  'test/campaign.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'node', include: ['test/*.test.ts'], exclude: [...onExpress, ...onMongodb] },
      },
      {
        test: {
          name: 'mongodb',
          include: onMongodb,
          globalSetup: 'test/mongodb-setup.ts',
          testTimeout: 60_000,
        },
      },
      {
        test: { name: 'express 4', include: onExpress, env: { EXPRESS: '4' } },
        resolve: { alias: { express: 'express4' } },
      },
      { test: { name: 'express 5', include: onExpress, env: { EXPRESS: '5' } } },
      {
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, include: ['test/*.test-d.ts'] },
        },
      },
    ],
  },
})

import { defineConfig } from 'vitest/config'

// A test's name says what it needs: Express (both majors), or a database server that is started once for all of them.
const onExpress = 'test/**/*.express.test.ts'
const onMongodb = 'test/**/*.mongodb.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [onExpress, onMongodb],
          globalSetup: 'test/support/build-setup.ts',
        },
      },
      {
        test: {
          name: 'mongodb',
          include: [onMongodb],
          globalSetup: ['test/support/build-setup.ts', 'test/support/mongodb-setup.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: { name: 'express 4', include: [onExpress], env: { EXPRESS: '4' } },
        resolve: { alias: { express: 'express4' } },
      },
      { test: { name: 'express 5', include: [onExpress], env: { EXPRESS: '5' } } },
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

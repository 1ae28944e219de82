import { defineConfig } from 'vitest/config'

// The rooms that meet Express are tested on both of its majors.
const onExpress = ['test/router.test.ts', 'test/body.test.ts', 'test/documented.test.ts']

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'node', include: ['test/*.test.ts'], exclude: onExpress } },
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

import { expect, it } from 'vitest'
import type { CommandState } from '../../src/index.js'
import { listCommands } from '../../src/postgres/command-row.js'

it('The same statement lists the same states, however they are asked for', async () => {
  const asked = new Set<string>()
  const database = {
    schema: '"iclock"',
    async rows(statement: string) {
      asked.add(statement)
      return []
    },
  }
  const lists: CommandState[][] = [
    ['failed', 'succeeded'],
    ['succeeded', 'failed'],
    ['succeeded', 'failed', 'succeeded'],
  ]
  for (const state of lists) await listCommands(database, { state }, new Date(), 'attendance')
  expect(asked.size).toBe(1)
})

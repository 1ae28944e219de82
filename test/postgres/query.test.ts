import { describe, expect, it } from 'vitest'
import { databaseOn } from '../../src/postgres/query.js'

/** A pool whose first statements fail with these codes; then it answers one row. */
function failing(...codes: string[]) {
  const errors = codes.map((code) => Object.assign(new Error(code), { code }))
  const pool = {
    count: 0,
    async query() {
      const error = errors[pool.count++]
      if (error !== undefined) throw error
      return { rows: [{ row: '1' }] }
    },
  }
  return pool
}

describe('A statement', () => {
  it.each([
    ['a deadlock', ['40P01']],
    ['another write to its rows, in an app with a stricter isolation', ['40001', '40001', '40001']],
  ])('A statement runs again if it was rolled back by %s', async (_, codes) => {
    const pool = failing(...codes)
    expect(await databaseOn(pool, 'iclock').rows('SELECT 1')).toEqual([1])
    expect(pool.count).toBe(codes.length + 1)
  })

  it('A statement fails in the end if it is rolled back again and again', async () => {
    const pool = failing(...Array.from({ length: 100 }, () => '40001'))
    await expect(databaseOn(pool, 'iclock').rows('SELECT 1')).rejects.toThrow('40001')
    expect(pool.count).toBeLessThan(100)
  })

  it.each(['23505', '57P01'])(
    'A statement does not run again after another error, %s',
    async (code) => {
      const pool = failing(code)
      await expect(databaseOn(pool, 'iclock').rows('SELECT 1')).rejects.toThrow(code)
      expect(pool.count).toBe(1)
    },
  )

  it("A statement fails with the first error in the app's own transaction, which can only be rolled back", async () => {
    const pool = failing('40P01', '25P02')
    await expect(databaseOn(pool, 'iclock').rows('SELECT 1')).rejects.toThrow('40P01')
  })
})

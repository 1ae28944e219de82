import { expect, it } from 'vitest'
import { checkPaged, rowsOf } from '../src/page.js'

const ROWS = Array.from({ length: 7 }, (_, index) => index)

// Pages of a list; the cursor is the number of rows before.
function listing(asked: object[]) {
  return async (filter: { limit?: number; after?: string; pin?: string }) => {
    asked.push({ ...filter })
    const { limit = 3, after = '0' } = filter
    const start = Number(after)
    const end = start + limit
    return { rows: ROWS.slice(start, end), ...(end < ROWS.length && { next: `${end}` }) }
  }
}

it('Every row of every page comes once, in order, and each page is asked for once', async () => {
  const asked: object[] = []
  const rows: number[] = []
  for await (const row of rowsOf(listing(asked), { pin: '7' })) rows.push(row)
  expect(rows).toEqual(ROWS)
  expect(asked).toEqual([{ pin: '7' }, { pin: '7', after: '3' }, { pin: '7', after: '6' }])
})

it('A walk begins behind the cursor of its filter, and leaves the filter as it is', async () => {
  const filter = Object.freeze({ limit: 2, after: '4' })
  const rows: number[] = []
  for await (const row of rowsOf(listing([]), filter)) rows.push(row)
  expect(rows).toEqual([4, 5, 6])
})

it('A walk that is left early asks for no further page', async () => {
  const asked: object[] = []
  for await (const row of rowsOf(listing(asked), {})) if (row === 1) break
  expect(asked).toHaveLength(1)
})

it('A walk passes on what the list throws', async () => {
  const failing = () => {
    throw new Error('not connected')
  }
  await expect(rowsOf(failing, {}).next()).rejects.toThrow('not connected')
})

it('A list that names no place takes any text for a cursor', () => {
  expect({ ...checkPaged({ after: 'anything' }, {}) }).toEqual({ limit: 100, after: 'anything' })
  expect(() => checkPaged({ after: 7 as never }, {})).toThrow('option "after" is 7')
})

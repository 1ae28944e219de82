import { expect, it } from 'vitest'
import { newCommandId } from '../../src/queue/id.js'

it('An id has 16 characters that every terminal can carry, and is never the same', () => {
  const ids = Array.from({ length: 2000 }, newCommandId)
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]{16}$/)
  expect(new Set(ids).size).toBe(ids.length)
})

it('Every character comes about equally often', () => {
  const counts = new Map<string, number>()
  for (const character of Array.from({ length: 9000 }, newCommandId).join('')) {
    counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  expect(counts.size).toBe(36)
  // 4,000 each on average, with a standard deviation of 62; bytes modulo 36 would give the first
  // four 4,500.
  for (const count of counts.values()) expect(Math.abs(count - 4000)).toBeLessThan(400)
})

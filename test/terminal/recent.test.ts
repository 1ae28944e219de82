import { expect, it } from 'vitest'
import { recentTerminals } from '../../src/terminal/recent.js'

it('The oldest terminal is forgotten first, and nothing else', () => {
  const recent = recentTerminals<number>(2)
  for (const [index, serialNumber] of ['1', '2', '1', '3'].entries())
    recent.set(serialNumber, index)
  expect(['1', '2', '3'].map(recent.get)).toEqual([2, undefined, 3])
})

it('A terminal is forgotten on request', () => {
  const recent = recentTerminals<number>(2)
  recent.set('A', 1)
  recent.delete('A')
  expect(recent.get('A')).toBeUndefined()
})

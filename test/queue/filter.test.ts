import { expect, it } from 'vitest'
import { checkFilter } from '../../src/queue/filter.js'

it.each<[object, string]>([
  [{ states: 'sent' }, 'there is no option "states"'],
  [{ serialNumber: 7 }, 'option "serialNumber" is 7; expected the SN of a terminal'],
  [{ state: 'done' }, 'option "state" is "done"; expected one of waiting, sent, succeeded'],
  [{ state: ['sent', 'done'] }, 'option "state" is "done"'],
  [{ since: '2026-01-01' }, 'option "since" is "2026-01-01"; expected a valid Date'],
  [{ before: new Date(Number.NaN) }, 'option "before" is a "Date"'],
  [{ limit: '5' }, 'option "limit" is "5"'],
  [{ limit: 0 }, 'option "limit" is 0'],
])('%j is refused with a TypeError that says why', (filter, message) => {
  expect(() => checkFilter(filter as never)).toThrow(TypeError)
  expect(() => checkFilter(filter as never)).toThrow(message)
})

it.each([
  {},
  { serialNumber: 'A', state: 'sent' as const, since: new Date(), before: new Date(), limit: 5 },
  { state: ['sent', 'waiting'] as const },
])('%j is accepted', (filter) => {
  expect(() => checkFilter(filter)).not.toThrow()
})

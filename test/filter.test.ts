import { afterEach, describe, expect, it } from 'vitest'
import { checkCountFilter, checkFilter, cursorOf, type ListName } from '../src/filter.js'

const check = (list: ListName, filter: object) => checkFilter(list, filter, ['number', 'number'])
const LISTS: ListName[] = ['commands', 'replies', 'unparsed', 'attendance', 'uploads', 'terminals']

afterEach(() => {
  Reflect.deleteProperty(Object.prototype, 'serialNumber')
})

describe.each(LISTS)('The filter of %s', (list) => {
  it.each<[unknown, RegExp]>([
    [{ pim: '7' }, /there is no option "pim"; the options are .*since/],
    [{ $where: '1' }, /there is no option "\$where"/],
    [JSON.parse('{ "__proto__": {} }'), /there is no option "__proto__"/],
    [{ constructor: 'x' }, /there is no option "constructor"/],
    [null, /the options are null/],
    ['A', /the options are "A"/],
    [{ limit: 0 }, /option "limit" is 0; expected a whole number from 1 to 1000/],
    [{ limit: 1001 }, /option "limit" is 1001/],
    [{ limit: '10' }, /option "limit" is "10"/],
    [{ since: 'yesterday' }, /option "since" is "yesterday"; expected a valid Date/],
    [{ before: new Date(Number.NaN) }, /option "before" is .*; expected a valid Date/],
    [{ after: 'x' }, /option "after" is "x"; expected the `next` of a page of this list/],
    [{ after: 7 }, /option "after" is 7/],
    [{ after: cursorOf([1]) }, /option "after" is/],
    [{ after: cursorOf([1, '2']) }, /option "after" is/],
    [{ after: cursorOf([1, 2, 3]) }, /option "after" is/],
    [{ after: cursorOf([1, 2.5]) }, /option "after" is/],
    [{ after: Buffer.from('{"length":2}').toString('base64url') }, /option "after" is/],
    [{ after: 'W'.repeat(2001) }, /option "after" is/],
  ])('%j is refused', (filter, message) => {
    expect(() => check(list, filter as object)).toThrow(TypeError)
    expect(() => check(list, filter as object)).toThrow(message)
  })

  it('Without members it asks for a hundred rows, from the start', () => {
    expect({ ...check(list, {}) }).toEqual({ limit: 100 })
    expect({ ...check(list, { since: undefined, after: undefined }) }).toEqual({
      limit: 100,
      since: undefined,
      after: undefined,
    })
  })

  it('A cursor comes back as the place that it was made of', () => {
    const after = cursorOf([1_796_000_000_123, -7])
    expect(after).toMatch(/^[\w-]+$/)
    expect(check(list, { after, limit: 1000 }).place).toEqual([1_796_000_000_123, -7])
  })

  it('What somebody put into Object.prototype selects nothing', () => {
    Reflect.set(Object.prototype, 'serialNumber', "x' OR 1=1")
    const checked = check(list, {})
    expect(Object.getPrototypeOf(checked)).toBe(null)
    expect('serialNumber' in checked).toBe(false)
  })
})

it.each<[ListName, object, RegExp]>([
  [
    'commands',
    { state: 'constructor' },
    /option "state" is "constructor"; expected one of waiting, sent/,
  ],
  ['commands', { state: ['sent', 'x'] }, /option "state" is "x"/],
  [
    'commands',
    { commandIds: ['1'] },
    /option "serialNumber" is undefined; expected the SN of the terminal/,
  ],
  [
    'commands',
    { commandIds: '1', serialNumber: 'A' },
    /option "commandIds" is "1"; expected an array/,
  ],
  ['commands', { commandIds: [1], serialNumber: 'A' }, /option "commandIds" is/],
  ['commands', { commandIds: Array(1001).fill('1'), serialNumber: 'A' }, /at most 1000 ids/],
  [
    'commands',
    { members: { site: { city: 'x' } } },
    /option "members\.site" is .*; expected text, a number/,
  ],
  ['commands', { members: { half: Number.NaN } }, /option "members\.half" is NaN/],
  ['commands', { members: ['x'] }, /option "members" is/],
  ['commands', { key: 7 }, /option "key" is 7/],
  ['commands', { pin: 7 }, /option "pin" is 7; expected the PIN of a person, as a string/],
  ['replies', { outcome: 'done' }, /option "outcome" is "done"; expected one of/],
  [
    'attendance',
    { day: '5.10.2026' },
    /option "day" is "5\.10\.2026"; expected a day such as "2026-10-05"/,
  ],
  ['attendance', { kind: 'file' }, /there is no option "kind"/],
  [
    'uploads',
    { kind: 'attendance' },
    /option "kind" is "attendance"; expected one of operation, fields/,
  ],
  ['uploads', { type: 1 }, /option "type" is 1/],
  ['terminals', { serialNumbers: 'A' }, /option "serialNumbers" is "A"; expected an array/],
  ['terminals', { search: /x/ }, /option "search" is/],
  ['terminals', { serialNumber: 'A' }, /did you mean|there is no option "serialNumber"/],
])('The filter of %s refuses %j', (list, filter, message) => {
  expect(() => checkFilter(list, filter, ['string'])).toThrow(TypeError)
  expect(() => checkFilter(list, filter, ['string'])).toThrow(message)
})

it('Filters with every member they may have are taken as they are', () => {
  const range = { since: new Date(0), before: new Date(1) }
  const filters: [ListName, object][] = [
    [
      'commands',
      {
        ...{ ...range, serialNumber: 'A', commandIds: [], key: '', pin: '7', state: [] },
        members: { '': 0, a: null, b: false, c: '' },
      },
    ],
    ['replies', { ...range, serialNumber: 'A', outcome: 'pending' }],
    ['unparsed', { ...range, serialNumber: '' }],
    ['attendance', { ...range, serialNumber: 'A', pin: '', day: '2026-10-05' }],
    ['uploads', { ...range, serialNumber: 'A', pin: '7', kind: 'unparsed', type: '' }],
    ['terminals', { ...range, serialNumbers: [], search: '%' }],
  ]
  for (const [list, filter] of filters) {
    expect({ ...check(list, filter) }).toEqual({ ...filter, limit: 100 })
  }
})

it('The filter of a count has no limit and no cursor', () => {
  const filter = { serialNumber: 'A', state: 'sent', since: new Date(0) } as const
  expect({ ...checkCountFilter(filter) }).toEqual(filter)
  for (const member of ['limit', 'after', 'before', 'pin']) {
    expect(() => checkCountFilter({ [member]: 1 })).toThrow(`there is no option "${member}"`)
  }
})

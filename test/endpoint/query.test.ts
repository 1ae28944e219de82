import fc from 'fast-check'
import { expect, it } from 'vitest'
import { octetMembersOf, Target } from '../../src/endpoint/query.js'

it.each([
  ['/iclock/cdata?SN=1', 'cdata'],
  ['/iclock/CData.ASPX?SN=1', 'cdata'],
  ['/iclock/iclock/registry', 'registry'],
  ['/ping/', 'ping'],
  ['/ping/?SN=/x', 'ping'],
  ['/', ''],
  ['', ''],
  ['?SN=1', ''],
  ['/cdata.aspx.aspx', 'cdata.aspx'],
])('The last segment of %s is "%s"', (url, segment) => {
  expect(new Target(url).segment).toBe(segment)
})

it.each([
  ['/a?b=c', '/a', 'b=c'],
  ['/a?b?c', '/a', 'b?c'],
  ['/a?', '/a', ''],
  ['/a', '/a', ''],
  ['?b', '', 'b'],
])('%s has the path "%s" and the query "%s"', (text, path, query) => {
  expect(new Target(text)).toMatchObject({ text, path, query })
})

it('The members of any query are those that a URL has', () => {
  const piece = fc.oneof(
    fc.constantFrom('&', '=', '+', '%41', '%e4%bd%a0', '%ff', '%', '%zz', '?', '#', 'SN', 'a', 'é'),
    fc.string({ maxLength: 3 }),
  )
  const queries = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(queries, (query) => {
      const members = [...new URLSearchParams(query)]
      expect(new Target(`/x?${query}`).members).toEqual(members)
    }),
    { numRuns: 2000 },
  )
})

it('The first of two members with one name counts, in any letter case', () => {
  const target = new Target('/x?Table=a&TABLE=b&empty=&__proto__=c')
  expect(target.value('table')).toBe('a')
  expect(target.value('empty')).toBe('')
  expect(target.value('__proto__')).toBe('c')
  expect(target.value('none')).toBeUndefined()
  expect([target.has('empty'), target.has('none'), target.has('constructor')]).toEqual([
    ...[true, false, false],
  ])
  expect([...target.first.values()]).toEqual([
    ['Table', 'a'],
    ['empty', ''],
    ['__proto__', 'c'],
  ])
})

it('A member as octets keeps what is not UTF-8', () => {
  expect(octetMembersOf('ID=1&&N+%C4%E3=%ff+é&x')).toEqual([
    ['ID', '1'],
    ['N \u00c4\u00e3', '\u00ff \u00e9'],
    ['x', ''],
  ])
})

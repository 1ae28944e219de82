import { describe, expect, it } from 'vitest'
import {
  type AcknowledgementForms,
  acknowledgementForms,
  acknowledgementOf,
} from '../../src/upload/acknowledgement.js'
import { tableOf } from '../../src/upload/table.js'

const ROWS = { table: 'tabledata', tableName: 'User' }
const NETWORKS = { table: 'vmtable', tableName: 'APList' }

function answer(
  about: { table?: string; tableName?: string; count?: number; query?: Record<string, string> },
  forms: AcknowledgementForms = {},
  lines = 3,
) {
  const query = { query: {}, ...about }
  return acknowledgementOf(query, tableOf(query), lines, acknowledgementForms(forms))
}

describe('The usual form', () => {
  it.each<[string, string]>([
    ['ATTLOG', 'OK: 3'],
    ['OPERLOG', 'OK: 3'],
    ['anything', 'OK: 3'],
    ...['rtlog', 'RTSTATE', 'options', 'count', 'ATTPHOTO', 'PostVerifyData'].map((table) => {
      return [table, 'OK'] as [string, string]
    }),
  ])('%s is confirmed by %j', (table, text) => expect(answer({ table })).toBe(text))

  it('Without a table, what the query says decides', () => {
    expect(answer({})).toBe('OK')
    expect(answer({ query: { Stamp: '1' } })).toBe('OK: 3')
    expect(answer({ query: { PhotoStamp: '1' } })).toBe('OK')
  })

  it("Rows are confirmed by the terminal's own name and count", () => {
    expect(answer({ ...ROWS, count: 7 })).toBe('User=7')
    expect(answer(ROWS)).toBe('User=3')
    expect(answer({ ...NETWORKS, count: 0 })).toBe('APList=0')
    expect(answer({ table: 'tabledata' })).toBe('OK')
  })

  it('Other uploads are confirmed by the lines that came, whatever the terminal counts', () => {
    expect(answer({ table: 'ATTLOG', count: 99 })).toBe('OK: 3')
  })
})

describe('A form of its own', () => {
  it.each([
    ['OK', 'OK'],
    ['OK: n', 'OK: 3'],
    ['table=n', 'User=7'],
  ] as const)('%j confirms rows by %j', (form, text) => {
    const rows = { ...ROWS, count: 7 }
    expect(answer(rows, { USER: form })).toBe(text)
    expect(answer(rows, { tabledata: form })).toBe(text)
  })

  it('The name of a table comes before tabledata, and no other table has its form', () => {
    const forms = { user: 'OK', tabledata: 'OK: n' } as const
    expect(answer(ROWS, forms)).toBe('OK')
    expect(answer({ ...ROWS, tableName: 'biodata' }, forms)).toBe('OK: 3')
    expect(answer({ table: 'ATTLOG' }, forms)).toBe('OK: 3')
    expect(answer({ table: 'rtlog' }, { rtlog: 'table=n' })).toBe('rtlog=3')
  })

  it('A table that has no name is confirmed by its type', () => {
    expect(answer({ query: { Stamp: '1' } }, { attlog: 'OK' })).toBe('OK')
    expect(answer({ query: { Stamp: '1' } }, { attlog: 'table=n' })).toBe('OK')
  })

  it.each<[string, unknown, string]>([
    ['a text', 'OK', 'acknowledgements'],
    ['a list', ['OK'], 'acknowledgements'],
    ['null', null, 'acknowledgements'],
    ['an unknown form', { user: 'ok' }, 'acknowledgements.user'],
    ['no form', { user: undefined }, 'acknowledgements.user'],
    ['a name with a line end', { 'a\nb': 'OK' }, 'names of tables'],
  ])('%s is refused', (_, forms, says) => {
    expect(() => acknowledgementForms(forms as AcknowledgementForms)).toThrow(says)
  })
})

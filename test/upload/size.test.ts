import { describe, expect, it } from 'vitest'
import { excessOf, linesOf, objectSizeOf } from '../../src/upload/size.js'

describe('Lines', () => {
  it.each([
    ['', 0],
    ['\n', 1],
    ['a', 1],
    ['a\n', 1],
    ['a\nb', 2],
    ['a\r\n\r\nb\r\n', 3],
    ['\n\n\n', 3],
  ])('%j has as many lines as it has line ends, and one more for a rest: %d', (text, lines) => {
    expect(linesOf(Buffer.from(text))).toBe(lines)
  })
})

describe('A text within its bounds', () => {
  it.each([
    ['no lines', '', 0],
    ['as many lines as allowed', 'a\nb\n', 2],
    ['as many fields as allowed', `a${'\tb'.repeat(20)}`, 1],
    ['many fields in one line, and few in the others', `a${'\tb'.repeat(40)}\nc\n`, 2],
    ['fewer octets than lines are allowed', '\n\n\n', 3],
  ])('A text of %s has no excess', (_, text, most) => {
    expect(excessOf(Buffer.from(text), most)).toBeUndefined()
  })
})

describe('A text beyond its bounds', () => {
  it.each([
    ['a line too many', 'a\nb\nc\n', 2, '3 lines with 3 fields'],
    ['a line too many without an end', 'a\nb\nc', 2, '3 lines with 3 fields'],
    ['a TAB too many', `a${'\tb'.repeat(21)}`, 1, '1 lines with 22 fields'],
    ['a comma too many', `a${',b'.repeat(21)}`, 1, '1 lines with 22 fields'],
    ['too many empty fields', '\t'.repeat(41), 2, '1 lines with 42 fields'],
  ])('A text with %s has', (_, text, most, says) => {
    const excess = excessOf(Buffer.from(text), most)
    expect(excess).toMatchObject({ code: 'TOO_MANY_RECORDS', status: 413 })
    expect(excess?.message).toContain(says)
    expect(excess?.message).toContain(`"maxRecords" allows ${most} lines`)
  })
})

describe('What a text becomes', () => {
  it('It grows with lines and separators, not with octets', () => {
    const one = objectSizeOf(Buffer.from('a\n'))
    expect(one).toBeGreaterThanOrEqual(100)
    expect(objectSizeOf(Buffer.from(`${'a'.repeat(5000)}\n`))).toBe(one)
    expect(objectSizeOf(Buffer.from('a\tb,c\n'))).toBe(3 * one)
    expect(objectSizeOf(Buffer.from('a\na\na\n'))).toBe(3 * one)
    expect(objectSizeOf(Buffer.alloc(0))).toBe(0)
  })
})

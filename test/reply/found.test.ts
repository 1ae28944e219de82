import { describe, expect, it } from 'vitest'
import { IclockError } from '../../src/index.js'
import { checkIsIterable, checkIsOwn } from '../../src/reply/found.js'

const command = { serialNumber: 'A', commandId: '1', text: 'CHECK' }
const check = (found: unknown, call: 'findCommand' | 'findCommands' = 'findCommand') => {
  try {
    checkIsOwn(call, found, 'A', (id) => id === '1')
    return 'fine'
  } catch (error) {
    expect(error).toBeInstanceOf(IclockError)
    expect(error).toMatchObject({ code: 'COMMAND_MISMATCH', status: 500 })
    return (error as Error).message
  }
}

class Cursor {
  toArray() {}
  secret = 'mongodb://user:password@host'
}

describe('What findCommand found', () => {
  it('A command of that terminal and id is accepted', () => {
    expect(check(command)).toBe('fine')
    expect(check({ ...command, employee: 7 })).toBe('fine')
  })

  it.each([
    [{ rows: [command] }, 'an object; that is the whole result of a query: return result.rows[0]'],
    [
      [command],
      'an array of 1; expected one command, or undefined if there is none: return rows[0]',
    ],
    [[], 'an array of 0; expected one command, or undefined if there is none: return rows[0]'],
    [null, 'null; expected the command, or undefined if there is none'],
    [false, 'false; expected the command, or undefined if there is none'],
    [0, '0; expected the command, or undefined if there is none'],
    ['', '""; expected the command, or undefined if there is none'],
    [new Cursor(), 'a "Cursor"; that is a cursor: use findOne, which returns one document'],
    [
      { serial_number: 'A', command_id: '1' },
      'an object; the members must be called serialNumber and commandId: SELECT serial_number AS "serialNumber", …',
    ],
    [
      { serialnumber: 'A', commandid: '1' },
      'an object; the members must be called serialNumber and commandId: quote them, since SQL folds other names to lower case',
    ],
    [
      { serialNumber: 'A', commandId: 1 },
      '{ serialNumber: "A", commandId: 1 }; it must compare both as text, exactly, and find nothing if there is none',
    ],
    [
      { serialNumber: 'B', commandId: '1' },
      '{ serialNumber: "B", commandId: "1" }; it must compare both as text, exactly, and find nothing if there is none',
    ],
    [{}, 'an object; it must compare both as text, exactly, and find nothing if there is none'],
  ])('A usual mistake is refused: %j', (found, message) => {
    expect(check(found)).toBe(`findCommand of the adapter found ${message}`)
  })
})

describe('What findCommands found', () => {
  it.each([
    [{ rows: [] }, 'an object; that is the whole result of a query: return result.rows'],
    [new Cursor(), 'a "Cursor"; that is a cursor: return cursor.toArray()'],
    [undefined, 'undefined; expected an array of the commands, empty if there are none'],
    [null, 'null; expected an array of the commands, empty if there are none'],
    [
      command,
      '{ serialNumber: "A", commandId: "1" }; expected an array of the commands, empty if there are none',
    ],
  ])('Anything but a list is refused: %j', (found, message) => {
    expect(() => checkIsIterable(found)).toThrow(`findCommands of the adapter found ${message}`)
  })

  it('Any iterable is accepted', () => {
    expect(() => checkIsIterable([])).not.toThrow()
    expect(() => checkIsIterable(new Set([command]))).not.toThrow()
  })

  it('A list of lists is refused', () => {
    expect(check([command], 'findCommands')).toBe(
      'findCommands of the adapter found an array of 1; expected one command, or undefined if there is none: ' +
        'return the rows alone, not [rows, columns]',
    )
  })
})

import { describe, expect, it } from 'vitest'
import { assertIssuable, commandLine, keyOf, verbOf } from '../src/command.js'

const command = { serialNumber: 'A', commandId: '0012', text: 'CHECK' }

it('A command is sent as one line', () => {
  expect(commandLine(command)).toBe('C:0012:CHECK\n')
})

it('Each terminal and id has a key of its own', () => {
  const pairs = [
    ['A', '1'],
    ['A1', ''],
    ['', 'A1'],
    ['A","1', ''],
    ['A', '01'],
    ['a', '1'],
  ] as const
  expect(new Set(pairs.map(([terminal, id]) => keyOf(terminal, id))).size).toBe(pairs.length)
})

describe('A command that no terminal can carry', () => {
  it.each([
    [{ serialNumber: '' }, 'serialNumber of the command is ""; expected the SN of the terminal'],
    [{ commandId: 12 }, 'commandId of the command is 12; expected 1 to 16 of the characters'],
    [{ commandId: '' }, 'commandId of the command is ""'],
    [{ commandId: 'a'.repeat(17) }, 'commandId of the command is'],
    [{ commandId: '1\nC:2:REBOOT' }, 'commandId of the command is'],
    [{ commandId: '1\n' }, 'commandId of the command is'],
    [{ text: '' }, 'text of the command is ""; expected the command'],
    [{ text: 'CHECK\nC:2:REBOOT' }, 'has "\\n" at position 5; expected one line'],
    [{ text: 'CHECK\r' }, 'has "\\r" at position 5'],
    [{ text: 'CHECK\0' }, 'has "\\u0000" at position 5'],
  ])('%j is refused', (members, message) => {
    expect(() => assertIssuable({ ...command, ...members } as never)).toThrow(message)
    expect(() => assertIssuable(command)).not.toThrow()
  })
})

it.each([
  ['DATA UPDATE USERINFO PIN=1\tPasswd=1', 'DATA UPDATE'],
  ['SET OPTION Password=x', 'SET OPTION'],
  ['SHELL cat /etc/passwd', 'SHELL'],
  ['GetFile /mnt/x', 'GetFile'],
  ['AC_UNLOCK', 'AC_UNLOCK'],
  ['clear log', 'clear log'],
  ['', ''],
  ['=x', ''],
])('The verb of %j may be logged', (text, verb) => expect(verbOf(text)).toBe(verb))

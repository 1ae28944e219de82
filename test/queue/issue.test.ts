import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandLine, type IssuedCommand } from '../../src/command.js'
import { draftOf, type Issue, queuedCommand } from '../../src/queue/issue.js'
import { character } from '../support/character.js'

const issuedAt = new Date(Date.UTC(2026, 0, 1))
const queued = (issue: object, encoding?: string) => {
  const asked = { serialNumber: 'A', command: { text: 'CHECK' }, ...issue }
  return queuedCommand(draftOf(asked as Issue<IssuedCommand>, issuedAt), 'c1', encoding)
}

const urgent = (terms: object) => {
  const door = { text: 'AC_UNLOCK', attempts: 1, expiresAfter: 15_000, urgent: true }
  return { command: { ...door, ...terms } }
}

describe('A wrong command is refused with a TypeError that says why', () => {
  it.each<[string, object, string]>([
    ['no serial number', { serialNumber: '' }, 'the serial number is ""'],
    ['a trailing blank', { serialNumber: 'T1 ' }, 'the serial number is "T1 "'],
    ['65 characters', { serialNumber: '7'.repeat(65) }, 'at most 64 printed characters'],
    ['no text for a serial number', { serialNumber: 7 }, 'the serial number is 7'],
    ['an id that is too long', { commandId: '12345678901234567' }, 'commandId of the command'],
    ['an empty id', { commandId: '' }, 'commandId of the command is ""'],
    ['an unknown member', { commandID: '1' }, 'did you mean "commandId"?'],
    [
      'no command',
      { command: undefined },
      "command is undefined; expected an object with a text, such as { text: 'CHECK' }",
    ],
    ['a bare text', { command: 'CHECK' }, 'command is "CHECK"; expected an object'],
    ['no text', { command: {} }, 'text of the command is undefined'],
    ['a CR', { command: { text: 'a\rb' } }, 'has "\\r" at position 1'],
    ['an LF', { command: { text: 'a\nC:1:REBOOT' } }, 'has "\\n" at position 1'],
    ['a NUL', { command: { text: 'a\0' } }, 'has "\\u0000" at position 1'],
    ['no attempts', { command: { text: 'a', attempts: 0 } }, 'attempts of the command is 0'],
    [
      'too many',
      { command: { text: 'a', attempts: 101 } },
      'expected a whole number from 1 to 100',
    ],
    [
      'half a ms',
      { command: { text: 'a', replyWithin: 0.5 } },
      'replyWithin of the command is 0.5',
    ],
    ['text', { command: { text: 'a', replyWithin: '60s' } }, 'replyWithin of the command is "60s"'],
    ['no time', { command: { text: 'a', expiresAfter: 0 } }, 'expiresAfter of the command is 0'],
    ['forever', { command: { text: 'a', expiresAfter: Infinity } }, 'is Infinity'],
    ['an empty key', { command: { text: 'a', key: '' } }, 'key of the command is ""'],
    ['a key that is not text', { command: { text: 'a', key: 7 } }, 'key of the command is 7'],
    ['a truthy end', { command: { text: 'a', endsAnswer: 1 } }, 'endsAnswer of the command is 1'],
    ['a long key', { command: { text: 'a', key: 'k'.repeat(201) } }, 'at most 200 characters'],
    ['a truthy urgency', { command: { text: 'a', urgent: 1 } }, 'urgent of the command is 1'],
    ['urgency with retries', urgent({ attempts: 2 }), '1, because the command is urgent'],
    ['urgency for ever', urgent({ expiresAfter: undefined }), 'because the command is urgent'],
    ['an urgent restart', urgent({ text: 'REBOOT' }), 'false, because the command is urgent'],
    ['an urgent end', urgent({ endsAnswer: true }), 'false, because the command is urgent'],
    ['large members', { members: { photo: 'x'.repeat(17_000) } }, 'expected at most 16384'],
    ['a misspelling', { command: { text: 'a', attempt: 1 } }, 'there is no option "attempt"'],
    ['an own id', { members: { commandId: '1' } }, 'members has commandId'],
    ['an own text', { members: { text: 'REBOOT' } }, 'members has text'],
    ['another terminal', { members: { serialNumber: 'B' } }, 'members has serialNumber'],
    ['members that are none', { members: 7 }, 'members is 7'],
    ['a list of members', { members: [] }, 'members is an array of 0'],
    ['no such family', { command: { text: 'a', family: 'acc' } }, 'family of the command is "acc"'],
  ])('issue() refuses %s', (_what, issue, message) => {
    expect(() => queued(issue)).toThrow(TypeError)
    expect(() => queued(issue)).toThrow(message)
  })

  it("issue() refuses a character that the terminal's encoding lacks", () => {
    const issue = { command: { text: 'Name=李' } }
    expect(() => queued(issue, 'windows-1252')).toThrow('"李", which "windows-1252" lacks')
    expect(() => queued({ command: { text: 'Name=\ud83d' } })).toThrow(
      expect.objectContaining({ code: 'VALUE_REFUSED', member: 'text' }),
    )
    expect(queued(issue, 'gb18030').command.text).toBe('Name=李')
    expect(queued({ command: { text: 'Name=Zoë' } }, 'windows-1252').command.text).toBe('Name=Zoë')
  })

  it('No error quotes the text, which may hold a password', () => {
    for (const text of ['Passwd=secret\n', 'Passwd=secret\ud83d']) {
      expect(() => queued({ command: { text } })).not.toThrow('secret')
    }
  })
})

it('An urgent command and its encoding are kept in the terms', () => {
  const { terms, openUntil } = queued(urgent({}), 'gb18030')
  const expiresAt = new Date(+issuedAt + 15_000)
  const expected = {
    attempts: 1,
    replyWithin: 60_000,
    expiresAt,
    urgent: true,
    encoding: 'gb18030',
  }
  expect([terms, openUntil]).toEqual([expected, expiresAt])
})

it('The error is one line, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: character }), (text) => {
      let line: string
      try {
        line = commandLine(queued({ command: { text } }).command)
      } catch (error) {
        const { code } = error as { code?: string }
        expect(error instanceof TypeError || code === 'VALUE_REFUSED').toBe(true)
        return
      }
      expect(line).toMatch(/^C:c1:[^\r\n\0]+\n$/)
    }),
  )
})

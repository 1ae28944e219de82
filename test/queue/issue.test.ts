import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandLine, type IssuedCommand } from '../../src/command.js'
import { type Issue, queuedCommand } from '../../src/queue/issue.js'

const issuedAt = new Date(Date.UTC(2026, 0, 1))
const queued = (issue: object, encoding = 'utf-8') =>
  queuedCommand(
    { serialNumber: 'A', command: { text: 'CHECK' }, ...issue } as Issue<IssuedCommand>,
    issuedAt,
    encoding,
  )

describe('A wrong command is refused with a TypeError that says why', () => {
  it.each<[string, object, string]>([
    ['no serial number', { serialNumber: '' }, 'serialNumber of the command is ""'],
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

it('The error is one line, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let line: string
      try {
        line = commandLine(queued({ command: { text } }).command)
      } catch (error) {
        const { code } = error as { code?: string }
        expect(error instanceof TypeError || code === 'VALUE_REFUSED').toBe(true)
        return
      }
      expect(line).toMatch(/^C:[0-9a-z]{16}:[^\r\n\0]+\n$/)
    }),
  )
})

import { describe, expect, it } from 'vitest'
import {
  type CommandReply,
  type FamilyOfTerminal,
  isPending,
  outcomeOf,
  parseReplies,
} from '../../src/index.js'

const reply = (returnCode: number | string, command: string): CommandReply =>
  parseReplies(Buffer.from(`ID=1&Return=${returnCode}&CMD=${command}`), { serialNumber: 'A' })
    .replies[0] as CommandReply

const outcome = (code: number | string, command: string, family?: 'attendance' | 'access') => {
  const { outcome, meaning } = outcomeOf(reply(code, command), undefined, family)
  return `${outcome}: ${meaning}`
}

describe.each(['attendance', 'access'] as const)('On either family, here %s', (family) => {
  it.each([
    ['DATA', 0, 'succeeded: done'],
    ['GetFile', 0, 'succeeded: a file of 0 bytes'],
    ['GETFILE', 27, 'succeeded: a file of 27 bytes'],
    ['PutFile', 262144, 'succeeded: 262144 bytes taken, or commands done'],
    ['DATA QUERY', 3, 'succeeded: 3 records'],
    ['ACCOUNT', 41, 'succeeded: 41 records'],
    ['Shell', 0, 'succeeded: done'],
    ['SHELL', 127, 'failed: exit status 127'],
    ['Shell', -1, 'failed: exit status -1'],
    ['ENROLL_FP', 0, 'succeeded: done'],
    ['ENROLL_FP', 2, 'failed: already enrolled for this user'],
    ['ENROLL_BIO', 4, 'failed: bad quality, or the scans differ'],
    ['ENROLL_FP', 5, "failed: duplicate of another user's"],
    ['ENROLL_MF', 5, 'failed: timed out'],
    ['enroll_fp', 6, 'failed: cancelled'],
    ['ENROLL_FP', 7, 'failed: busy'],
    ['ENROLL_FP', 99, 'failed: undocumented code 99'],
    ['DATA', -30, 'failed: template algorithm version differs'],
    ['DATA', -99999, 'failed: undocumented code -99999'],
    ['SET ADSCREEN_OPTIONS', -5000, 'pending: accepted, the final reply follows'],
    ['GetFile', -5000, 'pending: accepted, the final reply follows'],
    ['DATA', 'OK', 'unknown: no return code'],
    ['GetFile', '', 'unknown: no return code'],
  ])('%s with Return=%s means %s', (command, code, said) => {
    expect(outcome(code, command, family)).toBe(said)
  })
})

describe('Where the families differ', () => {
  it.each([
    ['DATA', -10, 'failed: no user of that PIN on the terminal', 'failed: cannot parse'],
    ['DATA', -12, 'failed: illegal template, or a wrong value', 'failed: execution error'],
    ['DATA', -8, 'failed: storage is full', 'failed: not authorized'],
    ['GetFile', -3, 'failed: access (read or write) error', 'failed: buffer too small'],
    [
      'ENROLL_FP',
      -2,
      'failed: already enrolled for this user, or no such user',
      'failed: no response',
    ],
    ['ENROLL_FP', -3, 'failed: that finger is already enrolled', 'failed: buffer too small'],
    ['DATA', -727, 'failed: undocumented code -727', 'failed: undocumented code -727'],
    ['DATA', 1, 'unknown: undocumented code 1', 'succeeded: done, with 1'],
  ])(
    '%s with Return=%s means %s for attendance, %s for access',
    (command, code, attendance, security) => {
      expect(outcome(code, command)).toBe(attendance)
      expect(outcome(code, command, 'attendance')).toBe(attendance)
      expect(outcome(code, command, 'access')).toBe(security)
    },
  )
})

it('An unknown family is refused', () => {
  expect(() => outcomeOf(reply(0, 'DATA'), undefined, 'toString' as never)).toThrow(
    new TypeError('outcomeOf: family is "toString"; expected "attendance" or "access"'),
  )
})

describe('A line of ERRORLOG', () => {
  const logged = (fields: Record<string, string>) => {
    return outcomeOf({ ...reply('', 'ERRORLOG'), fields })
  }

  it('A line of ERRORLOG reports that its command failed, and why', () => {
    expect(logged({ ErrCode: 'D01E0001', ErrMsg: '' })).toEqual({
      outcome: 'failed',
      meaning: 'error D01E0001',
    })
    expect(logged({ errcode: 'D01E0001', errmsg: 'no face' }).meaning).toBe(
      'error D01E0001 no face',
    )
    expect(logged({})).toEqual({ outcome: 'failed', meaning: 'error' })
  })
})

describe('A code that only one family has', () => {
  it.each([
    [-629, 'failed: wrong table name'],
    [-708, 'failed: firmware lacks the command'],
    [-22, 'failed: firmware is for another platform'],
    [-1002, 'failed: not supported'],
    [-1005, 'failed: busy'],
    [-1004, 'failed: data and configuration disagree'],
  ])('The code %s means the same in both families', (code, said) => {
    expect(outcome(code, 'DATA', 'attendance')).toBe(said)
    expect(outcome(code, 'DATA', 'access')).toBe(said)
  })
})

describe('Which command it was', () => {
  const issued = (text: string) => ({ serialNumber: 'A', commandId: '1', text })
  const meaning = (code: number, name: string, text?: string) =>
    outcomeOf(reply(code, name), text === undefined ? undefined : issued(text)).meaning

  it.each([
    ['DATA', 'DATA QUERY USERINFO', '12 records'],
    ['', 'DATA QUERY USERINFO', '12 records'],
    ['DATA', 'data query tablename=user,fielddesc=*,filter=*', '12 records'],
    ['DATA', 'DATA COUNT user', '12 records'],
    ['', 'GetFile /mnt/x', 'a file of 12 bytes'],
    ['OPTION', 'SHELL ls', 'exit status 12'],
    ['DATA', 'DATA UPDATE USERINFO PIN=1', 'undocumented code 12'],
    ['DATA', 'DATA QUERYX', 'undocumented code 12'],
  ])('The issued text decides: CMD=%s to %s', (name, text, said) => {
    expect(meaning(12, name, text)).toBe(said)
  })

  it.each([
    ['DATA QUERY FINGERTMP PIN=1', '12 records'],
    ['Shell ls', 'exit status 12'],
    ['GetFile', 'a file of 12 bytes'],
  ])('The first words of CMD=%s decide if the issued text is unknown', (name, said) => {
    expect(meaning(12, name)).toBe(said)
    expect(meaning(12, name, 'something else')).toBe(said)
    expect(outcomeOf(reply(12, name), null).meaning).toBe(said)
  })

  it.each(['Getﬁle', 'GETFILE\u0131', '\u017fhell', 'SHELLX'])(
    'Only ASCII letters are compared without case: CMD=%s',
    (name) => {
      expect(meaning(12, name)).toBe('undocumented code 12')
    },
  )
})

it('A function gets the reply and its command, and returns the family', () => {
  const command = { serialNumber: 'A', commandId: '1', text: 'DATA' }
  const asked: unknown[] = []
  const family: FamilyOfTerminal = (...args) => {
    asked.push(args)
    return 'access'
  }
  const door = reply(-10, 'DATA')
  expect(outcomeOf(door, command, family).meaning).toBe('cannot parse')
  expect(asked).toEqual([[door.serialNumber]])
})

it('A family in place of the command is refused', () => {
  expect(() => outcomeOf(reply(0, 'DATA'), 'access' as never)).toThrow(
    'outcomeOf: command is "access"; expected the issued command or undefined, and the family behind it',
  )
})

it('A reply is pending by its code alone', () => {
  expect(isPending(reply(-5000, 'GetFile'))).toBe(true)
  expect(isPending(reply(0, 'GetFile'))).toBe(false)
  expect(isPending(reply('', 'GetFile'))).toBe(false)
})

import { describe, expect, it } from 'vitest'
import { type CommandReply, outcomeOf, parseReplies } from '../../src/index.js'

const reply = (returnCode: number | string, command: string): CommandReply =>
  parseReplies(Buffer.from(`ID=1&Return=${returnCode}&CMD=${command}`), 'A')
    .replies[0] as CommandReply

const outcome = (code: number | string, command: string, family?: 'attendance' | 'access') => {
  const { outcome, meaning } = outcomeOf(reply(code, command), family)
  return `${outcome}: ${meaning}`
}

describe.each(['attendance', 'access'] as const)('on either family, here %s,', (family) => {
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
  ])('%s with Return=%s has %s', (command, code, said) => {
    expect(outcome(code, command, family)).toBe(said)
  })
})

describe('the families differ', () => {
  it.each([
    ['DATA', -10, 'failed: no user of that PIN on the device', 'failed: cannot parse'],
    ['DATA', -12, 'failed: illegal template', 'failed: execution error'],
    ['DATA', -1004, 'failed: data and configuration disagree', 'failed: undocumented code -1004'],
    ['GetFile', -3, 'failed: access (read or write) error', 'failed: buffer too small'],
    ['ENROLL_FP', -2, 'failed: already enrolled for this user', 'failed: no response'],
    ['DATA', -727, 'failed: undocumented code -727', 'failed: undocumented code -727'],
    ['DATA', 1, 'unknown: undocumented code 1', 'succeeded: done, with 1'],
  ])('on %s with Return=%s: %s, and %s', (command, code, attendance, security) => {
    expect(outcome(code, command)).toBe(attendance)
    expect(outcome(code, command, 'attendance')).toBe(attendance)
    expect(outcome(code, command, 'access')).toBe(security)
  })
})

it('refuses a family that there is not', () => {
  expect(() => outcomeOf(reply(0, 'DATA'), 'toString' as never)).toThrow(
    new TypeError('outcomeOf: family is "toString"; expected "attendance" or "access"'),
  )
})

describe('a line of ERRORLOG', () => {
  const logged = (fields: Record<string, string>) => {
    return outcomeOf({ ...reply('', 'ERRORLOG'), fields })
  }

  it('says that its command failed, and why', () => {
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

import { describe, expect, it } from 'vitest'
import { stateOf, waitOf } from '../../src/queue/state.js'
import type { CommandRecord } from '../../src/queue/storage.js'
import { parseReplies } from '../../src/reply/parse.js'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)
const command = { serialNumber: 'A', commandId: '1', text: 'CHECK' }
const terms = { attempts: 2, replyWithin: 60_000 }
const issued: CommandRecord = { command, terms, issuedAt: at(0), attemptsMade: 0 }
const sent: CommandRecord = { ...issued, attemptsMade: 1, sentAt: at(10), replyDueAt: at(70) }
const lastSent: CommandRecord = {
  ...issued,
  attemptsMade: 2,
  sentAt: at(100),
  replyDueAt: at(220),
  openUntil: at(220),
}
const cancelled = { at: at(5), reason: 'cancelled' as const }

function reply(returnCode: number) {
  const [parsed] = parseReplies(Buffer.from(`ID=1&Return=${returnCode}&CMD=CHECK`), {
    serialNumber: 'A',
  }).replies
  if (parsed === undefined) throw new Error('no reply')
  return parsed
}

describe('Without a reply', () => {
  it.each<[string, CommandRecord, Date]>([
    ['waiting', issued, at(1_000_000)],
    ['waiting', { ...issued, terms: { ...terms, expiresAt: at(15) }, openUntil: at(15) }, at(14)],
    ['expired', { ...issued, terms: { ...terms, expiresAt: at(15) }, openUntil: at(15) }, at(15)],
    ['sent', sent, at(69)],
    ['sent', sent, at(1_000_000)],
    ['sent', lastSent, at(219)],
    ['unanswered', lastSent, at(220)],
    ['unanswered', { ...lastSent, replyDueAt: at(120) }, at(120)],
    ['sent', { ...sent, terms: { ...terms, expiresAt: at(15) }, openUntil: at(70) }, at(69)],
    ['unanswered', { ...sent, terms: { ...terms, expiresAt: at(15) }, openUntil: at(70) }, at(70)],
    ['cancelled', { ...sent, cancelled }, at(1_000_000)],
    ['superseded', { ...issued, cancelled: { at: at(5), reason: 'superseded' } }, at(6)],
    ['waiting', { command, attemptsMade: 0 }, at(6)],
  ])('A command without a reply is %s (%#)', (state, record, now) => {
    expect(stateOf(record, now)).toBe(state)
  })
})

describe('With a reply', () => {
  it.each<[string, CommandRecord, number]>([
    ['succeeded', sent, 0],
    ['failed', sent, -1002],
    ['unknown', sent, 7],
    ['sent', lastSent, -5000],
    ['succeeded', { ...lastSent, cancelled }, 0],
    ['failed', { ...issued, cancelled }, -1],
    ['cancelled', { ...sent, cancelled }, -5000],
    ['succeeded', { attemptsMade: 0 }, 0],
  ])('A command with a reply is %s (%#), however late the reply', (state, record, returnCode) => {
    expect(stateOf({ ...record, reply: reply(returnCode) }, at(1_000_000))).toBe(state)
  })

  it('A command with a reply is what the family of its terminal says', () => {
    const record = { ...sent, reply: reply(7) }
    expect(stateOf(record, at(80), 'access')).toBe('succeeded')
  })
})

it('Each further attempt waits twice as long, a day at most', () => {
  const hours = [1, 2, 3, 4, 5, 6, 7, 100].map((attempt) =>
    waitOf({ attempts: 100, replyWithin: 3_600_000 }, attempt),
  )
  expect(hours.map((ms) => ms / 3_600_000)).toEqual([1, 2, 4, 8, 16, 24, 24, 24])
  const days = { attempts: 2, replyWithin: 3 * 86_400_000 }
  expect(waitOf(days, 2)).toBe(days.replyWithin)
})

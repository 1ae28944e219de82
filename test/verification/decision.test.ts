import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUpload } from '../../src/index.js'
import {
  checkedDecision,
  DECISION,
  decisionIn,
  decisionRecord,
  decisionText,
  type Verdict,
  type VerificationDecision,
} from '../../src/verification/decision.js'
import { questionIn, type VerificationQuestion } from '../../src/verification/question.js'
import { character } from '../support/character.js'

const LINE = 'time=2026-03-01 08:15:00\tpin=7\taddrtype=2\teventaddr=3\tevent=0'
const questionOf = (line: string) => {
  return questionIn(Buffer.from(line), 'A', 'utf-8', undefined) as VerificationQuestion
}
const question = questionOf(LINE)
const ofReader = questionOf(LINE.replace('addrtype=2', 'addrtype=3'))

describe('What decide returns', () => {
  it.each<[object, object]>([
    [{ allow: true }, { verdict: 'allowed', door: 3, seconds: 5 }],
    [
      { allow: true, door: 16, seconds: 254 },
      { verdict: 'allowed', door: 16, seconds: 254 },
    ],
    [
      { allow: true, tip: 'Hi' },
      { verdict: 'allowed', door: 3, seconds: 5, tip: 'Hi' },
    ],
    [{ allow: false }, { verdict: 'denied' }],
    [{ allow: false, door: 3, seconds: 5, tip: '' }, { verdict: 'denied' }],
    [
      { allow: false, tip: 'é'.repeat(30) },
      { verdict: 'denied', tip: 'é'.repeat(30) },
    ],
  ])('%j is a decision', (answer, decision) => {
    expect(checkedDecision(answer, question)).toEqual({ question, ...decision })
  })

  it.each([
    [undefined, 'undefined'],
    [true, 'true'],
    ['yes', '"yes"'],
    [{}, 'allow undefined'],
    [{ allow: 1 }, 'allow 1'],
    [{ allow: 'true' }, 'allow "true"'],
    [{ allow: true, door: 0 }, 'door 0'],
    [{ allow: true, door: 17 }, 'door 17'],
    [{ allow: true, door: '1' }, 'door "1"'],
    [{ allow: true, seconds: 0 }, 'seconds 0'],
    [{ allow: true, seconds: 255 }, 'seconds 255'],
    [{ allow: true, second: 9 }, 'second 9'],
    [{ allow: true, tip: 7 }, 'tip 7'],
    [{ allow: true, tip: 'a\r\nAUTH=SUCCESS' }, 'tip "a\\r\\nAUTH=SUCCESS"'],
    [{ allow: true, tip: 'a\tb' }, 'tip'],
    [{ allow: false, tip: 'é'.repeat(31) }, 'tip'],
    [{ allow: false, tip: '\ud800' }, 'tip'],
  ])('%j is none', (answer, told) => {
    const check = () => checkedDecision(answer, question)
    expect(check).toThrow(TypeError)
    expect(check).toThrow(`option "verification.decide" returned ${told}`)
  })

  it('A question of a reader needs a door', () => {
    expect(() => checkedDecision({ allow: true }, ofReader)).toThrow(/the question names none/)
    expect(checkedDecision({ allow: true, door: 2 }, ofReader)).toMatchObject({ door: 2 })
  })
})

describe('What the terminal reads', () => {
  const line = Buffer.from(LINE)
  it.each<[Omit<VerificationDecision, 'question'>, Buffer | undefined, string]>([
    [
      { verdict: 'allowed', door: 1, seconds: 5 },
      line,
      `AUTH=SUCCESS\r\n${LINE}\r\nCONTROL DEVICE 01010105`,
    ],
    [
      { verdict: 'allowed', door: 16, seconds: 254, tip: 'Hé' },
      line,
      `AUTH=SUCCESS\r\n${LINE}\r\nCONTROL DEVICE 011001FE\r\nTIPS=Hé`,
    ],
    [{ verdict: 'denied', tip: 'No' }, line, `AUTH=FAILED\r\n${LINE}\r\nTIPS=No`],
    [{ verdict: 'denied' }, undefined, 'AUTH=FAILED'],
    [{ verdict: 'timeout' }, line, `AUTH=TIMEOUT\r\n${LINE}`],
    [
      { verdict: 'timeout', door: 3, seconds: 5 },
      line,
      `AUTH=SUCCESS\r\n${LINE}\r\nCONTROL DEVICE 01030105`,
    ],
  ])('%j', (decision, sent, text) => {
    expect(decisionText(decision, sent, 'SUCCESS').toString()).toBe(text)
  })

  it('The line comes back octet by octet', () => {
    const bytes = Buffer.from([0x70, 0xe9, 0xff])
    const answer = decisionText({ verdict: 'denied' }, bytes, '')
    expect(answer).toEqual(Buffer.concat([Buffer.from('AUTH=FAILED\r\n'), bytes]))
  })
})

describe('What storage keeps', () => {
  const decisions = fc.record(
    {
      question: fc.constant(question),
      verdict: fc.constantFrom<Verdict>('allowed', 'denied', 'timeout'),
      door: fc.integer({ min: 1, max: 16 }),
      seconds: fc.integer({ min: 1, max: 254 }),
      tip: fc
        .string({ unit: character, minLength: 1, maxLength: 15 })
        .filter((tip) => !/[\p{Cc}\p{Cs}]/u.test(tip)),
    },
    { requiredKeys: ['question', 'verdict'] },
  )

  it('A decision is found again by its line, and by no other', () => {
    fc.assert(
      fc.property(decisions, (decision) => {
        const { raw } = decisionRecord(decision as VerificationDecision)
        const row = { raw: raw.subarray(0, 400), size: raw.length }
        expect(decisionIn(row, question)).toEqual(decision)
        expect(decisionIn(row, questionOf(`${LINE}0`))).toBeUndefined()
        expect(decisionIn(row, questionOf(LINE.slice(0, -1) + 1))).toBeUndefined()
      }),
    )
  })

  it('A line that a list cuts is found', () => {
    const long = questionOf(`${LINE}\tx=${'x'.repeat(600)}`)
    const { raw } = decisionRecord({ question: long, verdict: 'denied' })
    const row = { raw: raw.subarray(0, 400), size: raw.length }
    expect(decisionIn(row, long)).toEqual({ question: long, verdict: 'denied' })
    expect(decisionIn({ ...row, size: raw.length - 1 }, long)).toBeUndefined()
  })

  it('A record of a decision is read the same from its bytes', () => {
    fc.assert(
      fc.property(decisions, (decision) => {
        const record = decisionRecord(decision as VerificationDecision)
        const { records } = parseUpload(record.raw, { table: DECISION })
        expect(records).toEqual([record])
      }),
    )
  })

  it('Anything else is no decision', () => {
    const raw = Buffer.from(LINE)
    expect(decisionIn({ raw, size: raw.length }, question)).toBeUndefined()
    expect(decisionIn({ raw: Buffer.alloc(0), size: 0 }, question)).toBeUndefined()
  })
})

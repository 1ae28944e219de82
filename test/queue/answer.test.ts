import { describe, expect, it } from 'vitest'
import { IclockError } from '../../src/index.js'
import {
  checkCommandPage,
  checkCounts,
  checkFirstNumber,
  checkIds,
  checkOpenCommands,
  checkSummaries,
  checkTerminal,
  checkTerminalPage,
} from '../../src/queue/answer.js'
import { COMMAND_STATES } from '../../src/queue/storage.js'

const terms = { attempts: 5, replyWithin: 60_000 }
const open = { serialNumber: 'A', commandId: '1', text: 'CHECK', terms, attemptsMade: 0 }
const summary = { serialNumber: 'A', commandId: '1', text: 'CHECK', attemptsMade: 0 }
const counts = Object.fromEntries(COMMAND_STATES.map((state) => [state, 0]))

function refusal(check: () => void): string {
  try {
    check()
  } catch (error) {
    if (!(error instanceof IclockError)) throw error
    return `${error.code}: ${error.message}`
  }
  return 'taken'
}

describe('What openCommands answers is refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['if it is nothing', undefined, /openCommands of the adapter answered undefined; expected/],
    ['if it is a list', [open], /return \{ records, more: false \} if that is all/],
    ['if it doesn’t say whether there are more', { records: [] }, /expected \{ records, more \}/],
    ['if more is a number', { records: [], more: 1 }, /expected \{ records, more \}/],
    ['if its records are a cursor', { records: { toArray() {} }, more: false }, /\{ records, more/],
    [
      'if its records have the command inside',
      { records: [{ command: open, terms, attemptsMade: 0 }], more: false },
      /an object with command, terms, attemptsMade; .*text and ids are its own members/,
    ],
    ['if a record is null', { records: [open, null], more: false }, /a record that is null/],
    [
      'if a record has no terms',
      { records: [{ ...open, terms: undefined }], more: false },
      /expected \{ serialNumber, commandId, text, terms/,
    ],
    [
      'if terms are text',
      { records: [{ ...open, terms: JSON.stringify(terms) }], more: false },
      /STORAGE_MISMATCH/,
    ],
    [
      'if attempts are text',
      { records: [{ ...open, attemptsMade: '0' }], more: false },
      /STORAGE_MISMATCH/,
    ],
    [
      'if a moment is text',
      { records: [{ ...open, sentAt: '2026-01-01' }], more: false },
      /an object whose sentAt is "2026-01-01", not a Date/,
    ],
    [
      'if a moment is null',
      { records: [{ ...open, openUntil: null }], more: false },
      /an object whose openUntil is null, not a Date/,
    ],
  ])('%s', (_, answer, message) => {
    const told = refusal(() => checkOpenCommands(answer as never))
    expect(told).toMatch(/^STORAGE_MISMATCH: /)
    expect(told).toMatch(message)
  })
})

it('What openCommands must answer is taken', () => {
  const held = { ...open, text: undefined, sentAt: new Date(), replyDueAt: new Date() }
  for (const records of [[], [open], [open, held]]) {
    for (const more of [true, false]) {
      expect(refusal(() => checkOpenCommands({ records, more } as never))).toBe('taken')
    }
  }
})

it.each([
  [undefined, 'undefined'],
  [1, '1'],
  ['12', '"12"'],
  [[1], 'an array of 1'],
  [new Set(['1']), 'a "Set"'],
])('An answer of claim or cancel is refused if it is %j', (answer, shown) => {
  expect(refusal(() => checkIds('claim', answer as never))).toMatch(
    `STORAGE_MISMATCH: claim of the adapter answered ${shown}`,
  )
  expect(refusal(() => checkIds('cancel', answer as never))).toMatch(/ids that were closed/)
})

it('An answer of claim or cancel is a list of ids, which may be empty', () => {
  for (const ids of [[], ['1', '01']]) expect(refusal(() => checkIds('claim', ids))).toBe('taken')
})

it('Summaries are those of commands that were asked for', () => {
  const isA = ({ serialNumber }: { serialNumber: string }) => serialNumber === 'A'
  const check = (answer: unknown) => refusal(() => checkSummaries(answer as never, isA))
  expect(check([])).toBe('taken')
  expect(check([summary, { ...summary, repliedAt: new Date() }])).toBe('taken')
  expect(check(undefined)).toMatch(/^STORAGE_MISMATCH: findSummaries .* expected an array/)
  expect(check([{ ...summary, serialNumber: 'a' }])).toMatch(
    /^COMMAND_MISMATCH: .*command "1" of terminal "a", which it was not asked for/,
  )
  expect(check([{ command: summary, attemptsMade: 0 }])).toMatch(/ids and text are its own members/)
  expect(check([undefined])).toMatch(/^STORAGE_MISMATCH: .* a summary that is undefined/)
  expect(check([{ ...summary, attemptsMade: 0.5 }])).toMatch(/^STORAGE_MISMATCH/)
  expect(check([{ ...summary, issuedAt: 7 }])).toMatch(/whose issuedAt is 7, not a Date/)
})

it('A page has rows, and text for the next one', () => {
  const check = (answer: unknown) => refusal(() => checkCommandPage(answer as never))
  expect(check({ rows: [] })).toBe('taken')
  expect(check({ rows: [summary], next: 'x' })).toBe('taken')
  for (const answer of [[summary], { rows: [], next: 7 }, { rows: [], next: null }, undefined]) {
    expect(check(answer)).toMatch(/expected \{ rows, next \}, next missing at the end/)
  }
  expect(check({ rows: [{ ...summary, commandId: 1 }] })).toMatch(/^STORAGE_MISMATCH/)
})

it('Counts have a number, or 1000+, for each state', () => {
  const check = (answer: unknown) => refusal(() => checkCounts(answer as never, COMMAND_STATES))
  expect(check({ ...counts, sent: '1000+' })).toBe('taken')
  for (const answer of [
    undefined,
    [],
    {},
    { ...counts, sent: '7' },
    { ...counts, sent: '2000+' },
  ]) {
    expect(check(answer)).toMatch(
      /^STORAGE_MISMATCH: countCommands .* for each state, also for \w+/,
    )
  }
})

it('The first of the numbers is a whole number from 1 on', () => {
  for (const first of [1, 2_147_483_647]) {
    expect(refusal(() => checkFirstNumber(first))).toBe('taken')
  }
  for (const first of [0, -1, 1.5, '1', undefined, Number.NaN]) {
    expect(refusal(() => checkFirstNumber(first as never))).toMatch(/nextNumbers .* from 1 on/)
  }
})

it('A terminal is an object with a family that is known, or nothing', () => {
  const check = (answer: unknown) => refusal(() => checkTerminal(answer))
  for (const answer of [undefined, null, {}, { family: null, familyRank: null }]) {
    expect(check(answer)).toBe('taken')
  }
  expect(check({ serialNumber: 'A', family: 'access', familyRank: 'seen' })).toBe('taken')
  for (const answer of [[], [{ family: 'access' }], true, 'A']) {
    expect(check(answer)).toMatch(
      /^STORAGE_MISMATCH: findTerminal .* expected the terminal, or undefined if it never called/,
    )
  }
  expect(check({ family: 'door' })).toMatch(
    /a terminal whose family is "door"; expected 'attendance', 'access', or no family/,
  )
  expect(check({ family: 'access', familyRank: 2 })).toMatch(
    /whose familyRank is 2; expected one of/,
  )
})

it('A page of terminals has only those that were asked for', () => {
  const isA = (serialNumber: unknown) => serialNumber === 'A'
  const check = (answer: unknown) => refusal(() => checkTerminalPage(answer, isA))
  expect(check({ rows: [] })).toBe('taken')
  expect(check({ rows: [{ serialNumber: 'A', family: 'access' }], next: 'x' })).toBe('taken')
  for (const answer of [undefined, null, [], [{ serialNumber: 'A' }], { toArray() {} }]) {
    expect(check(answer)).toMatch(/listTerminals .* expected \{ rows, next \}/)
  }
  for (const serialNumber of ['a', undefined, 1]) {
    expect(check({ rows: [{ serialNumber }] })).toMatch(/which it was not asked for/)
  }
  expect(check({ rows: [null] })).toMatch(/^STORAGE_MISMATCH: listTerminals .* answered null/)
  expect(check({ rows: [{ serialNumber: 'A', family: 1 }] })).toMatch(/whose family is 1/)
})

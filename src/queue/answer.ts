// What an adapter's calls on commands and their terminals answered, checked where it comes back: a wrong shape must
// never pass for "nothing there".
import { describe, isMoment } from '../check.js'
import { IclockError } from '../endpoint/errors.js'
import type { Page } from '../page.js'
import { checkPage, misanswered, shapeOf } from '../reply/found.js'
import { FAMILY_RANKS } from '../terminal/storage.js'
import type { CommandCounts, CommandSummary, OpenCommands } from './storage.js'

const FAMILIES: readonly unknown[] = ['attendance', 'access']
const RANKS: readonly unknown[] = FAMILY_RANKS
const MOMENTS = ['issuedAt', 'sentAt', 'replyDueAt', 'openUntil', 'repliedAt']

/** @throws IclockError `STORAGE_MISMATCH` if it is not what `openCommands` must answer */
export function checkOpenCommands(answer: OpenCommands): void {
  const { records, more } = (answer ?? {}) as Partial<OpenCommands>
  if (!Array.isArray(records) || typeof more !== 'boolean') {
    const cure = Array.isArray(answer) ? ': return { records, more: false } if that is all' : ''
    throw misanswered('openCommands', describe(answer), `{ records, more }${cure}`)
  }
  for (const record of records) {
    if (isProgress(record) && typeof record.commandId === 'string' && isTerms(record.terms))
      continue
    const cure = isObject(record) && 'command' in record ? '; text and ids are its own members' : ''
    throw misanswered(
      'openCommands',
      `a record that is ${shape(record)}`,
      `{ serialNumber, commandId, text, terms, attemptsMade, … }${cure}`,
    )
  }
}

/** @throws IclockError `STORAGE_MISMATCH` if it is no list of ids */
export function checkIds(call: 'claim' | 'cancel', answer: readonly string[]): void {
  if (Array.isArray(answer) && answer.every((id) => typeof id === 'string')) return
  const what = call === 'claim' ? 'were claimed' : 'were closed'
  throw misanswered(call, describe(answer), `an array of the ids that ${what}, empty if none`)
}

/** @throws IclockError if they are not summaries of these commands */
export function checkSummaries(
  answer: readonly CommandSummary[],
  isAskedFor: (summary: CommandSummary) => boolean,
): void {
  checkRows('findSummaries', answer)
  for (const summary of answer) {
    if (isAskedFor(summary)) continue
    throw new IclockError(
      'COMMAND_MISMATCH',
      `findSummaries of the adapter found command ${describe(summary.commandId)} of terminal ` +
        `${describe(summary.serialNumber)}, which it was not asked for: it must compare both as text, exactly.`,
    )
  }
}

/** @throws IclockError `STORAGE_MISMATCH` if it is no page of summaries */
export function checkCommandPage(answer: Page<CommandSummary>): void {
  checkPage('listCommands', answer)
  checkRows('listCommands', answer.rows)
}

/** @throws IclockError `STORAGE_MISMATCH` if it has no count of each state */
export function checkCounts(answer: CommandCounts, states: readonly string[]): void {
  const counts = (isObject(answer) ? answer : {}) as Record<string, unknown>
  const wrong = states.find((state) => {
    return counts[state] !== '1000+' && !Number.isSafeInteger(counts[state])
  })
  if (wrong === undefined) return
  const expected = `a number, or '1000+', for each state, also for ${wrong}`
  throw misanswered('countCommands', shape(answer), expected)
}

/** @throws IclockError `STORAGE_MISMATCH` if it is no number from 1 on */
export function checkFirstNumber(answer: number): void {
  if (Number.isSafeInteger(answer) && answer >= 1) return
  throw misanswered('nextNumbers', describe(answer), 'the first of the numbers, from 1 on')
}

/** @throws IclockError `STORAGE_MISMATCH` if it is neither a terminal nor nothing */
export function checkTerminal(answer: unknown): void {
  if (answer === undefined || answer === null) return
  checkFacts('findTerminal', answer, 'the terminal, or undefined if it never called')
}

/** @throws IclockError `STORAGE_MISMATCH` if it is no page of terminals that were asked for */
export function checkTerminalPage(
  answer: unknown,
  isAskedFor: (serialNumber: unknown) => boolean,
): void {
  checkPage('listTerminals', answer)
  for (const row of answer.rows) {
    checkFacts('listTerminals', row, 'rows of { serialNumber, family, familyRank, … }')
    const { serialNumber } = row as { serialNumber?: unknown }
    if (isAskedFor(serialNumber)) continue
    throw misanswered(
      'listTerminals',
      `a terminal ${describe(serialNumber)}, which it was not asked for`,
      'only those with the `serialNumbers` of the filter, compared as text, exactly',
    )
  }
}

function checkFacts(call: string, terminal: unknown, expected: string): void {
  if (!isObject(terminal) || Array.isArray(terminal)) {
    throw misanswered(call, shapeOf(terminal), expected)
  }
  const { family, familyRank } = terminal
  if (!isMissingOr(FAMILIES, family)) {
    const shown = `a terminal whose family is ${describe(family)}`
    throw misanswered(call, shown, `'attendance', 'access', or no family`)
  }
  if (isMissingOr(RANKS, familyRank)) return
  const shown = `a terminal whose familyRank is ${describe(familyRank)}`
  throw misanswered(call, shown, `one of ${FAMILY_RANKS.join(', ')}; or no familyRank`)
}

function isMissingOr(values: readonly unknown[], value: unknown): boolean {
  return value === undefined || value === null || values.includes(value)
}

function checkRows(call: string, rows: readonly CommandSummary[]): void {
  const isRow = (row: CommandSummary) => {
    return (
      isProgress(row) && typeof row.serialNumber === 'string' && typeof row.commandId === 'string'
    )
  }
  if (!Array.isArray(rows)) throw misanswered(call, describe(rows), 'an array of summaries')
  const index = rows.findIndex((row) => !isRow(row))
  if (index === -1) return
  const wrong: unknown = rows[index]
  const cure = isObject(wrong) && 'command' in wrong ? '; ids and text are its own members' : ''
  const expected = `{ serialNumber, commandId, text, attemptsMade, … }${cure}`
  throw misanswered(call, `a summary that is ${shape(wrong)}`, expected)
}

function isProgress(value: unknown): boolean {
  return (
    isObject(value) &&
    Number.isSafeInteger(value.attemptsMade) &&
    MOMENTS.every((name) => value[name] === undefined || isMoment(value[name]))
  )
}

function isTerms(value: unknown): boolean {
  return (
    isObject(value) && Number.isSafeInteger(value.attempts) && Number.isFinite(value.replyWithin)
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function shape(value: unknown): string {
  if (!isObject(value)) return shapeOf(value)
  const wrong = MOMENTS.find((name) => value[name] !== undefined && !isMoment(value[name]))
  return wrong === undefined
    ? shapeOf(value)
    : `an object whose ${wrong} is ${describe(value[wrong])}, not a Date`
}

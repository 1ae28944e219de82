// Checks that storage found the requested command; the error names the usual mistake.
import { describe } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { IclockError } from '../endpoint/errors.js'
import type { Page } from '../page.js'

/**
 * @throws IclockError `COMMAND_MISMATCH` if the command is another terminal's, has another id, or
 * isn't a command
 */
export function checkIsOwn(
  call: 'findCommand' | 'findCommands' | 'findRecord',
  found: unknown,
  serialNumber: string,
  isAskedFor: (commandId: string) => boolean,
): asserts found is Pick<IssuedCommand, 'serialNumber' | 'commandId'> {
  const command = found as Partial<IssuedCommand>
  if (
    typeof found === 'object' &&
    found !== null &&
    command.serialNumber === serialNumber &&
    typeof command.commandId === 'string' &&
    isAskedFor(command.commandId)
  ) {
    return
  }
  throw mismatch(`${call} of the adapter found ${shown(found)}; ${expectedInstead(call, found)}`)
}

/** What `findRecord` finds: a command with what is known of it. */
export interface FoundRecord {
  command?: IssuedCommand
  reply?: { serialNumber: string; commandId: string }
  attemptsMade: number
}

/**
 * @throws IclockError `STORAGE_MISMATCH` if it is no record, `COMMAND_MISMATCH` if it is that of
 *   another command
 */
export function checkRecord(found: FoundRecord, serialNumber: string, commandId: string): void {
  if (!Number.isSafeInteger((found as Partial<FoundRecord> | undefined)?.attemptsMade)) {
    const cure = has(found, 'text') ? ': the command is its member `command`' : ''
    throw misanswered(
      'findRecord',
      shapeOf(found),
      `{ command, terms, attemptsMade, reply, … }, or undefined if there is none${cure}`,
    )
  }
  for (const part of [found.command, found.reply]) {
    if (part === undefined) continue
    checkIsOwn('findRecord', part, serialNumber, (id) => id === commandId)
  }
}

/** The error of a call of the adapter that answered something else than it must. */
export function misanswered(call: string, answer: string, expected: string): IclockError {
  return new IclockError(
    'STORAGE_MISMATCH',
    `${call} of the adapter answered ${answer}; expected ${expected}.`,
  )
}

/** @throws IclockError `STORAGE_MISMATCH` if it is no page of a list */
export function checkPage(call: string, answer: unknown): asserts answer is Page<unknown> {
  const { rows, next } = Object(answer) as Partial<Page<unknown>>
  if (Array.isArray(rows) && (next === undefined || typeof next === 'string')) return
  throw misanswered(call, shapeOf(answer), '{ rows, next }, next missing at the end')
}

/** Describes an answer by the names of its members, which are no secrets. */
export function shapeOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    return describe(answer)
  return `an object with ${Object.keys(answer).slice(0, 12).join(', ') || 'no members'}`
}

/** @throws IclockError `COMMAND_MISMATCH` if `findCommands` found nothing that can be iterated */
export function checkIsIterable(found: unknown): asserts found is Iterable<unknown> {
  if (typeof (found as Iterable<unknown> | null | undefined)?.[Symbol.iterator] === 'function')
    return
  const cure = has(found, 'rows')
    ? 'that is the whole result of a query: return result.rows'
    : has(found, 'toArray')
      ? 'that is a cursor: return cursor.toArray()'
      : 'expected an array of the commands, empty if there are none'
  throw mismatch(`findCommands of the adapter found ${shown(found)}; ${cure}`)
}

function expectedInstead(call: string, found: unknown): string {
  if (Array.isArray(found)) {
    const item = call === 'findCommand' ? 'rows[0]' : 'the rows alone, not [rows, columns]'
    return `expected one command, or undefined if there is none: return ${item}`
  }
  if (has(found, 'rows')) return 'that is the whole result of a query: return result.rows[0]'
  if (has(found, 'toArray')) return 'that is a cursor: use findOne, which returns one document'
  if (has(found, 'serial_number') || has(found, 'command_id')) {
    return 'the members must be called serialNumber and commandId: SELECT serial_number AS "serialNumber", …'
  }
  if (has(found, 'serialnumber') || has(found, 'commandid')) {
    return 'the members must be called serialNumber and commandId: quote them, since SQL folds other names to lower case'
  }
  if (typeof found !== 'object' || found === null)
    return 'expected the command, or undefined if there is none'
  return 'it must compare both as text, exactly, and find nothing if there is none'
}

function shown(found: unknown): string {
  if (
    typeof found !== 'object' ||
    found === null ||
    !(has(found, 'serialNumber') || has(found, 'commandId'))
  ) {
    return describe(found)
  }
  const { serialNumber, commandId } = found as Partial<IssuedCommand>
  return `{ serialNumber: ${describe(serialNumber)}, commandId: ${describe(commandId)} }`
}

function has(found: unknown, member: string): boolean {
  return typeof found === 'object' && found !== null && member in found
}

function mismatch(message: string): IclockError {
  return new IclockError('COMMAND_MISMATCH', message)
}

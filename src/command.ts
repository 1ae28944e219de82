// An issued command, its identity, and the line that sends it.
import { describe, quoted } from './check.js'
import { IclockError } from './endpoint/errors.js'

/**
 * A command as the server sends it in `C:<CmdID>:<text>` (PUSH manual, "Get Request"); an app's own
 * command type extends it.
 */
export interface IssuedCommand {
  /** `SN`: the terminal that the command is for. Only this terminal can answer it. */
  serialNumber: string
  /**
   * `CmdID`: 1 to 16 digits and letters, unique for the terminal, hard to guess. Text: `0012` is not
   * `12`.
   */
  commandId: string
  /** The command itself, such as `DATA UPDATE USERINFO PIN=1`: one line, without CR, LF or NUL. */
  text: string
}

const COMMAND_ID = /^[0-9A-Za-z]{1,16}$/
const LINE_BREAK = /[\r\n\0]/
const WHOLE_NUMBER = /^[1-9]\d{0,9}$/

/** Longer PINs name nobody: terminals have at most 24 characters, and indexes have a limit. */
export const LONGEST_PIN = 64

/** The highest whole number that is an id: what fits into the `int` of a terminal. */
export const HIGHEST_NUMBER: number = 2_147_483_647

/** One key for a terminal and an id; different pairs never share one. */
export function keyOf(serialNumber: string, id: string): string {
  return JSON.stringify([serialNumber, id])
}

/** Whether an id is one that a counter may have given, here or on a terminal's old server. */
export function isWholeNumber(commandId: string): boolean {
  return WHOLE_NUMBER.test(commandId) && Number(commandId) <= HIGHEST_NUMBER
}

/** The line of a poll's answer that holds a command (PUSH manual, "Get Request"), with its LF. */
export function commandLine({ commandId, text }: IssuedCommand): string {
  return `C:${commandId}:${text}\n`
}

/**
 * Checks that every terminal can carry a command. Every way to issue one calls it, so that no
 * command is written that a terminal would read as two.
 *
 * @throws TypeError if the serial number, the id or the text can't be sent
 */
export function assertIssuable({ serialNumber, commandId, text }: IssuedCommand): void {
  if (typeof serialNumber !== 'string' || serialNumber === '') {
    throw wrongMember(
      'serialNumber',
      serialNumber,
      "the SN of the terminal, such as '0316144680030'",
    )
  }
  if (typeof commandId !== 'string' || !COMMAND_ID.test(commandId)) {
    throw wrongMember(
      'commandId',
      commandId,
      '1 to 16 of the characters 0-9, A-Z, a-z as a string: terminals carry no others, and "0012" is not "12"',
    )
  }
  if (typeof text !== 'string' || text === '') {
    throw wrongMember('text', text, "the command, such as 'DATA UPDATE USERINFO PIN=1'")
  }
  const breakAt = text.search(LINE_BREAK)
  if (breakAt === -1) return
  // The text may hold a password: only the offending character is shown.
  const character = quoted(text.charAt(breakAt))
  throw new TypeError(
    `express-iclock: text of command ${quoted(commandId)} has ${character} at position ${breakAt}; expected one line ` +
      'without CR, LF or NUL, because a terminal would read what follows as another command',
  )
}

/**
 * Commands to store, each once; two of one id are one if they have the same text.
 *
 * @throws TypeError if a terminal can't carry one; Error if an id is given with two texts
 */
export function distinctCommands<Given extends { command: IssuedCommand }>(
  list: readonly Given[],
): Given[] {
  const byKey = new Map<string, Given>()
  for (const given of list) {
    const { command } = given
    assertIssuable(command)
    const key = keyOf(command.serialNumber, command.commandId)
    const first = byKey.get(key) ?? given
    if (first.command.text !== command.text) throw usedId(command)
    byKey.set(key, first)
  }
  return [...byKey.values()]
}

/**
 * The error of every adapter if the terminal has had a command's id with another text or with a
 * reply.
 */
export function usedId({
  serialNumber,
  commandId,
}: Pick<IssuedCommand, 'serialNumber' | 'commandId'>): IclockError {
  return new IclockError(
    'COMMAND_ID_USED',
    `Terminal ${quoted(serialNumber)} has had a command with the id ${quoted(commandId)} and another text, ` +
      'or a reply to it; expected a new id for each command, because an old reply would count for the new one.',
  )
}

const VERB = /^(?:(?:data|clear|set|get|reload|control|verify|test) )?\w+/i

/**
 * The kind of command, such as `DATA UPDATE`, without its values: those may be secrets, and this
 * may be logged.
 */
export function verbOf(text: string): string {
  return VERB.exec(text)?.[0] ?? ''
}

function wrongMember(name: string, value: unknown, expected: string): TypeError {
  return new TypeError(
    `express-iclock: ${name} of the command is ${describe(value)}; expected ${expected}`,
  )
}

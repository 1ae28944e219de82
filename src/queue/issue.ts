// Checks an app's commands and prepares them for storage.
import { checkNames, describe, isWhole, type OptionNames } from '../check.js'
import { assertIssuable, type IssuedCommand } from '../command.js'
import type { Family } from '../reply/outcome.js'
import { checkIsEncodable } from './encoding.js'
import { newCommandId } from './id.js'
import { DEFAULT_TERMS } from './state.js'
import type { DeliveryTerms, QueuedCommand } from './storage.js'

/**
 * A command that a terminal should execute, such as the builders of `express-iclock/commands` return.
 * Times are milliseconds.
 */
export interface NewCommand {
  /** The command itself, such as `DATA UPDATE USERINFO PIN=1`: one line, without CR, LF or NUL. */
  text: string
  /**
   * The family it is for: it is refused for a terminal that is known to be of the other one. The
   * builders set it.
   */
  family?: Family
  /** How often it is sent at most: 1 to 100, 5 by default. With 1, it is executed at most once. */
  attempts?: number
  /**
   * How long the first attempt waits for a reply, 60 000 by default; each further one twice as
   * long, a day at most.
   */
  replyWithin?: number
  /** How long it may be sent, from now; forever by default. */
  expiresAfter?: number
  /**
   * Names an intent such as `user 7`: it replaces older commands with this key that were not sent
   * yet.
   */
  key?: string
  /**
   * Whether commands after it in the same answer would be lost or delayed; by default true for
   * those that restart the terminal, enroll, or run in its shell.
   */
  endsAnswer?: boolean
}

/** The app's own members of a command; they come back in `onReply` and from `findCommand`. */
export type OwnMembers<Issued extends IssuedCommand> = Omit<Issued, keyof IssuedCommand>

/** One command of `issueAll`. */
export interface Issue<Issued extends IssuedCommand = IssuedCommand> {
  /** The terminal that should execute it. */
  serialNumber: string
  /** The command. */
  command: NewCommand
  /** The app's own members. */
  members?: OwnMembers<Issued>
}

const NAMES: OptionNames<NewCommand> = {
  text: true,
  family: true,
  attempts: true,
  replyWithin: true,
  expiresAfter: true,
  key: true,
  endsAnswer: true,
}
const MOST_ATTEMPTS = 100
const LONGEST = 10 * 366 * 24 * 60 * 60 * 1000
const ENDS_ANSWER = /^(REBOOT|UPGRADE|SHELL|PUTFILE|ENROLL_|CONTROL DEVICE 0?3)/i

/**
 * Prepares a command for storage, with a new id.
 *
 * @throws TypeError if a terminal can't carry it, or one of its terms or members is wrong
 */
export function queuedCommand<Issued extends IssuedCommand>(
  { serialNumber, command, members }: Issue<Issued>,
  issuedAt: Date,
  encoding: string,
): QueuedCommand<Issued> {
  if (typeof command !== 'object' || command === null) {
    throw new TypeError(
      `express-iclock: command is ${describe(command)}; expected an object with a text, such as { text: 'CHECK' }`,
    )
  }
  checkNames(command, NAMES)
  checkMembers(members)
  const { text } = command
  const issued = { ...members, serialNumber, commandId: newCommandId(), text } as Issued
  assertIssuable(issued)
  checkIsEncodable(issued, encoding)
  const terms = termsOf(command, issuedAt)
  return {
    command: issued,
    terms,
    issuedAt,
    ...(terms.expiresAt !== undefined && { openUntil: terms.expiresAt }),
  }
}

function termsOf(command: NewCommand, issuedAt: Date): DeliveryTerms {
  const { attempts = DEFAULT_TERMS.attempts, replyWithin = DEFAULT_TERMS.replyWithin } = command
  const { expiresAfter, key, endsAnswer = ENDS_ANSWER.test(command.text) } = command
  const { family } = command
  if (family !== undefined && family !== 'attendance' && family !== 'access') {
    throw wrongMember('family', family, '"attendance" or "access"')
  }
  checkNumber('attempts', attempts, MOST_ATTEMPTS)
  checkNumber('replyWithin', replyWithin, LONGEST)
  if (expiresAfter !== undefined) checkNumber('expiresAfter', expiresAfter, LONGEST)
  if (key !== undefined && (typeof key !== 'string' || key === '')) {
    throw wrongMember('key', key, 'text that names an intent, such as "user 7"')
  }
  if (typeof endsAnswer !== 'boolean') throw wrongMember('endsAnswer', endsAnswer, 'true or false')
  return {
    attempts,
    replyWithin,
    ...(expiresAfter !== undefined && { expiresAt: new Date(issuedAt.getTime() + expiresAfter) }),
    ...(key !== undefined && { key }),
    ...(endsAnswer && { endsAnswer }),
  }
}

function checkNumber(name: string, value: unknown, most: number): void {
  if (isWhole(value, 1, most)) return
  throw wrongMember(name, value, `a whole number from 1 to ${most}`)
}

function checkMembers(members: unknown): void {
  if (members === undefined) return
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw new TypeError(
      `express-iclock: members is ${describe(members)}; expected an object with the app's own members`,
    )
  }
  for (const name of ['serialNumber', 'commandId', 'text']) {
    if (!(name in members)) continue
    throw new TypeError(
      `express-iclock: members has ${name}; expected only the app's own members, because the queue sets this one`,
    )
  }
}

function wrongMember(name: string, value: unknown, expected: string): TypeError {
  return new TypeError(
    `express-iclock: ${name} of the command is ${describe(value)}; expected ${expected}`,
  )
}

// Checks an app's commands and prepares them for storage.
import { serialize } from 'node:v8'
import { checkNames, describe, type OptionNames, quoted } from '../check.js'
import { assertIssuable, type IssuedCommand } from '../command.js'
import { IclockError } from '../endpoint/errors.js'
import type { Family } from '../reply/outcome.js'
import { checkIsEncodable } from './encoding.js'
import { checkSerialNumber } from './identity.js'
import type { DeliveryTerms, OwnMembers, QueuedCommand } from './storage.js'
import { type NewTerms, TERM_NAMES, termsOf, wrongMember } from './terms.js'

/**
 * A command that a terminal should execute, such as the builders of `express-iclock/commands`
 * return. Times are milliseconds.
 */
export interface NewCommand extends NewTerms {
  /** The command itself, such as `DATA UPDATE USERINFO PIN=1`: one line, without CR, LF or NUL. */
  text: string
  /**
   * The family it is for: it is refused for a terminal that is known to be of the other one. The
   * builders set it.
   */
  family?: Family
}

/** What comes with a command. */
export interface IssueOptions<Issued extends IssuedCommand = IssuedCommand> {
  /** The app's own members, 16 kB at most; they come back in `onReply` and in lists. */
  members?: OwnMembers<Issued>
  /**
   * An id of the app's own, 1 to 16 letters and digits, instead of a new one. Issuing the same text
   * under it again changes nothing, so that an app can repeat what it doesn't know to have worked.
   */
  commandId?: string
}

/** One command of `issueAll`. */
export interface Issue<Issued extends IssuedCommand = IssuedCommand> extends IssueOptions<Issued> {
  /** The terminal that is to execute it. */
  serialNumber: string
  /** The command. */
  command: NewCommand
}

/** A command that was checked, and has no id unless the app gave one. */
export interface Draft<Issued extends IssuedCommand> extends Issue<Issued> {
  terms: DeliveryTerms
  issuedAt: Date
}

/** The names of what comes with a command. */
export const ISSUE_OPTIONS: OptionNames<IssueOptions> = { members: true, commandId: true }

const COMMAND_NAMES: OptionNames<NewCommand> = { text: true, family: true, ...TERM_NAMES }
const ISSUE_NAMES: OptionNames<Issue> = { serialNumber: true, command: true, ...ISSUE_OPTIONS }
const LARGEST_MEMBERS = 16 * 1024

/**
 * Checks everything of a command that can be checked without asking anybody.
 *
 * @throws TypeError if a terminal can't carry it, or one of its terms or members is wrong
 */
export function draftOf<Issued extends IssuedCommand>(
  issue: Issue<Issued>,
  issuedAt: Date,
): Draft<Issued> {
  checkNames(issue, ISSUE_NAMES)
  const { serialNumber, command, members, commandId } = issue
  checkSerialNumber(serialNumber)
  if (typeof command !== 'object' || command === null) {
    throw new TypeError(
      `express-iclock: command is ${describe(command)}; expected an object with a text, such as { text: 'CHECK' }`,
    )
  }
  checkNames(command, COMMAND_NAMES)
  checkMembers(members)
  const { text, family } = command
  if (family !== undefined && family !== 'attendance' && family !== 'access') {
    throw wrongMember('family', family, '"attendance" or "access"')
  }
  assertIssuable({ serialNumber, commandId: commandId ?? 'none', text })
  return { ...issue, terms: termsOf(command, issuedAt), issuedAt }
}

/** @throws IclockError `FAMILY_MISMATCH` if the terminal is known to be of the other family */
export function checkFamily(
  { serialNumber, command: { family } }: Pick<Issue, 'serialNumber' | 'command'>,
  known: Family | undefined,
): void {
  if (family === undefined || known === undefined || family === known) return
  throw new IclockError(
    'FAMILY_MISMATCH',
    `express-iclock: the command is for ${family} terminals, and ${quoted(serialNumber)} is an ${known} terminal; ` +
      `expected a command that ${known}.… of express-iclock/commands builds`,
  )
}

/**
 * Makes a command ready for storage.
 *
 * @throws IclockError `VALUE_REFUSED` if its encoding can't carry its text
 */
export function queuedCommand<Issued extends IssuedCommand>(
  { serialNumber, command: { text }, members, terms, issuedAt }: Draft<Issued>,
  commandId: string,
  encoding: string | undefined,
): QueuedCommand<Issued> {
  const command = { ...members, serialNumber, commandId, text } as Issued
  checkIsEncodable(command, encoding ?? 'utf-8')
  return {
    command,
    terms: encoding === undefined ? terms : { ...terms, encoding },
    issuedAt,
    ...(terms.expiresAt !== undefined && { openUntil: terms.expiresAt }),
  }
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
  const size = serialize(members).length
  if (size <= LARGEST_MEMBERS) return
  throw new TypeError(
    `express-iclock: members has ${size} bytes; expected at most ${LARGEST_MEMBERS}, because lists show them`,
  )
}

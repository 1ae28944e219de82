// Makes a terminal upload everything again: its next handshake says that nothing was stored.
import { checkAdapter, checkNames, type OptionNames, quoted, wrong } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { IclockError } from '../endpoint/errors.js'
import { STAMPED_TABLES, type TerminalStorage } from '../terminal/storage.js'
import { checkTerminal } from './answer.js'
import type { CommandQueue } from './calls.js'
import { checkFamily } from './issue.js'

/** The options of `sendAgain`. */
export interface SendAgainOptions<Issued extends IssuedCommand = IssuedCommand> {
  /** The storage of terminals. */
  adapter: Pick<TerminalStorage, 'findTerminal' | 'onContact'>
  /** The queue that issues the command which makes the terminal repeat its handshake. */
  commands: Pick<CommandQueue<Issued>, 'issue'>
  /** Only these tables; all by default. */
  tables?: readonly (typeof STAMPED_TABLES)[number][]
}

const OPTIONS: OptionNames<SendAgainOptions> = { adapter: true, commands: true, tables: true }
// Harmless if it comes twice.
const CHECK = { text: 'CHECK', key: 'send-again', family: 'attendance' } as const

/**
 * Asks a time clock to upload everything again that it has in memory: its next handshake answers
 * stamps of 0, until the first upload of each table comes after it, and a `CHECK` makes it repeat
 * the handshake. What is stored already stays and changes nothing. Door terminals have no stamps:
 * query their tables.
 *
 * @example
 * await sendAgain('0316144680030', { adapter, commands, tables: ['ATTLOG'] })
 *
 * @returns the `CHECK` that was issued
 * @throws IclockError `TERMINAL_UNKNOWN` if it never called, `FAMILY_MISMATCH` if it is a door
 *   terminal; TypeError if an option is wrong
 */
export async function sendAgain<Issued extends IssuedCommand>(
  serialNumber: string,
  options: SendAgainOptions<Issued>,
): Promise<Issued> {
  checkNames(options, OPTIONS)
  const { adapter, commands, tables = STAMPED_TABLES } = options
  checkAdapter(adapter, ['findTerminal', 'onContact'])
  if (typeof commands?.issue !== 'function') {
    throw wrong('commands', commands, 'what commandQueue(adapter) returns')
  }
  const isKnown = (table: unknown) => (STAMPED_TABLES as readonly unknown[]).includes(table)
  if (!Array.isArray(tables) || tables.length === 0 || !tables.every(isKnown)) {
    throw wrong('tables', tables, `a list of one or more of ${STAMPED_TABLES.join(', ')}`)
  }
  const terminal = await adapter.findTerminal(serialNumber)
  checkTerminal(terminal)
  if (!terminal) {
    throw new IclockError(
      'TERMINAL_UNKNOWN',
      `No terminal with the serial number ${quoted(serialNumber)} ever called: check its letters and their case.`,
    )
  }
  checkFamily({ serialNumber, command: CHECK }, terminal.family)
  const resend = Object.fromEntries(tables.map((table) => [table, 'asked' as const]))
  // The mark comes first: a handshake that finds none would answer as usual.
  await adapter.onContact({ serialNumber, at: terminal.lastSeenAt, kind: 'poll', resend })
  return commands.issue(serialNumber, CHECK)
}

// What an app does with commands: the calls of a queue, and its options. Types only.
import type { IssuedCommand } from '../command.js'
import type { ByTerminal } from '../endpoint/by-terminal.js'
import type { HookOptions } from '../endpoint/hook.js'
import type { Page } from '../page.js'
import type { FamilyOption, KnowsFamilies } from './family.js'
import type { Issue, IssueOptions, NewCommand } from './issue.js'
import type { CommandIdStyle } from './issuer.js'
import type { ListedCommand } from './list.js'
import type { CommandResult, ResultOptions } from './result.js'
import type {
  CommandCounts,
  CommandFilter,
  CommandIdentity,
  CommandState,
  CommandStorage,
  CountFilter,
} from './storage.js'

/** The options of `commandQueue`. What describes a terminal may be a function of its serial number. */
export interface CommandQueueOptions extends HookOptions {
  /**
   * Whose return codes a terminal follows (see `outcomeOf`): by default those of its `family`, if
   * the adapter knows it.
   */
  family?: FamilyOption
  /**
   * The encoding a terminal reads, a `TextDecoder` label; `'utf-8'` by default. Text that it lacks
   * is refused.
   */
  encoding?: ByTerminal<string | undefined>
  /**
   * What ids look like: `'text'`, the default, is 16 letters and digits that nobody can guess;
   * `'number'` is small whole numbers, for terminals that read nothing else. Those can be guessed:
   * use `authorize`.
   */
  commandIds?: ByTerminal<CommandIdStyle | undefined>
  /**
   * What `issue` does with a serial number that never called: `'accept'`, the default, or
   * `'refuse'`, which needs an adapter that knows terminals.
   */
  unknownTerminals?: 'accept' | 'refuse'
}

/** The options of `run`. */
export interface RunOptions<Issued extends IssuedCommand = IssuedCommand>
  extends IssueOptions<Issued>,
    ResultOptions {}

/** The storage that `commandQueue` needs. */
export type CommandQueueAdapter<Issued extends IssuedCommand = IssuedCommand> = KnowsFamilies &
  Omit<CommandStorage<Issued>, 'openCommands' | 'claim' | 'release' | 'recordSent'>

/** Issues commands, waits for their results, and lists them. */
export interface CommandQueue<Issued extends IssuedCommand = IssuedCommand> {
  /**
   * Issues a command. The terminal gets it with one of its next polls, after all that were issued
   * to it before.
   *
   * @returns the command with its id, once storage has it
   * @throws TypeError if a terminal can't carry it, or one of its terms is wrong
   * @throws IclockError `FAMILY_MISMATCH`, `VALUE_REFUSED`, `TERMINAL_UNKNOWN`, `COMMAND_ID_USED`,
   *   `COMMAND_IDS_EXHAUSTED`
   */
  issue(serialNumber: string, command: NewCommand, options?: IssueOptions<Issued>): Promise<Issued>
  /** Issues commands, to one terminal or to many, in one call of storage: all of them or none. */
  issueAll(issues: readonly Issue<Issued>[]): Promise<Issued[]>
  /**
   * Waits until a command has ended, in whatever process its reply arrives. It resolves however it
   * ends: done, failed, never answered, expired, cancelled. A command reported as expired or
   * unanswered is never sent again, so you can issue it again: it is closed in storage first.
   * The wait keeps the process alive.
   *
   * @throws IclockError `COMMAND_TIMEOUT` if that takes longer than `timeout`, `COMMAND_UNKNOWN` if
   *   storage doesn't have it; the reason of `signal`; the errors of storage
   */
  result(issued: CommandIdentity, options?: ResultOptions): Promise<CommandResult<Issued>>
  /** Issues a command and waits for its result. */
  run(
    serialNumber: string,
    command: NewCommand,
    options?: RunOptions<Issued>,
  ): Promise<CommandResult<Issued>>
  /**
   * Cancels a command: it isn't sent again. A terminal that already has it may still execute it,
   * and then its reply counts.
   *
   * @returns false if it already had a final reply, or was closed before
   */
  cancel(issued: CommandIdentity): Promise<boolean>
  /**
   * The state of a command now; undefined if storage doesn't have it. `'expired'` and
   * `'unanswered'` are final, as with `result`: only a late reply can change them.
   */
  state(issued: CommandIdentity): Promise<CommandState | undefined>
  /**
   * The states of many commands, of any terminals, in a few statements: one entry for each, in
   * their order, undefined if storage doesn't have it. States are as certain as those of `state`.
   *
   * @example
   * const [first] = await commands.look(issued)
   * console.log(first?.state, first?.meaning)
   */
  look(issued: readonly CommandIdentity[]): Promise<(ListedCommand<Issued> | undefined)[]>
  /**
   * Lists commands for people: a page, the newest first, 100 by default. It closes nothing: what it
   * lists as expired may be on its way to the terminal. `rowsOf` walks all pages.
   *
   * @throws TypeError if the filter is wrong, or the adapter has no `listCommands`
   */
  list(filter?: CommandFilter): Promise<Page<ListedCommand<Issued>>>
  /**
   * Counts commands by their state, each up to 1,000, and then `'1000+'`. Return codes are read as
   * the adapter reads them.
   *
   * @throws TypeError if the filter is wrong, or the adapter has no `countCommands`
   */
  count(filter?: CountFilter): Promise<CommandCounts>
}

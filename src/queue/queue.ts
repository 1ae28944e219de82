// commandQueue(): what an app does with commands. It needs storage, no HTTP: for routes, jobs and
// workers alike.
import { checkAdapter, checkNames, type OptionNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import type { ByTerminal } from '../endpoint/by-terminal.js'
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import { announce } from '../news.js'
import type { Page } from '../page.js'
import { checkIds } from './answer.js'
import { type FamilyOption, type KnowsFamilies, terminalReader } from './family.js'
import { checkIdentities, checkIdentity } from './identity.js'
import { ISSUE_OPTIONS, type Issue, type IssueOptions, type NewCommand } from './issue.js'
import { type CommandIdStyle, issuerOf } from './issuer.js'
import { countOf, type ListedCommand, listOf, lookAt, stateNow } from './list.js'
import {
  type CommandResult,
  checkResultOptions,
  RESULT_OPTIONS,
  type ResultOptions,
  resultOf,
} from './result.js'
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

const CALLS = ['issue', 'cancel', 'findRecord', 'findSummaries', 'nextNumbers']
const OPTIONAL_CALLS = ['listCommands', 'countCommands', 'findTerminal', 'listTerminals']
const QUEUE_OPTIONS: OptionNames<CommandQueueOptions> = {
  family: true,
  encoding: true,
  commandIds: true,
  unknownTerminals: true,
  onError: true,
}

/**
 * Creates the app's side of the command loop. Any process over the same storage may have one.
 *
 * @example
 * const commands = commandQueue(adapter)
 * const issued = await commands.issue('0316144680030', { text: 'REBOOT', attempts: 1 })
 * const { state, meaning } = await commands.result(issued, { timeout: 60_000 })
 *
 * @throws TypeError if the adapter lacks a call, or an option is wrong
 */
export function commandQueue<Issued extends IssuedCommand = IssuedCommand>(
  adapter: CommandQueueAdapter<Issued>,
  options: CommandQueueOptions = {},
): CommandQueue<Issued> {
  checkNames(options, QUEUE_OPTIONS)
  const needed = options.unknownTerminals === 'refuse' ? ['findTerminal'] : []
  checkAdapter(adapter, [...CALLS, ...needed], OPTIONAL_CALLS)
  const terminalsOf = terminalReader(options.family, adapter)
  const fail = (error: unknown) => {
    throw error
  }
  const onSuperseding = hookOf('superseding', fail, options)
  const issueAll = issuerOf(adapter, options, terminalsOf, onSuperseding)

  async function issue(
    serialNumber: string,
    command: NewCommand,
    issueOptions: IssueOptions<Issued> = {},
  ): Promise<Issued> {
    checkNames(issueOptions, ISSUE_OPTIONS)
    const [issued] = await issueAll([{ ...issueOptions, serialNumber, command }])
    return issued as Issued
  }

  return {
    issue,
    issueAll,
    async result(issued, how = {}) {
      checkIdentity('result', issued)
      checkResultOptions(how)
      return resultOf(adapter, issued, how, terminalsOf)
    },
    async run(serialNumber, command, runOptions = {}) {
      checkNames(runOptions, { ...ISSUE_OPTIONS, ...RESULT_OPTIONS })
      const { members, commandId, ...how } = runOptions
      checkResultOptions(how)
      how.signal?.throwIfAborted()
      const issued = await issue(serialNumber, command, {
        ...(members !== undefined && { members }),
        ...(commandId !== undefined && { commandId }),
      })
      return resultOf(adapter, issued, how, terminalsOf)
    },
    async cancel(issued) {
      checkIdentity('cancel', issued)
      const { serialNumber, commandId } = issued
      const closed = await adapter.cancel(
        serialNumber,
        { ids: [commandId] },
        new Date(),
        'cancelled',
      )
      checkIds('cancel', closed)
      if (closed.length > 0) announce(serialNumber, commandId)
      return closed.length > 0
    },
    async state(issued) {
      checkIdentity('state', issued)
      return stateNow(adapter, issued, terminalsOf)
    },
    async look(issued) {
      checkIdentities('look', issued)
      return lookAt(adapter, issued, terminalsOf)
    },
    list: async (filter = {}) => listOf(adapter, filter, terminalsOf),
    count: async (filter = {}) => countOf(adapter, filter),
  }
}

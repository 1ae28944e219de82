// commandQueue(): what an app does with commands. It needs storage, no HTTP: for routes, jobs and
// workers alike.
import { checkAdapter, checkNames, type OptionNames, wrong } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { announce } from '../news.js'
import { encodingOf } from './encoding.js'
import {
  checkFamilies,
  type FamilyOption,
  familyFinder,
  familyReader,
  type KnowsFamilies,
} from './family.js'
import { checkFilter } from './filter.js'
import { type Issue, type NewCommand, type OwnMembers, queuedCommand } from './issue.js'
import { type CommandResult, RESULT_OPTIONS, type ResultOptions, resultOf } from './result.js'
import { type CommandIdentity, settledRecord } from './settled.js'
import { stateOf } from './state.js'
import type { CommandFilter, CommandRecord, CommandState, CommandStorage } from './storage.js'
import { keyedByTerminal, olderUnsent } from './supersede.js'

/** The options of `commandQueue`. */
export interface CommandQueueOptions {
  /**
   * The family whose return codes a terminal follows (see `outcomeOf`); by default the terminal's
   * own, if the adapter knows it.
   */
  family?: FamilyOption
  /**
   * The encoding in which commands are sent; text that it lacks is refused. `'utf-8'` by default.
   */
  encoding?: string
}

/** The options of `issue`. */
export interface IssueOptions<Issued extends IssuedCommand = IssuedCommand> {
  /** The app's own members; they come back in `onReply` and from `findCommand`. */
  members?: OwnMembers<Issued>
}

/** The options of `run`. */
export interface RunOptions<Issued extends IssuedCommand = IssuedCommand>
  extends IssueOptions<Issued>,
    ResultOptions {}

/** A command's record, and its state at the time of the list. */
export interface ListedCommand<Issued extends IssuedCommand = IssuedCommand>
  extends CommandRecord<Issued> {
  state: CommandState
}

/** The storage that `commandQueue` needs. */
export type CommandQueueAdapter<Issued extends IssuedCommand = IssuedCommand> = KnowsFamilies &
  Omit<CommandStorage<Issued>, 'claim' | 'release'>

/** Issues commands, waits for their results, and lists them. */
export interface CommandQueue<Issued extends IssuedCommand = IssuedCommand> {
  /**
   * Issues a command. The terminal gets it with one of its next polls, after all that were issued to
   * it before.
   *
   * @returns the command with its new id, once storage has it
   * @throws TypeError if a terminal can't carry it, or one of its terms is wrong; IclockError
   *   `FAMILY_MISMATCH` if the terminal is known to be of the other family, `VALUE_REFUSED` if the
   *   encoding lacks a character
   */
  issue(serialNumber: string, command: NewCommand, options?: IssueOptions<Issued>): Promise<Issued>
  /** Issues commands, to one terminal or to many, in one call of storage: all of them or none. */
  issueAll(issues: readonly Issue<Issued>[]): Promise<Issued[]>
  /**
   * Waits until a command has ended, in whatever process its reply arrives. It resolves however it
   * ends: done, failed, never answered, expired, cancelled. A command reported as expired is never
   * sent, so you can issue it again: it is closed in storage first.
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
   * The state of a command now; undefined if storage doesn't have it. `'expired'` is final, as with
   * `result`.
   */
  state(issued: CommandIdentity): Promise<CommandState | undefined>
  /**
   * Lists commands for people: the newest first, 100 by default. A filter by `state` uses the
   * return codes of attendance terminals, whatever `family` is. It closes nothing: a command listed
   * as expired may be on its way to the terminal.
   *
   * @throws TypeError if the filter is wrong, or the adapter has no `commands`
   */
  list(filter?: CommandFilter): Promise<ListedCommand<Issued>[]>
}

const ISSUE_OPTIONS: OptionNames<IssueOptions> = { members: true }
const OPTIONS: OptionNames<CommandQueueOptions> = { family: true, encoding: true }
const CALLS = ['issue', 'openCommands', 'cancel', 'findRecord']
const ALL_OPEN = 2 ** 31 - 1

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
  checkAdapter(adapter, CALLS, ['commands', 'findTerminal'])
  checkNames(options, OPTIONS)
  const findFamily = familyFinder(options.family, adapter)
  const familyOf = familyReader(findFamily)
  const encoding = encodingOf(options.encoding)

  async function issueAll(issues: readonly Issue<Issued>[]): Promise<Issued[]> {
    const issuedAt = new Date()
    const queued = issues.map((one) => queuedCommand(one, issuedAt, encoding))
    await checkFamilies(issues, findFamily)
    if (queued.length > 0) await adapter.issue(queued)
    // The new ones are already stored: a crash in between leaves one too many, and never none.
    for (const [serialNumber, keyed] of keyedByTerminal(queued))
      await supersede(serialNumber, keyed)
    return queued.map(({ command }) => command)
  }

  async function supersede(serialNumber: string, keyed: Map<string, string>): Promise<void> {
    const now = new Date()
    const open = await adapter.openCommands(serialNumber, now, ALL_OPEN)
    const older = olderUnsent(open, keyed)
    if (older.length === 0) return
    const closed = await adapter.cancel(serialNumber, older, now, 'superseded')
    for (const commandId of closed) announce(serialNumber, commandId)
  }

  async function issue(
    serialNumber: string,
    command: NewCommand,
    options: IssueOptions<Issued> = {},
  ): Promise<Issued> {
    checkNames(options, ISSUE_OPTIONS)
    const [issued] = await issueAll([{ ...options, serialNumber, command }])
    return issued as Issued
  }

  async function result(
    issued: CommandIdentity,
    how: ResultOptions = {},
  ): Promise<CommandResult<Issued>> {
    checkNames(how, RESULT_OPTIONS)
    return resultOf(adapter, issued, how, familyOf)
  }

  return {
    issue,
    issueAll,
    result,
    async run(serialNumber, command, { members, ...how } = {}) {
      checkNames(how, RESULT_OPTIONS)
      how.signal?.throwIfAborted()
      return result(await issue(serialNumber, command, members && { members }), how)
    },
    async cancel({ serialNumber, commandId }) {
      const closed = await adapter.cancel(serialNumber, [commandId], new Date(), 'cancelled')
      if (closed.length > 0) announce(serialNumber, commandId)
      return closed.length > 0
    },
    async state(issued) {
      const { record, at } = (await settledRecord(adapter, issued)) ?? {}
      return record && at && stateOf(record, at, await familyOf(record))
    },
    async list(filter = {}) {
      checkFilter(filter)
      if (adapter.commands === undefined) {
        throw wrong('adapter.commands', undefined, 'a function, because list() asks it')
      }
      const now = new Date()
      const records = await adapter.commands(filter, now)
      const families = await Promise.all(records.map(familyOf))
      return records.map((record, index) => {
        return { ...record, state: stateOf(record, now, families[index]) }
      })
    },
  }
}

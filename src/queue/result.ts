// Waits until a command has ended, in whatever process its reply arrives.
import { checkNames, checkTimeout, type OptionNames, quoted } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { IclockError } from '../endpoint/errors.js'
import { checkRecord } from '../reply/found.js'
import { type Outcome, outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { TerminalsOf } from './family.js'
import { meaningOf } from './meaning.js'
import { checkSignal, onAbort } from './signal.js'
import { OPEN_STATES, stateOf } from './state.js'
import type { CommandIdentity, CommandState, CommandStorage } from './storage.js'
import { Watch } from './watch.js'

/** How long to wait for a result. */
export interface ResultOptions {
  /** Milliseconds until it rejects with `COMMAND_TIMEOUT`: 60 000 by default, 0 for no limit. */
  timeout?: number
  /** Aborts the wait, not the command; it rejects with the reason of the signal. */
  signal?: AbortSignal
}

/** The final result of a command. */
export interface CommandResult<Issued extends IssuedCommand = IssuedCommand> {
  /**
   * Any state but `'waiting'` and `'sent'`. A late reply still counts: `state` then returns its
   * outcome.
   */
  state: Exclude<CommandState, 'waiting' | 'sent'>
  /** The outcome; undefined if there was no reply. */
  outcome?: Outcome['outcome']
  /** The outcome in words. */
  meaning: string
  /** The reply; undefined if there was none. */
  reply?: CommandReply
  /** The command with the app's own members. */
  command?: Issued
}

/** What waiting for a result needs of storage. */
export type ResultStorage<Issued extends IssuedCommand> = Pick<
  CommandStorage<Issued>,
  'findRecord' | 'findSummaries' | 'cancel'
>

/** The names of the options of `result`. */
export const RESULT_OPTIONS: OptionNames<ResultOptions> = { timeout: true, signal: true }

/** @throws TypeError that names the option, what came and what was expected */
export function checkResultOptions(options: ResultOptions): void {
  checkNames(options, RESULT_OPTIONS)
  const { timeout = 0, signal } = options
  checkSignal(signal)
  checkTimeout('timeout', timeout)
}

/**
 * Resolves once the command has ended, however it ended.
 *
 * @param options checked
 * @throws IclockError `COMMAND_TIMEOUT` if that takes longer than `timeout`, `COMMAND_UNKNOWN` if
 *   storage doesn't have it; the reason of the signal; the errors of storage
 */
export function resultOf<Issued extends IssuedCommand>(
  adapter: ResultStorage<Issued>,
  identity: CommandIdentity,
  { timeout = 60_000, signal }: ResultOptions,
  terminalsOf: TerminalsOf,
): Promise<CommandResult<Issued>> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const watch = new Watch(adapter, identity)
    const end = (settle: () => void) => {
      watch.end()
      clearTimeout(timer)
      stopListening?.()
      settle()
    }
    const giveUp = () => end(() => reject(timeoutError(identity, timeout)))
    const timer = timeout === 0 ? undefined : setTimeout(giveUp, timeout)
    const stopListening = signal && onAbort(signal, () => end(() => reject(signal.reason)))
    watch
      .run((at) => wholeResult(adapter, identity, at, terminalsOf))
      .then(
        (result) => result && end(() => resolve(result)),
        (error) => end(() => reject(error)),
      )
  })
}

// Nothing but the end is read with its bytes.
async function wholeResult<Issued extends IssuedCommand>(
  adapter: ResultStorage<Issued>,
  identity: CommandIdentity,
  at: Date,
  terminalsOf: TerminalsOf,
): Promise<CommandResult<Issued> | undefined> {
  const { serialNumber, commandId } = identity
  const record = await adapter.findRecord(serialNumber, commandId)
  if (!record) throw unknownError(identity)
  checkRecord(record, serialNumber, commandId)
  const { command, reply } = record
  const family = reply?.returnCode
    ? (await terminalsOf([serialNumber], 'family')).get(serialNumber)?.family
    : undefined
  const state = stateOf(record, at, family)
  // It may have been forgotten, and issued anew, in between.
  if (OPEN_STATES.includes(state)) return undefined
  const outcome = reply && outcomeOf(reply, command, family)
  return {
    state: state as CommandResult['state'],
    ...outcome,
    meaning: meaningOf(state, outcome),
    ...(reply !== undefined && { reply }),
    ...(command !== undefined && { command }),
  }
}

/** The error for a command that storage doesn't have. */
export function unknownError({ serialNumber, commandId }: CommandIdentity): IclockError {
  return new IclockError(
    'COMMAND_UNKNOWN',
    `Storage has no command ${quoted(commandId)} of terminal ${quoted(serialNumber)}.`,
  )
}

function timeoutError({ serialNumber, commandId }: CommandIdentity, timeout: number): IclockError {
  return new IclockError(
    'COMMAND_TIMEOUT',
    `Command ${quoted(commandId)} of terminal ${quoted(serialNumber)} has not ended within ${timeout} ms; ` +
      'it stays in the queue: cancel it, or ask for its result again.',
  )
}

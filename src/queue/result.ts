// Waits until a command has ended, in whatever process its reply arrives.
import { checkTimeout, type OptionNames, quoted } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { IclockError } from '../endpoint/errors.js'
import { listenFor } from '../news.js'
import { type Family, type Outcome, outcomeOf } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { FamilyOf } from './family.js'
import { type CommandIdentity, type SettledRecord, settledRecord } from './settled.js'
import { stateOf } from './state.js'
import type { CommandState, CommandStorage } from './storage.js'

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

/** The names of the options of a wait. */
export const RESULT_OPTIONS: OptionNames<ResultOptions> = { timeout: true, signal: true }

const FIRST_PAUSE = 100
const LONGEST_PAUSE = 3000
const MEANINGS = {
  unanswered: 'handed out, but the terminal never replied',
  expired: 'its time was over before the terminal asked for it',
  cancelled: 'cancelled',
  superseded: 'a newer command with the same key took its place',
}

/**
 * Resolves once the command has ended, however it ended.
 *
 * @throws IclockError `COMMAND_TIMEOUT` if that takes longer than `timeout`, `COMMAND_UNKNOWN` if
 *   storage doesn't have it; the reason of the signal; the errors of storage
 */
export function resultOf<Issued extends IssuedCommand>(
  adapter: Pick<CommandStorage<Issued>, 'findRecord' | 'cancel'>,
  identity: CommandIdentity,
  { timeout = 60_000, signal }: ResultOptions,
  familyOf: FamilyOf,
): Promise<CommandResult<Issued>> {
  checkTimeout('timeout', timeout)
  return new Promise((resolve, reject) => {
    const watch = new Watch(adapter, identity, familyOf)
    const end = (settle: () => void) => {
      watch.end()
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      settle()
    }
    const abort = () => end(() => reject(signal?.reason))
    const giveUp = () => end(() => reject(timeoutError(identity, timeout)))
    // A wait alone should not keep the process alive.
    const timer = timeout === 0 ? undefined : setTimeout(giveUp, timeout).unref()
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort)
    watch.run().then(
      (result) => result && end(() => resolve(result)),
      (error) => end(() => reject(error)),
    )
  })
}

// Polls storage with growing pauses, and immediately when this process learns of a change.
class Watch<Issued extends IssuedCommand> {
  readonly adapter: Pick<CommandStorage<Issued>, 'findRecord' | 'cancel'>
  readonly identity: CommandIdentity
  readonly familyOf: FamilyOf
  readonly stopListening: () => void
  hasNews = false
  hasEnded = false
  timer: NodeJS.Timeout | undefined = undefined
  wake: () => void = () => {}

  constructor(
    adapter: Pick<CommandStorage<Issued>, 'findRecord' | 'cancel'>,
    identity: CommandIdentity,
    familyOf: FamilyOf,
  ) {
    this.adapter = adapter
    this.identity = identity
    this.familyOf = familyOf
    this.stopListening = listenFor(identity.serialNumber, identity.commandId, () => {
      this.hasNews = true
      this.wake()
    })
  }

  /** The result; undefined if the watch was ended before. */
  async run(): Promise<CommandResult<Issued> | undefined> {
    let pause = FIRST_PAUSE
    while (!this.hasEnded) {
      this.hasNews = false
      const settled = await settledRecord(this.adapter, this.identity)
      if (settled === undefined) throw unknownError(this.identity)
      const result = endOf(settled, await this.familyOf(settled.record))
      if (result !== undefined) return result
      await this.pause(pause)
      pause = Math.min(pause * 1.5, LONGEST_PAUSE)
    }
    return undefined
  }

  async pause(ms: number): Promise<void> {
    // News that arrived while storage was being read may be newer than its answer.
    if (this.hasNews || this.hasEnded) return
    await new Promise<void>((resolve) => {
      this.wake = resolve
      this.timer = setTimeout(resolve, ms).unref()
    })
    clearTimeout(this.timer)
  }

  end(): void {
    this.hasEnded = true
    this.stopListening()
    clearTimeout(this.timer)
    this.wake()
  }
}

function endOf<Issued extends IssuedCommand>(
  { record, at }: SettledRecord<Issued>,
  family: Family,
): CommandResult<Issued> | undefined {
  const state = stateOf(record, at, family)
  if (state === 'waiting' || state === 'sent') return undefined
  const { command, reply } = record
  const outcome = reply && outcomeOf(reply, command, family)
  return {
    state,
    meaning: '',
    ...outcome,
    ...(state in MEANINGS && { meaning: MEANINGS[state as keyof typeof MEANINGS] }),
    ...(reply !== undefined && { reply }),
    ...(command !== undefined && { command }),
  }
}

function timeoutError({ serialNumber, commandId }: CommandIdentity, timeout: number): IclockError {
  return new IclockError(
    'COMMAND_TIMEOUT',
    `Command ${quoted(commandId)} of terminal ${quoted(serialNumber)} has not ended within ${timeout} ms; ` +
      'it stays in the queue: cancel it, or ask for its result again.',
  )
}

function unknownError({ serialNumber, commandId }: CommandIdentity): IclockError {
  return new IclockError(
    'COMMAND_UNKNOWN',
    `Storage has no command ${quoted(commandId)} of terminal ${quoted(serialNumber)}.`,
  )
}

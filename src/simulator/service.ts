// The terminal's main loop: handshake, uploads, polls, execution and replies, like firmware.
import { setMaxListeners } from 'node:events'
import { uploadLog } from './attendance.js'
import { DeliveryError } from './delivery.js'
import { takeEffect } from './effect.js'
import type { Exchange, ExchangeKind, ExchangeOptions, Faults } from './exchange.js'
import {
  type Execute,
  handlingOf,
  isCheck,
  isReboot,
  isRows,
  isUploads,
  recordOf,
  returnCodeOf,
} from './execution.js'
import { shakeHands } from './handshake.js'
import { type Pace, pauseAfter, rest, unlessAborted } from './pace.js'
import { poll, type TerminalCommand } from './poll.js'
import { recordWriter } from './records.js'
import { isFinal } from './refusal.js'
import { sendChanges, sendEchoes, sendRows, sendUploads } from './report.js'
import { ask, losePower, type Session } from './session.js'
import { replyQuestion } from './upload.js'

/** How a terminal works. */
export interface ServeOptions extends Pace {
  /** Ends the work; commands being executed and their replies are finished first. */
  signal?: AbortSignal
  /** Ends the work as soon as the server has no command and the terminal has nothing to report. */
  untilIdle?: boolean
  /** What is unusual about a request of this kind, if anything. */
  faults?(kind: ExchangeKind): ExchangeOptions | undefined
}

/** What a terminal has done. */
export interface Service {
  /** Why it stopped: `signal`, `idle`, or `crash`. */
  ended: 'signal' | 'idle' | 'crash'
  /** Polls that the server answered correctly. */
  polls: number
  /** Commands whose execution started. */
  executed: number
  /** How often the terminal restarted. */
  restarts: number
}

interface Work {
  session: Session
  signal: AbortSignal | undefined
  beforeRound: (() => void) | undefined
  execute: Execute
  faults: Faults
  greets: boolean
  mustGreet: boolean
  service: Service
}

/**
 * Polls and executes until it is stopped; with `greets`, it performs a handshake first and after
 * each restart.
 *
 * @throws DeliveryError if it gives up on a failing server, with `untilIdle`
 */
export async function serve(
  session: Session,
  execute: Execute,
  options: ServeOptions,
  greets: boolean,
): Promise<Service> {
  const { service, refused } = await work(session, execute, options, greets)
  if (refused) throw new DeliveryError(session.identity.serialNumber, [refused])
  return service
}

/** Like `serve`, but resolves with the refusal on which it gave up, if any. */
export async function work(
  session: Session,
  execute: Execute,
  options: ServeOptions,
  greets: boolean,
  beforeRound?: () => void,
): Promise<{ service: Service; refused?: Exchange }> {
  const { signal, untilIdle = false, faults = () => undefined } = options
  // One signal may stop many terminals.
  if (signal) setMaxListeners(0, signal)
  const service: Service = { ended: 'signal', polls: 0, executed: 0, restarts: 0 }
  const own = { session, execute, signal, faults, beforeRound, service }
  const work: Work = { ...own, greets, mustGreet: greets }
  let idlePolls = 0
  let failingSince: number | undefined
  // Replies left over from an earlier call come before the next poll.
  if (!signal?.aborted) await flush(work)
  let power = session.power.signal
  while (!signal?.aborted) {
    const { refused, isIdle } = await cycle(work, power)
    if (!power.aborted) {
      if (untilIdle && isIdle && !refused) return { service: { ...service, ended: 'idle' } }
      failingSince = refused && (failingSince ?? performance.now())
      const isLast = isOver(failingSince, session) || (!options.faults && isFinal(refused?.status))
      if (untilIdle && refused && isLast) return { service, refused }
      idlePolls = isIdle ? idlePolls + 1 : 0
      const pause = pauseAfter(idlePolls, refused !== undefined, session.settings, options)
      await rest(pause, [signal, power])
    }
    if (power.aborted) {
      if (power.reason === 'crash') return { service: { ...service, ended: 'crash' } }
      service.restarts++
      work.mustGreet = greets
      power = session.power.signal
    }
  }
  return { service }
}

const isOver = (since = 0, { identity }: Session) =>
  performance.now() - since > identity.giveUpAfter

/**
 * One round of firmware: uploads, a poll, the commands it returned, and their replies with those
 * still unsent.
 */
async function cycle(
  work: Work,
  power: AbortSignal,
): Promise<{ refused?: Exchange; isIdle: boolean }> {
  const { session, faults, service } = work
  work.beforeRound?.()
  if (work.mustGreet) {
    const last = (await shakeHands(session, faults)).at(-1)
    if (last?.accepted !== true) return { ...(last && { refused: last }), isIdle: false }
    work.mustGreet = false
  }
  let refused: Exchange | undefined
  const lastUpload = (await uploadLog(session, faults)).at(-1)
  if (lastUpload?.accepted === false) refused = lastUpload
  if (power.aborted || work.signal?.aborted) return { isIdle: false }
  const polled = await poll(session, faults('poll'))
  if (polled.accepted) service.polls++
  else refused = polled
  for (const command of polled.commands) {
    if (power.aborted) break
    await carryOut(work, command, power)
  }
  if (power.aborted) return { isIdle: false }
  refused = (await flush(work)) ?? (await sendEchoes(session, faults)) ?? refused
  refused = (await sendChanges(session, faults)) ?? refused
  const hasReported = session.echoes.length === 0 && !session.people?.changes.length
  const hasNothing = session.outbox.isEmpty && hasReported
  const isIdle = polled.accepted && polled.commands.length === 0 && hasNothing
  return { ...(refused && { refused }), isIdle }
}

async function carryOut(work: Work, command: TerminalCommand, power: AbortSignal): Promise<void> {
  const { session, execute, service } = work
  const { identity, outbox } = session
  const result = await unlessAborted(execute(command), power)
  service.executed++
  if (power.aborted) return
  if (isRows(result)) {
    await sendRows(session, work.faults, { ...result, commandId: command.commandId })
    if (power.aborted || !identity.dialect.concludes) return
  }
  if (isUploads(result)) await sendUploads(session, work.faults, result)
  if (power.aborted) return
  const execution = returnCodeOf(result)
  if (typeof execution === 'number' && execution >= 0) takeEffect(session, command.text)
  const handling = handlingOf(command.text)
  const records = recordWriter(identity.serialNumber, identity.dialect)
  const record = recordOf(command, execution, records, session)
  if (record !== undefined) outbox.add(record, handling)
  if (isCheck(command.text)) work.mustGreet = work.greets
  if (handling !== 'batched' || isReboot(command.text)) await flush(work)
  if (isReboot(command.text) && !power.aborted) losePower(session, true)
}

function flush({ session, faults }: Work): Promise<Exchange | undefined> {
  return session.outbox.flush(({ records }) => {
    return ask(session, replyQuestion(records), faults('reply'))
  })
}

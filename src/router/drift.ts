// How far a terminal's clock is from ours, by what it sends. Pure but for the channel.
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { TerminalFacts } from '../terminal/storage.js'
import { clockIn } from '../upload/clock.js'
import type { Upload } from '../upload/upload.js'

/** That a terminal's clock was seen to be wrong, or right, as published on `express-iclock:clock`. */
export interface ClockEvent {
  serialNumber: string
  /** How many whole seconds the clock is ahead of ours, or behind if negative. */
  drift: number
  /**
   * How it showed: by a record later than now, or by a time that the terminal stated. A record that
   * comes late looks like one of a clock that is behind, so that no record proves that.
   */
  source: 'record' | 'statement'
}

/** The drift of a clock, as stored. */
export type Drift = Required<Pick<TerminalFacts, 'clockDrift' | 'clockDriftAt'>>

/** What an upload's latest record proves: a clock that is ahead; undefined if it isn't. */
export function driftInRecords({
  serialNumber,
  records,
  receivedAt,
}: Pick<Upload, 'serialNumber' | 'records' | 'receivedAt'>): Drift | undefined {
  const now = receivedAt.getTime()
  let latest = now
  for (const record of records) {
    if (record.kind !== 'packet' && record.instant !== undefined && +record.instant > latest) {
      latest = +record.instant
    }
  }
  const seconds = Math.floor((latest - now) / 1000)
  return seconds === 0 ? undefined : driftOf(serialNumber, seconds, receivedAt, 'record')
}

/**
 * What a time that the terminal stated proves (the option `DateTime`, in the time code of the
 * manuals or as text); undefined if it states none.
 */
export function driftInOptions(
  serialNumber: string,
  options: Readonly<Record<string, string>>,
  zone: string,
  at: Date,
): Drift | undefined {
  const stated = clockIn(zone)(statedTime(options) ?? '')
  if (stated === undefined) return undefined
  const seconds = Math.round((stated.getTime() - at.getTime()) / 1000)
  return driftOf(serialNumber, seconds, at, 'statement')
}

/** The time in a terminal's options, as stated. */
export function statedTime(options: Readonly<Record<string, string>>): string | undefined {
  const key = Object.keys(options).find((name) => /^~?datetime$/i.test(name))
  return key === undefined ? undefined : options[key]
}

function driftOf(
  serialNumber: string,
  drift: number,
  at: Date,
  source: ClockEvent['source'],
): Drift {
  if (CHANNELS.clock.hasSubscribers) {
    const event: ClockEvent = { serialNumber, drift, source }
    CHANNELS.clock.publish(event)
  }
  return { clockDrift: drift, clockDriftAt: at }
}

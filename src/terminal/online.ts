// Whether a terminal is online.
import { checkNames, checkWhole, type OptionNames } from '../check.js'
import type { Terminal } from './storage.js'

/** The options of `isOnline`. */
export interface OnlineOptions {
  /** How long ago it may have been seen, in milliseconds: 5 minutes by default. */
  silentAfter?: number
  /** The moment; now by default. */
  now?: Date
}

const OPTIONS: OptionNames<OnlineOptions> = { silentAfter: true, now: true }

/** How long ago a terminal that is online was seen, in milliseconds. */
export const SILENT_AFTER = 300_000

/**
 * Whether a terminal is online: it was seen in the last 5 minutes. One that was seen later than now,
 * by a process whose clock was ahead, is not.
 *
 * @example
 * const terminal = await adapter.findTerminal('0316144680030')
 * if (terminal && !isOnline(terminal)) console.warn(`silent since ${terminal.lastSeenAt}`)
 *
 * @param terminal as storage knows it
 * @throws TypeError if an option is wrong
 */
export function isOnline(
  { lastSeenAt }: Pick<Terminal, 'lastSeenAt'>,
  options: OnlineOptions = {},
): boolean {
  checkNames(options, OPTIONS)
  const { silentAfter = SILENT_AFTER, now = new Date() } = options
  checkWhole('silentAfter', silentAfter, 1)
  return Math.abs(now.getTime() - lastSeenAt.getTime()) <= silentAfter
}

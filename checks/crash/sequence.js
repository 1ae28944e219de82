// In which order commands were executed, and how soon they came again.
import { REPLY_WITHIN } from './driver.js'
import { SPREAD } from './skew.js'

/**
 * @typedef {import('./driver.js').Intent} Intent
 * @typedef {import('./diary.js').Diary} Diary
 */

/** @param {{ serialNumber?: string, commandId?: string } | undefined} command */
export const keyOf = (command) => `${command?.serialNumber} ${command?.commandId}`

/**
 * Executions of a command that was acknowledged before one was issued that the same terminal
 * executed earlier. Two commands issued at the same time have no order.
 *
 * @param {readonly Intent[]} intents
 * @param {Diary['executed']} executed
 */
export function outOfOrder(intents, executed) {
  const latest = new Map()
  let count = 0
  for (const { serialNumber, number } of executed) {
    const { begun = 0, known = Number.POSITIVE_INFINITY } = intents[number] ?? {}
    if ((latest.get(serialNumber) ?? 0) > known) count++
    latest.set(serialNumber, Math.max(begun, latest.get(serialNumber) ?? 0))
  }
  return count
}

/**
 * Hand-outs of a command less than `replyWithin` after the one before, without a start of the
 * terminal between them.
 *
 * @param {Diary['executed']} executed
 * @param {readonly { from: number, to: number }[]} [jumps]
 */
export function tooSoon(executed, jumps) {
  const shortest = REPLY_WITHIN - (jumps ? SPREAD : 0)
  const latest = new Map()
  let count = 0
  for (const one of executed) {
    const last = latest.get(keyOf(one))
    latest.set(keyOf(one), one)
    if (last === undefined) continue
    const [from, to] = [Math.min(last.polledAt, one.polledAt), Math.max(last.at, one.at)]
    const hasJumped = jumps?.some((jump) => jump.from <= to && jump.to >= from)
    if (to - from < shortest && last.starts[0] === one.starts[1] && !hasJumped) count++
  }
  return count
}

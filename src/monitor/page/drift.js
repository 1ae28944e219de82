// How far a terminal's clock is from the server's, in words.
import { t } from './element.js'
import { ago } from './time.js'

/** @type {[name: string, seconds: number][]} */
const UNITS = [
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
  ['seconds', 1],
]

/** Such as `3 min ahead, 2 h ago`; undefined if it never showed. */
export function driftOf({ clockDrift, clockDriftAt }) {
  if (clockDrift === undefined || clockDriftAt === undefined) return undefined
  const size = Math.abs(clockDrift)
  // In the largest unit of which there are two.
  const [unit, seconds] = UNITS.find(([, length]) => size >= 2 * length) ?? ['seconds', 1]
  const time = t(`drift.${unit}`, { n: Math.floor(size / seconds) })
  const side = clockDrift === 0 ? 'right' : clockDrift > 0 ? 'ahead' : 'behind'
  return t(`drift.${side}`, { time, seen: ago(clockDriftAt) })
}

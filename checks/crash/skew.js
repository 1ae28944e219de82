// Sets the clocks of a campaign's apps: apart, back and ahead.
import { setTimeout as wait } from 'node:timers/promises'

/** How far apart clocks are at most, in ms: less than the shortest `replyWithin` of the driver. */
export const SPREAD = 2000
const LONGEST_JUMP = 60 * 60_000
const YEAR = 365 * 24 * 60 * 60_000
const SHORT = 300
const AHEAD = 2500

/** @typedef {{ setClock(ahead: number): Promise<void> }} Clock */

/**
 * @param {readonly Clock[]} apps
 * @param {() => number} random
 */
export function openSkew(apps, random) {
  let common = 0
  const own = apps.map(() => 0)
  /** @type {{ from: number, to: number }[]} while clocks were further apart, or jumped */
  const jumps = []
  const setAll = () =>
    Promise.all(apps.map((app, index) => app.setClock(common + (own[index] ?? 0))))

  /** @param {() => Promise<unknown>} change */
  async function jump(change) {
    const from = Date.now()
    await change()
    jumps.push({ from, to: Date.now() })
  }

  return {
    jumps,
    /** Changes one clock or all of them, as it happens. */
    async step() {
      const [what, which, size] = [random(), Math.floor(random() * apps.length), random() - 0.5]
      if (what < 0.6) {
        own[which] = Math.round(size * SPREAD)
        await setAll()
      } else if (what < 0.8) {
        common += Math.round(size * 2 * LONGEST_JUMP)
        await jump(setAll)
      } else {
        await jump(async () => {
          await apps[which]?.setClock(YEAR)
          await wait(SHORT)
          await setAll()
        })
      }
    },
    /** Sets all clocks ahead for a while, so that some answers are lost by a clock that was ahead. */
    async ahead() {
      common = LONGEST_JUMP
      await jump(setAll)
      await wait(AHEAD)
    },
    /** Sets all clocks right. */
    async end() {
      common = 0
      own.fill(0)
      await jump(setAll)
    },
  }
}

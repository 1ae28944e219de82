// One campaign: terminals and a driver run, processes are killed, and faults are counted at the
// end.
import { setTimeout as wait } from 'node:timers/promises'
import { newDiary } from './diary.js'
import { openDriver } from './driver.js'
import { openGround } from './ground.js'
import { serialNumberOf } from './kind.js'
import { openReader } from './reader.js'
import { openSkew } from './skew.js'
import { openTerminal } from './terminal.js'
import { judge } from './verdict.js'

/**
 * @typedef {object} Campaign
 * @property {import('./database.js').GroundName} ground
 * @property {number} kills
 * @property {number} seed
 * @property {import('./broken.js').Defect} [broken]
 * @property {boolean} [clocks] whether the clocks of the apps are apart, step back and jump ahead
 * @property {boolean} [kinds] whether its terminals are of all kinds, mixed
 * @property {boolean} [events] whether its storage keeps events, and a reader follows them
 * @property {(line: string) => void} [say]
 */

const TERMINALS = 6
const LONGEST_DRAIN = 60_000
const LONGEST_WORK = 20_000
const ENOUGH = 150

/**
 * Runs a campaign, and returns its counts: `faults` and `races` are those that must be 0, `races` only if the database's
 * conditional updates are atomic.
 *
 * @param {Campaign} campaign
 */
export async function runCampaign(campaign) {
  const { ground: name, kills, seed, broken, clocks, kinds = false, say = () => {} } = campaign
  const { events = false } = campaign
  const ground = await openGround(name, broken, { events })
  // MongoDB without transactions logs after the fact, and again what a dead process left.
  const reader = events ? openReader(await ground.beside(), !name.startsWith('mongodb')) : undefined
  try {
    const { title, url, port, isAtomic } = ground
    const notes = `${kinds ? ', all kinds' : ''}${events ? ', events' : ''}${clocks ? ', clocks apart' : ''}${broken ? `, broken: ${broken}` : ''}`
    say(`${title}: ${kills} kills, seed ${seed}${notes}`)
    const random = randomFrom(seed)
    const diary = newDiary()
    const skew = openSkew(ground.apps, randomFrom(seed + 100))
    const driver = openDriver({ port, random: randomFrom(seed + 1), isAtomic })
    const terminals = Array.from({ length: TERMINALS }, (_, index) => {
      const random = randomFrom(seed + 2 + index)
      const own = { serialNumber: serialNumberOf(index, random, kinds), random }
      return openTerminal({ ...own, url, diary, isAtomic })
    })
    const over = new AbortController()
    const noMoreCommands = new AbortController()
    const working = terminals.map((terminal) => terminal.work(over.signal))
    const driving = terminals.map(({ serialNumber }) => {
      return driver.drive(serialNumber, noMoreCommands.signal)
    })
    /** @type {Record<string, number>} */
    const killed = {}
    try {
      for (let count = 0; count < kills; count++) {
        await wait(200 + random() * 900)
        if (clocks) await skew.step()
        const what = await ground.kill(random(), random() * 500)
        killed[what] = (killed[what] ?? 0) + 1
      }
      // On a slow machine, kills leave little time to work.
      const end = Date.now() + LONGEST_WORK
      while (diary.executed.length < ENOUGH && Date.now() < end) await wait(100)
      if (clocks) await skew.ahead()
    } finally {
      noMoreCommands.abort()
      await Promise.all(driving)
      if (clocks) await skew.end()
      // A start would make what was sent by a clock that was ahead due, which it must be without one.
      for (const terminal of terminals) terminal.calm(!clocks)
      await driver.settle(LONGEST_DRAIN)
      over.abort()
      await Promise.all(working)
    }
    const storage = await ground.look()
    try {
      const jumps = clocks ? skew.jumps : undefined
      const verdict = await judge(storage, driver.intents, diary, jumps, reader)
      return { ...verdict, killed, isAtomic, refusals: diary.refusals }
    } finally {
      await storage.close()
    }
  } finally {
    await reader?.close()
    await ground.remove()
  }
}

/** Numbers from 0 to 1, the same for the same seed. @param {number} seed */
function randomFrom(seed) {
  let state = Math.imul(seed, 2654435761) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

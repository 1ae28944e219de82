// A terminal of a campaign: it polls, sometimes twice at once, executes, reports, uploads, and loses power.
import { setTimeout as wait } from 'node:timers/promises'
import { virtualTerminal } from 'express-iclock/simulator'
import { concludesByRows, kindOf } from './kind.js'

/** @typedef {import('./diary.js').Diary} Diary */

// Below the driver's `replyWithin`: a later answer may have been overtaken by another attempt.
const TIMEOUT = 1500
// Longer than an app waits for its database: its work for a refused request is over by then.
const PATIENCE = 2500
// In two packets.
export const QUERY_ROWS = 3
const LONGEST_JUMP = 2 * 365 * 24 * 60 * 60_000

/** The first lines of a request, and what ends them. @param {Buffer} sent */
const headOf = (sent) => sent.toString('latin1', 0, sent.indexOf('\r\n\r\n') + 4)

/**
 * @param {object} options
 * @param {string} options.serialNumber
 * @param {string} options.url
 * @param {() => number} options.random
 * @param {Diary} options.diary
 * @param {boolean} options.isAtomic whether it may do two things at once: poll, or lose power while the server works for it
 */
export function openTerminal({ serialNumber, url, random, diary, isAtomic }) {
  const terminal = virtualTerminal({
    ...{ serialNumber, url, timeout: TIMEOUT, pause: 50, dialect: kindOf(serialNumber) },
    // The clocks of the apps may jump.
    maxClockError: LONGEST_JUMP,
    onExchange({ kind, accepted, refusal = '', sent }) {
      if (!accepted) {
        const told = refusal.slice(0, 90).replace(/\d+/g, 'N')
        diary.refusals[told] = (diary.refusals[told] ?? 0) + 1
      } else if (kind === 'upload' && /table=(ATTLOG|rtlog)/.test(headOf(sent))) {
        const body = sent.subarray(headOf(sent).length).toString()
        for (const line of body.split(/\r?\n/).filter(Boolean)) {
          // The events of a door name what the columns of a time clock are.
          const [, pin = line.split('\t')[0]] = /\tpin=(\d+)/.exec(line) ?? []
          diary.uploaded.push({ serialNumber, pin: `${pin}` })
        }
      }
    },
  })
  let isCalm = false
  let mustGreet = true
  let punches = 0
  let starts = 0
  /** @param {number} chance */
  const happens = (chance) => !isCalm && random() < chance
  /** @param {number} chance */
  const losesPower = (chance) => isAtomic && happens(chance)
  const afterRefusal = () => wait(isAtomic ? 30 : PATIENCE)
  const faultOf = (/** @type {number} */ chance) => {
    if (!happens(chance)) return {}
    diary.lostAnswers++
    return { cutAfter: Infinity }
  }

  function losePower() {
    diary.powerLosses++
    mustGreet = true
    terminal.crash()
  }

  /** @returns {Promise<boolean>} whether it was acknowledged */
  function greet() {
    starts++
    return terminal.handshake({ giveUpAfter: 1000 }).then(
      () => true,
      () => afterRefusal().then(() => false),
    )
  }

  async function poll() {
    const polledAt = Date.now()
    const before = starts
    const { commands, accepted } = await terminal.poll(faultOf(0.1))
    if (!accepted) await afterRefusal()
    for (const { commandId, text } of commands) {
      const number = Number(/PIN=(\d+)/i.exec(text)?.[1])
      /** @type {[number, number]} */
      const during = [before, starts]
      diary.executed.push({
        ...{ serialNumber, commandId, number, polledAt, at: Date.now(), starts: during },
      })
      if (text.startsWith('DATA QUERY') && concludesByRows(serialNumber)) await sendRows(commandId)
      else await report(commandId, number % 7 === 3 ? -3 : 0)
    }
  }

  /** @param {string} commandId */
  async function sendRows(commandId) {
    const rows = Array.from({ length: QUERY_ROWS }, (_, n) => `user uid=${n}\tpin=${commandId}${n}`)
    const parts = [rows.slice(0, 2), rows.slice(2)]
    for (const [place, part] of parts.entries()) {
      if (mustGreet) return
      if (losesPower(0.04)) return losePower()
      const packets = { count: parts.length, index: place + 1 }
      const result = { commandId, table: 'user', rows: part, packets }
      const isKept = await terminal.queryData(result, { giveUpAfter: 600, ...faultOf(0.1) }).then(
        () => true,
        () => false,
      )
      if (!isKept) return
    }
    diary.concluded.push({ serialNumber, commandId })
  }

  /** Until it is acknowledged, or forgotten. @param {string} commandId @param {number} returnCode */
  async function report(commandId, returnCode) {
    const record = terminal.records.reply(commandId, returnCode, 'DATA')
    while (!mustGreet) {
      if (losesPower(0.04)) return losePower()
      const { accepted } = await terminal.exchange(record, faultOf(0.08))
      if (accepted) {
        diary.acknowledged.push({ serialNumber, commandId, returnCode })
        if (!happens(0.05)) return
        await wait(30)
      } else {
        await afterRefusal()
      }
    }
  }

  /** @param {string} pin */
  async function takePhoto(pin) {
    const photo = { pin, jpeg: Buffer.from([0xff, 0xd8, 0xff, 0xd9]) }
    const isKept = await terminal.photo(photo, { giveUpAfter: 300, ...faultOf(0.1) }).then(
      () => true,
      () => false,
    )
    if (isKept) diary.photos.push({ serialNumber, pin })
  }

  /** @param {string} pin */
  async function visit(pin) {
    const { opened } = await terminal.verify({ pin }, { timeout: TIMEOUT, ...faultOf(0.1) })
    if (opened !== undefined) diary.opened.push({ serialNumber, pin })
  }

  /** @param {AbortSignal} signal */
  async function work(signal) {
    while (!signal.aborted) {
      if (losesPower(0.02)) losePower()
      if (mustGreet && (await greet())) mustGreet = false
      if (!mustGreet) {
        if (happens(0.3)) terminal.remember({ pin: `${++punches}` })
        if (terminal.unsent > 0)
          await terminal.upload({ giveUpAfter: 300, ...faultOf(0.1) }).catch(() => {})
        if (happens(0.1)) await takePhoto(`${++punches}`)
        if (happens(0.2)) await visit(`${++punches}`)
        const second = () => wait(random() * 30).then(poll)
        await Promise.all(isAtomic && happens(0.4) ? [poll(), second()] : [poll()])
      }
      await wait(20 + random() * 80)
    }
    // Records still in its memory were never acknowledged.
    return terminal.unsent
  }

  return {
    serialNumber,
    work,
    /**
     * From here on nothing goes wrong.
     *
     * @param {boolean} restarts whether it starts anew, so that unanswered commands come again at once
     */
    calm(restarts) {
      isCalm = true
      mustGreet ||= restarts
    },
  }
}

// Issues commands of all kinds to one terminal, cancels some, and waits for the result of each.
import { request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * @typedef {object} Intent What the driver requested, and the results.
 * @property {number} number
 * @property {string} serialNumber
 * @property {number} attempts
 * @property {boolean} expires
 * @property {number} begun when it was issued: a number that grows with everything the driver does
 * @property {number} [known] when that was acknowledged; missing if the app died before
 * @property {string} [commandId]
 * @property {number} [cancelledAt] when a cancellation was acknowledged, in ms
 * @property {{ state: string, returnCode?: number, at: number }} [result] the reported result, and
 * when in ms
 * @property {string} [problem] why there is no result
 */

// No terminal may get the answer to a poll after this.
export const REPLY_WITHIN = 3000
const MOST_AT_ONCE = 6

/** @type {((random: () => number) => Record<string, unknown> & { verb: string, isKeyed?: boolean })[]} */
const KINDS = [
  () => ({ verb: 'DATA UPDATE USERINFO' }),
  () => ({ verb: 'ENROLL_FP', attempts: 1 }),
  () => ({ verb: 'DATA QUERY tablename=user,fielddesc=*,filter=', attempts: 2 }),
  (random) => ({
    verb: 'DATA UPDATE SMS',
    attempts: 2,
    expiresAfter: 100 + Math.floor(random() * 3000),
  }),
  (random) => ({ verb: 'DATA UPDATE USERINFO', key: `user ${Math.floor(random() * 2)}` }),
]

/**
 * @param {object} campaign
 * @param {number} campaign.port
 * @param {() => number} campaign.random
 * @param {boolean} campaign.isAtomic whether commands may be closed while they are being sent, or
 * while their replies come: cancelled, superseded, expired, unanswered
 */
export function openDriver({ port, random, isAtomic }) {
  /** @type {Intent[]} */
  const intents = []
  const kinds = isAtomic ? KINDS : KINDS.slice(0, 3)
  let clock = 0
  let isOver = false
  /** Resolves when nothing is sent any more. @type {() => void} */
  let becomeQuiet = () => {}
  const quiet = new Promise((resolve) => {
    becomeQuiet = () => resolve(undefined)
  })
  /** @type {Promise<void>[]} */
  const waits = []

  /**
   * Issues commands until stopped, one after another. @param {string} serialNumber @param
   * {AbortSignal} signal
   */
  async function drive(serialNumber, signal) {
    let waiting = 0
    while (!signal.aborted) {
      await wait(20 + random() * 150)
      if (waiting >= MOST_AT_ONCE) continue
      const intent = await issue(serialNumber)
      if (intent.commandId === undefined) {
        await wait(200)
        continue
      }
      waiting++
      const ended = isAtomic ? awaitResult(intent) : awaitEnd(intent)
      const work = [ended.finally(() => waiting--)]
      if (!isAtomic) work.push(quiet.then(() => awaitResult(intent)))
      if (isAtomic && random() < 0.1) work.push(cancel(intent, random() * 400))
      waits.push(...work)
    }
  }

  /** @param {string} serialNumber */
  async function issue(serialNumber) {
    const number = intents.length
    const kind = kinds[Math.floor(random() * kinds.length)] ?? KINDS[0]
    const { verb, ...terms } = /** @type {NonNullable<typeof kind>} */ (kind)(random)
    const attempts = Number(terms.attempts ?? 5)
    /** @type {Intent} */
    const intent = {
      number,
      serialNumber,
      attempts,
      expires: terms.expiresAfter !== undefined,
      begun: ++clock,
    }
    intents.push(intent)
    const command = {
      text: `${verb}${verb.endsWith('=') ? 'Pin' : ' PIN'}=${number}`,
      replyWithin: REPLY_WITHIN,
      ...terms,
    }
    const { answer } = await ask('issue', { serialNumber, command, intent: number })
    if (answer) Object.assign(intent, { commandId: answer.commandId, known: ++clock })
    return intent
  }

  /** @param {Intent} intent */
  async function awaitResult(intent) {
    const identity = identityOf(intent)
    while (!isOver) {
      const { answer, code } = await ask('result', { identity })
      if (answer) intent.result = { ...answer, at: Date.now() }
      if (code === 'COMMAND_UNKNOWN') intent.problem = code
      if (answer || intent.problem) return
      await wait(50)
    }
    intent.problem = 'no result'
  }

  /** Waits for the end without closing anything. @param {Intent} intent */
  async function awaitEnd(intent) {
    for (;;) {
      const { answer } = await ask('state', { identity: identityOf(intent) })
      if (isOver || (answer && !['waiting', 'sent'].includes(answer))) return
      await wait(50)
    }
  }

  /** @param {number} end */
  async function untilClosed(end) {
    while (Date.now() < end && (await ask('open', {})).answer !== 0) await wait(200)
  }

  /** @param {Intent} intent @param {number} pause */
  async function cancel(intent, pause) {
    await wait(pause)
    const { answer } = await ask('cancel', { identity: identityOf(intent) })
    if (answer === true) intent.cancelledAt = Date.now()
  }

  /** @param {Intent} intent */
  const identityOf = ({ serialNumber, commandId }) => ({ serialNumber, commandId })

  /**
   * The app's answer; an empty object if it died. @param {string} call @param {object} body
   * @returns {Promise<any>}
   */
  function ask(call, body) {
    return new Promise((resolve) => {
      const end = () => resolve({})
      const options = { port, path: `/queue/${call}`, method: 'POST', agent: false, timeout: 6000 }
      const headers = { 'content-type': 'application/json' }
      const req = request({ host: '127.0.0.1', ...options, headers }, (res) => {
        let text = ''
        res.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        res.on('error', end).on('close', () => {
          try {
            resolve(res.complete ? JSON.parse(text) : {})
          } catch {
            end()
          }
        })
      })
      req.on('error', end).on('timeout', () => req.destroy())
      req.end(JSON.stringify(body))
    })
  }

  return {
    intents,
    drive,
    /** Waits for all results, and for what was issued without the driver's knowledge; ms at most. @param {number} most */
    async settle(most) {
      const end = Date.now() + most
      if (!isAtomic) await untilClosed(end)
      becomeQuiet()
      const all = Promise.all(waits).then(() => true)
      await Promise.race([all, wait(most, undefined, { ref: false })])
      await untilClosed(end)
      isOver = true
      await all
    },
  }
}

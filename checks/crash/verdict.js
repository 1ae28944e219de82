// Compares what was acknowledged, executed and reported with the final storage.
import { commandQueue, rowsOf } from 'express-iclock'
import { familyOf } from './kind.js'
import { keyOf, outOfOrder, tooSoon } from './sequence.js'
import { QUERY_ROWS } from './terminal.js'

/**
 * @typedef {import('./driver.js').Intent} Intent
 * @typedef {import('./diary.js').Diary} Diary
 * @typedef {import('express-iclock').ListedCommand<any>} Listed
 */

const ENDS = ['succeeded', 'failed', 'unknown', 'unanswered', 'expired', 'cancelled', 'superseded']
// Results that a late reply may change, and those that a later cancellation may.
const REVISED_BY_REPLY = ['unanswered', 'cancelled']
const REVISED_BY_CANCELLATION = ['unanswered']
// Between a clock read here and the one read in an app.
const SLACK = 5

/**
 * Counts faults, which must be 0, and events.
 *
 * @param {import('./storage.js').Storage} storage
 * @param {readonly Intent[]} intents
 * @param {Diary} diary
 * @param {readonly { from: number, to: number }[]} [jumps] when clocks jumped; undefined if all apps
 *   had the clock of the machine
 * @param {ReturnType<typeof import('./reader.js').openReader>} [reader] of the events
 */
export async function judge(storage, intents, diary, jumps, reader) {
  const queue = commandQueue(/** @type {any} */ (storage))
  const listed = await everyOf((filter) => queue.list(filter))
  const records = new Map(listed.map((record) => [keyOf(record), record]))
  const replies = await everyOf((filter) => storage.listReplies?.(filter) ?? NOTHING)
  const attendance = await everyOf((filter) => storage.listAttendance?.(filter) ?? NOTHING)
  const uploads = await everyOf((filter) => storage.listUploads?.(filter) ?? NOTHING)
  const events = uploads.filter(({ type }) => type === 'rtlog')
  const punches = [...attendance, ...events].map(personOf)
  const photos = uploads
    .filter(({ kind, type }) => kind === 'file' || type === 'attphoto')
    .map(personOf)
  const allowed = uploads.filter(({ type, raw }) => {
    return type === 'door decision' && raw.includes('verdict=allowed')
  })
  const terminals = await everyOf((filter) => storage.listTerminals?.(filter) ?? NOTHING)
  const codes = new Map(replies.map((reply) => [keyOf(reply), Number(reply.returnCode)]))
  const executions = new Map()
  for (const executed of diary.executed) {
    executions.set(keyOf(executed), (executions.get(keyOf(executed)) ?? 0) + 1)
  }
  const known = intents.filter(({ commandId }) => commandId !== undefined)
  const found = known.filter((intent) => records.has(keyOf(intent)))
  /** @param {(intent: Intent, record: Listed) => boolean} isWrong */
  const wrong = (isWrong) =>
    found.filter((intent) => isWrong(intent, /** @type {Listed} */ (records.get(keyOf(intent)))))
      .length

  const closed = listed.filter(({ cancelled }) => cancelled !== undefined)
  const logged = await reader?.judge(storage, [
    ...punches.map((punch) => `punch ${punch}`),
    ...photos.map((photo) => `photo ${photo}`),
    ...replies.map((reply) => `reply ${keyOf(reply)} ${reply.returnCode}`),
    ...closed.map((command) => `closed ${keyOf(command)}`),
  ])
  const faults = {
    ...logged,
    'acknowledged replies lost': diary.acknowledged.filter((reply) => {
      return codes.get(keyOf(reply)) !== reply.returnCode
    }).length,
    'replies kept twice': replies.length - codes.size,
    // A reply that came later would count; these terminals send none.
    'queries that their rows did not conclude': diary.concluded.filter((query) => {
      return records.get(keyOf(query))?.reply?.rows !== QUERY_ROWS
    }).length,
    'acknowledged attendance lost': without(diary.uploaded.map(personOf), punches),
    'attendance kept twice': punches.length - new Set(punches).size,
    'acknowledged photos lost': without(diary.photos.map(personOf), photos),
    'photos kept twice': photos.length - new Set(photos).size,
    'doors opened by an allow that is lost': without(
      diary.opened.map(personOf),
      allowed.map(personOf),
    ),
    'doors opened for those who must stay outside': diary.opened.filter(({ pin }) => {
      return Number(pin) % 3 === 0
    }).length,
    'terminals of another family': terminals.filter(({ serialNumber, family }) => {
      return family !== undefined && family !== familyOf(serialNumber)
    }).length,
    'acknowledged commands lost': known.length - found.length,
    'commands stuck': listed.filter(({ state }) => !ENDS.includes(state)).length,
    'results missing': known.filter(({ result }) => result === undefined).length,
    'results that storage contradicts': wrong((intent, record) => !agree(intent, record)),
  }
  const races = {
    'handed out beyond attempts': listed.filter(({ attemptsMade, terms }) => {
      return attemptsMade > (terms?.attempts ?? 0)
    }).length,
    'executed more often than claimed': [...executions].filter(([key, times]) => {
      return times > (records.get(key)?.attemptsMade ?? 0)
    }).length,
    'at-most-once commands executed twice': listed.filter((record) => {
      return record.terms?.attempts === 1 && executions.get(keyOf(record)) > 1
    }).length,
    'superseded or expired, and executed': listed.filter((record) => {
      return ['superseded', 'expired'].includes(record.state) && executions.has(keyOf(record))
    }).length,
    'handed out after it was cancelled': diary.executed.filter(({ number, polledAt }) => {
      const cancelledAt = intents[number]?.cancelledAt
      return cancelledAt !== undefined && polledAt > cancelledAt + SLACK
    }).length,
    // What has expired by one clock has not by another: it may come late.
    'executed past a later command': outOfOrder(
      intents,
      diary.executed.filter(({ number }) => !jumps || !intents[number]?.expires),
    ),
    'handed out again too soon': tooSoon(diary.executed, jumps),
  }
  /** @type {Record<string, number>} */
  const states = {}
  for (const { state } of listed) states[state] = (states[state] ?? 0) + 1
  const counts = {
    issued: intents.length,
    ...{ 'issued, without the driver being told': listed.length - known.length },
    ...{ executed: diary.executed.length, 'replies acknowledged': codes.size, ...states },
    ...{
      'queries concluded by rows': diary.concluded.length,
      'attendance records': punches.length,
      photos: photos.length,
      'doors opened': diary.opened.length,
      'answers lost': diary.lostAnswers,
    },
    'power losses': diary.powerLosses,
  }
  const contradictions = found.flatMap((intent) => {
    const record = /** @type {Listed} */ (records.get(keyOf(intent)))
    return intent.result && !agree(intent, record) ? [describe(intent, record)] : []
  })
  return { faults, races, counts, contradictions }
}

const NOTHING = { rows: [] }

/**
 * @template Row
 * @param {(filter: { limit: number, after?: string }) => import('express-iclock').Awaitable<import('express-iclock').Page<Row>>} list
 */
async function everyOf(list) {
  /** @type {Row[]} */
  const rows = []
  for await (const row of rowsOf(list, { limit: 1000 })) rows.push(row)
  return rows
}

/** @param {{ serialNumber: string, pin?: string }} row */
const personOf = ({ serialNumber, pin }) => `${serialNumber} ${pin}`

/** @param {readonly string[]} wanted @param {readonly string[]} kept */
function without(wanted, kept) {
  const set = new Set(kept)
  return new Set(wanted.filter((one) => !set.has(one))).size
}

/** @param {Intent} intent @param {Listed} record */
function agree({ result }, { state, reply, cancelled }) {
  if (result === undefined || result.state === state) {
    return result?.returnCode === undefined || result.returnCode === reply?.returnCode
  }
  if (reply !== undefined) return REVISED_BY_REPLY.includes(result.state)
  return cancelled?.reason === 'cancelled' && REVISED_BY_CANCELLATION.includes(result.state)
}

/** @param {Intent} intent @param {Listed} record */
function describe(
  { number, result },
  { state, attemptsMade, terms, sentAt, cancelled, repliedAt },
) {
  const times = { expiresAt: terms?.expiresAt, sentAt, cancelledAt: cancelled?.at, repliedAt }
  const told = JSON.stringify({ ...result, at: result?.at && new Date(result.at) })
  return `${number}: told ${told}, kept ${JSON.stringify({ state, attemptsMade, ...times })}`
}

// Many terminals that do nothing but post replies, as fast as the server answers, some of them in unusual ways.
import { DeliveryError, virtualTerminal } from 'express-iclock/simulator'

/**
 * Posts replies until the time is over. The terminal with the index `body % terminals` posts the body with this index; each
 * posts one at a time.
 *
 * `repeated`: requests that sent a body again. `givenUp`: replies that were never accepted.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {number} options.terminals
 * @param {number} options.duration in ms
 * @param {(body: number, records: import('express-iclock/simulator').RecordWriter) => Uint8Array[]} options.replies
 * @param {(body: number) => import('express-iclock/simulator').SendOptions | undefined} options.faults those of the first
 *   attempt to post a body
 */
export async function postReplies({ url, terminals, duration, replies, faults }) {
  const report = { sent: 0, answered: {}, unanswered: 0, repeated: 0, givenUp: 0 }
  const end = performance.now() + duration
  const work = async (/** @type {number} */ index) => {
    const terminal = virtualTerminal({ url, serialNumber: `SIM${index}`, pause: 20 })
    for (let body = index; performance.now() < end; body += terminals) {
      const giveUpAfter = Math.max(0, end - performance.now())
      const records = replies(body, terminal.records)
      const sending = terminal.send(records, { ...faults(body), giveUpAfter })
      const exchanges = await sending.catch((error) => {
        if (!(error instanceof DeliveryError)) throw error
        return error.exchanges
      })
      note(report, exchanges)
      if (!exchanges.some(({ accepted }) => accepted)) report.givenUp += records.length
    }
  }
  await Promise.all(Array.from({ length: terminals }, (_, index) => work(index)))
  return report
}

/**
 * @param {{ sent: number, answered: Record<number, number>, unanswered: number, repeated: number }} report
 * @param {readonly import('express-iclock/simulator').Exchange[]} exchanges
 */
function note(report, exchanges) {
  report.sent += exchanges.length
  report.repeated += exchanges.length - 1
  for (const { status } of exchanges) {
    if (status === undefined) report.unanswered++
    else report.answered[status] = (report.answered[status] ?? 0) + 1
  }
}

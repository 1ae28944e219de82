// Denies questions without a decision: no app decides, or they can't be read.
import { ok } from '../endpoint/answer.js'
import type { Exchange } from '../endpoint/endpoint.js'
import { IclockError } from '../endpoint/errors.js'
import { publishRefusal } from '../endpoint/refusal.js'
import { withBody } from '../endpoint/stray.js'
import { decisionText } from './decision.js'
import { LONGEST_LINE } from './question.js'

// A question has about 200 bytes.
export const MOST_BYTES: number = 64 * 1024

/** Stores every question and denies it, because the app decides none. */
export function denying(keep: Exchange): Exchange {
  return async (serialNumber, request, deadline) => {
    const body = await request.body(MOST_BYTES)
    await keep(serialNumber, withBody(request, body), deadline)
    const message =
      'A terminal asks whether a door may open: set the option "verification" of terminalRouter, or switch the questions ' +
      'off by access.setBackgroundVerification({ enabled: false }).'
    publishRefusal(request, new IclockError('VERIFICATION_OFF', message))
    return ok(decisionText({ verdict: 'denied' }, lineOf(body), ''))
  }
}

/** The line of a body that may be an event. */
export function lineOf(body: Buffer): Buffer | undefined {
  let end = body.length
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end--
  const line = body.subarray(0, end)
  const isOne = line.length <= LONGEST_LINE && !line.includes(0x0a) && !line.includes(0x0d)
  return isOne && line.length > 0 ? line : undefined
}

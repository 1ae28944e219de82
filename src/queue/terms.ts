// How an app wants a command to be delivered, checked.
import { describe, isWhole, type OptionNames } from '../check.js'
import { DEFAULT_TERMS } from './state.js'
import type { DeliveryTerms } from './storage.js'

/** How a command is to be delivered. Times are milliseconds. */
export interface NewTerms {
  /**
   * How often it is sent at most: 1 to 100, 5 by default. With 1 it is executed at most once.
   */
  attempts?: number
  /**
   * How long the first attempt waits for a reply, 60 000 by default; each further one twice as
   * long, a day at most.
   */
  replyWithin?: number
  /** How long it may be sent, from now; without it, forever. */
  expiresAfter?: number
  /**
   * Names an intent such as `user 7`, in 1 to 200 characters: it takes the place of older commands
   * with this key that were not sent yet.
   */
  key?: string
  /**
   * Whether commands after it in the same answer would be lost or held up. By default this is so
   * for what restarts the terminal, enrolls, or runs in its shell.
   */
  endsAnswer?: boolean
  /**
   * Whether it waits for no other command: the next poll gets it first, beside whatever the
   * terminal has; a poll gets one such command at most. It needs `attempts: 1` and `expiresAfter`,
   * and can't end an answer.
   */
  urgent?: boolean
  /**
   * The PIN whose row of the roster must name this command when it is sent; the roster sets it
   * (`express-iclock/roster`). A command that its row doesn't name is closed, not sent.
   */
  fence?: string
}

/** The names of the terms. */
export const TERM_NAMES: OptionNames<NewTerms> = {
  attempts: true,
  replyWithin: true,
  expiresAfter: true,
  key: true,
  endsAnswer: true,
  urgent: true,
  fence: true,
}

const MOST_ATTEMPTS = 100
const LONGEST = 10 * 366 * 24 * 60 * 60 * 1000
const LONGEST_KEY = 200
const ENDS_ANSWER = /^(REBOOT|UPGRADE|SHELL|PUTFILE|ENROLL_|CONTROL DEVICE 0?3)/i

/**
 * The terms of a command that is issued now.
 *
 * @throws TypeError that names the term, what came and what was expected
 */
export function termsOf(command: NewTerms & { text: string }, issuedAt: Date): DeliveryTerms {
  const { attempts = DEFAULT_TERMS.attempts, replyWithin = DEFAULT_TERMS.replyWithin } = command
  const { expiresAfter, key, urgent = false, fence } = command
  const { endsAnswer = ENDS_ANSWER.test(command.text) } = command
  checkNumber('attempts', attempts, MOST_ATTEMPTS)
  checkNumber('replyWithin', replyWithin, LONGEST)
  if (expiresAfter !== undefined) checkNumber('expiresAfter', expiresAfter, LONGEST)
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > LONGEST_KEY)) {
    const expected = `text that names an intent, such as "user 7", of at most ${LONGEST_KEY} characters`
    throw wrongMember('key', key, expected)
  }
  if (typeof endsAnswer !== 'boolean') throw wrongMember('endsAnswer', endsAnswer, 'true or false')
  if (typeof urgent !== 'boolean') throw wrongMember('urgent', urgent, 'true or false')
  if (fence !== undefined && (typeof fence !== 'string' || fence.length > LONGEST_KEY)) {
    throw wrongMember('fence', fence, 'the PIN of a row of the roster, as a string')
  }
  if (urgent) checkUrgent(attempts, expiresAfter, endsAnswer)
  return {
    attempts,
    replyWithin,
    ...(expiresAfter !== undefined && { expiresAt: new Date(issuedAt.getTime() + expiresAfter) }),
    ...(key !== undefined && { key }),
    ...(endsAnswer && { endsAnswer }),
    ...(urgent && { urgent }),
    ...(fence !== undefined && { fence }),
  }
}

/** An error that names a member of a command, what came and what was expected. */
export function wrongMember(name: string, value: unknown, expected: string): TypeError {
  return new TypeError(
    `express-iclock: ${name} of the command is ${describe(value)}; expected ${expected}`,
  )
}

// What overtakes others must not come twice, nor late, nor hold up what comes after it.
function checkUrgent(
  attempts: number,
  expiresAfter: number | undefined,
  endsAnswer: boolean,
): void {
  if (attempts !== 1) throw wrongMember('attempts', attempts, '1, because the command is urgent')
  if (expiresAfter === undefined) {
    const expected = 'milliseconds such as 15000, because the command is urgent'
    throw wrongMember('expiresAfter', expiresAfter, expected)
  }
  if (endsAnswer) {
    throw wrongMember('endsAnswer', endsAnswer, 'false, because the command is urgent')
  }
}

function checkNumber(name: string, value: unknown, most: number): void {
  if (!isWhole(value, 1, most)) throw wrongMember(name, value, `a whole number from 1 to ${most}`)
}

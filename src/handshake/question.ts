// What a terminal asks for by GET cdata besides settings and the time: the app answers.
import { checkFunction, describe, type OptionNames, quoted } from '../check.js'
import { ok } from '../endpoint/answer.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { Endpoint, Exchange } from '../endpoint/endpoint.js'
import type { Target } from '../endpoint/query.js'
import { asksForPerson } from './request.js'

/** A question of a terminal. */
export interface TerminalQuestion {
  serialNumber: string
  /**
   * The members of the query in the terminal's spelling, without `SN`, such as
   * `{ table: 'RemoteAtt', PIN: '7' }`. It has no prototype.
   */
  query: Record<string, string>
}

/** The option about questions. */
export interface QuestionOptions {
  /**
   * Answers what a terminal asks by `GET cdata` besides its settings and the time: a person that it
   * doesn't know (`table=RemoteAtt&PIN=7`; lines such as the `text` of `attendance.putUser`), a
   * person's last punch (`type=LastPunch&PIN=7`), texts (`table=SELFSERVICEDATA`). It counts toward
   * `timeout`. Without it, or if it returns nothing, the answer is `NONE`.
   */
  onQuestion?(question: TerminalQuestion): Awaitable<string | undefined>
}

/** The names of the option about questions. */
export const QUESTION_OPTIONS: OptionNames<QuestionOptions> = { onQuestion: true }

/**
 * Which questions are accepted, and how they are answered.
 *
 * @throws TypeError if `onQuestion` isn't a function
 */
export function questionsOf(options: QuestionOptions): {
  accepts: Endpoint['accepts']
  exchange: Exchange
} {
  checkFunction('onQuestion', options.onQuestion, 'a function ({ serialNumber, query })')
  const ask = options.onQuestion?.bind(options)
  // A person unknown to the terminal is unknown here, too.
  if (ask === undefined) return { accepts: asksForPerson, exchange: () => ok('NONE') }
  return {
    accepts: ({ method }) => method === 'GET',
    async exchange(serialNumber, { target }, deadline) {
      const question = { serialNumber, query: membersOf(target) }
      const answer: unknown = await deadline.wait(ask(question), 'option "onQuestion"')
      if (answer === undefined || answer === null) return ok('NONE')
      if (typeof answer === 'string') return ok(answer)
      throw new TypeError(
        `express-iclock: for terminal ${quoted(serialNumber)}, option "onQuestion" returned ${describe(answer)}; ` +
          'expected text, or nothing',
      )
    },
  }
}

function membersOf(target: Target): Record<string, string> {
  const query: Record<string, string> = Object.create(null)
  for (const [name, [sent, value]] of target.first) if (name !== 'sn') query[sent] = value
  return query
}

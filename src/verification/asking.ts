// One question of a terminal: its answer comes in time, whatever the app and storage do.
import { goOn } from '../endpoint/after.js'
import { type Answer, ok } from '../endpoint/answer.js'
import type { Deadline } from '../endpoint/deadline.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import { endpoint } from '../endpoint/endpoint.js'
import { IclockError, statusOf } from '../endpoint/errors.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { withBody } from '../endpoint/stray.js'
import { checkPage } from '../reply/found.js'
import { clockIn } from '../upload/clock.js'
import { readQuery } from '../upload/query.js'
import type { Upload } from '../upload/upload.js'
import {
  checkedDecision,
  DECISION,
  decisionIn,
  decisionRecord,
  decisionText,
  type VerificationDecision,
} from './decision.js'
import { lineOf, MOST_BYTES } from './denying.js'
import type { VerificationSettings } from './options.js'
import { questionIn, type VerificationQuestion } from './question.js'

/** A decision that was answered, as published on the channel `express-iclock:decision`. */
export interface DecisionEvent {
  serialNumber: string
  /** What was decided; `timeout` if the deadline came first. */
  verdict: VerificationDecision['verdict']
  /** From the request to the answer, in milliseconds. */
  duration: number
}

const REPEATED_WITHIN = 60_000
const MOST_RECENT = 50
const OPENS_FOR = 5
// An answer that comes too late is not sent.
const NOTHING: Answer = { status: 200, headers: {}, body: '' }

/** A question from its request to its answer. */
export class Asking {
  readonly #settings: VerificationSettings
  readonly #request: TerminalRequest
  readonly #began = performance.now()
  readonly #over = new AbortController()
  #question: VerificationQuestion | undefined
  /** Whether the body was read and is no question: it has to be stored, or refused. */
  #isOther = false
  #isStoring = false
  #word = 'SUCCESS'

  constructor(settings: VerificationSettings, request: TerminalRequest) {
    this.#settings = settings
    this.#request = request
  }

  /** The answer: at the deadline, if none came before it. */
  async answer(): Promise<Answer> {
    const { timeout } = this.#settings
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeout)
    }).then(() => this.#timedOut())
    // Its own deadline only ends what was given up: it must never be the first of the two.
    const limits = { ...this.#settings, timeout: 2 * timeout }
    const { answer } = endpoint(limits, (...args) => this.#decide(...args))
    try {
      return await Promise.race([answer(this.#request).catch((error) => this.#failed(error)), late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #decide(
    serialNumber: string,
    request: TerminalRequest,
    deadline: Deadline,
  ): Promise<Answer> {
    const { encodingOf, zoneOf, wordOf, keep } = this.#settings
    const body = await request.body(MOST_BYTES)
    const isKnown = request.target.value('authtype')?.toLowerCase() === 'device'
    this.#question = isKnown ? questionIn(body, serialNumber, 'utf-8', undefined) : undefined
    if (this.#question === undefined) {
      this.#isOther = true
      await keep(serialNumber, withBody(request, body), deadline)
      return ok(decisionText({ verdict: 'denied' }, lineOf(body), ''))
    }
    const zone = await zoneOf(serialNumber, deadline)
    const clock = zone === undefined ? undefined : clockIn(zone)
    const encoding = await encodingOf(serialNumber, deadline)
    this.#word = await wordOf(serialNumber, deadline)
    const question = questionIn(body, serialNumber, encoding, clock) ?? this.#question
    this.#question = question
    const { signal } = this.#over
    const decision = await this.#decisionOn(question, deadline)
    if (signal.aborted) return NOTHING
    await this.#store(decision)
    if (!signal.aborted) return this.#answered(decision)
    // The terminal got another answer meanwhile.
    if (decision.verdict === 'allowed') await this.#store(this.#late(question))
    return NOTHING
  }

  // What the app decides; a failure of its own denies.
  async #decisionOn(
    question: VerificationQuestion,
    deadline: Deadline,
  ): Promise<VerificationDecision> {
    const { decide, onError } = this.#settings
    const repeated = await deadline.wait(this.#repeated(question))
    const { signal } = this.#over
    if (signal.aborted) return { question, verdict: 'denied' }
    try {
      const asked = { ...question, ...(repeated !== undefined && { repeated }), signal }
      return checkedDecision(await decide(asked), question)
    } catch (error) {
      if (!signal.aborted) onError(error)
      return { question, verdict: 'denied' }
    }
  }

  async #repeated(question: VerificationQuestion): Promise<VerificationDecision | undefined> {
    const { serialNumber } = question
    const since = new Date(Date.now() - REPEATED_WITHIN)
    const filter = { serialNumber, type: DECISION, since, limit: MOST_RECENT }
    const page = await this.#settings.adapter.listUploads(filter)
    checkPage('listUploads', page)
    const found = page.rows
      .map((row) => decisionIn(row, question))
      .filter((decision) => decision !== undefined)
    // The terminal read that its time was over: it asks anew.
    const isUnanswered = found.some(({ verdict }) => verdict === 'timeout')
    return isUnanswered ? undefined : found.at(-1)
  }

  async #store(decision: VerificationDecision): Promise<void> {
    this.#isStoring = true
    const { question } = decision
    const { serialNumber } = question
    const record = decisionRecord(decision)
    const upload: Upload = {
      ...{ serialNumber, ...readQuery(this.#request.target), table: DECISION },
      ...{ receivedAt: new Date(), body: record.raw, records: [record], unparsed: [] },
    }
    await this.#settings.adapter.onUpload(upload)
    this.#settings.onKept({ ...upload, records: [question.record] }, this.#request)
  }

  #answered(decision: VerificationDecision): Answer {
    const { verdict, question } = decision
    this.#settings.afterDecision?.(decision)
    if (CHANNELS.decision.hasSubscribers) {
      const { serialNumber } = question
      const duration = performance.now() - this.#began
      CHANNELS.decision.publish({ serialNumber, verdict, duration } satisfies DecisionEvent)
    }
    return ok(decisionText(decision, question.record.raw, this.#word))
  }

  // Storage may answer later, or never.
  #timedOut(): Answer {
    this.#over.abort()
    if (this.#isOther) {
      const { timeout } = this.#settings
      const message = `No response from storage within ${timeout} ms; the terminal will retry.`
      throw new IclockError('STORAGE_TIMEOUT', message)
    }
    const question = this.#question
    if (question === undefined) return ok(decisionText({ verdict: 'timeout' }, undefined, ''))
    const decision = this.#late(question)
    this.#storeLater(decision)
    return this.#answered(decision)
  }

  #late(question: VerificationQuestion): VerificationDecision {
    const { door } = question
    const opens = this.#settings.opensOnTimeout && door !== undefined
    return { question, verdict: 'timeout', ...(opens && { door, seconds: OPENS_FOR }) }
  }

  // A refusal stays one; after any other failure the door stays closed.
  #failed(error: object): Answer {
    if (statusOf(error) < 500 || this.#isOther) throw error
    if (this.#over.signal.aborted) return NOTHING
    this.#over.abort()
    this.#settings.onError(error)
    const question = this.#question
    if (question === undefined) return ok(decisionText({ verdict: 'denied' }, undefined, ''))
    const decision: VerificationDecision = { question, verdict: 'denied' }
    if (!this.#isStoring) this.#storeLater(decision)
    return this.#answered(decision)
  }

  #storeLater(decision: VerificationDecision): void {
    goOn(this.#store(decision).catch(this.#settings.onError))
  }
}

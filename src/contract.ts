// What every adapter must do, as cases for any test runner. It asserts only with node:assert.
import { AssertionError } from 'node:assert/strict'
import { COMMAND_CASES } from './contract/command.js'
import { COST_CASES } from './contract/cost.js'
import { EVENT_CASES } from './contract/event.js'
import { LACK_CASES } from './contract/lack.js'
import { OFFER_CASES } from './contract/offer.js'
import { REFUSED_CASES } from './contract/refused.js'
import { REPLY_CASES } from './contract/reply.js'
import { RETENTION_CASES } from './contract/retention.js'
import { ROSTER_CASES } from './contract/roster.js'
import type { Case, ContractSubject } from './contract/subject.js'
import { TERMINAL_CASES } from './contract/terminal.js'
import { UPLOAD_CASES } from './contract/upload.js'
import type { Awaitable } from './endpoint/deadline.js'

export type { ContractSubject, StalledAdapter, UploadedLine } from './contract/subject.js'

/** One promise of an adapter. */
export interface ContractCase {
  /** The promise, in words. */
  name: string
  /**
   * Makes a subject and rejects if its adapter breaks the promise. A case that can't be checked is
   * skipped through the test context of vitest, `node:test` and mocha; elsewhere the process warns
   * of what is not proved, once per reason.
   */
  run(this: unknown, context?: unknown): Promise<void>
}

const CASES: readonly Case[] = [
  ...LACK_CASES,
  ...REPLY_CASES,
  ...COMMAND_CASES,
  ...UPLOAD_CASES,
  ...TERMINAL_CASES,
  ...REFUSED_CASES,
  ...RETENTION_CASES,
  ...EVENT_CASES,
  ...ROSTER_CASES,
  ...OFFER_CASES,
  ...COST_CASES,
]

/**
 * Creates the cases that check a storage adapter. They can run in any order, and concurrently. The
 * first one says what the adapter lacks, and which router or call needs it.
 *
 * @example
 * for (const { name, run } of adapterContract(create)) test(name, run)
 *
 * @param create makes a new subject; called once for each case
 */
export function adapterContract(create: () => Awaitable<ContractSubject>): ContractCase[] {
  const warned = new Set<string>()

  function skip(reason: string, subject: ContractSubject, context: unknown): void {
    const runner = Object(context) as { skip?(reason: string): void }
    if (typeof runner.skip === 'function') {
      runner.skip(`not proved: ${reason}`)
      return
    }
    if (warned.has(reason)) return
    warned.add(reason)
    const names = CASES.flatMap((each) => (reasonOf(each, subject) === reason ? each.name : []))
    const list = names.map((name) => `\n  - ${name}`).join('')
    process.emitWarning(`Not proved, because ${reason}:${list}`, 'ContractWarning')
  }

  return CASES.map((each) => ({
    name: each.name,
    // A runner that checks `fn.length` takes a parameter for `done`; a rest parameter isn't
    // counted.
    async run(this: unknown, ...[context]: [unknown?]) {
      const subject = await create()
      let reason: string | undefined
      try {
        reason = each.missing?.(subject)
        if (reason === undefined) await each.check(subject)
      } catch (error) {
        // Don't let an error from dispose() hide the real failure.
        await (async () => subject.dispose?.())().catch(() => {})
        throw inWords(error, each)
      }
      await subject.dispose?.()
      if (reason !== undefined) skip(reason, subject, context ?? this)
    },
  }))
}

function reasonOf({ missing }: Case, subject: ContractSubject): string | undefined {
  try {
    return missing?.(subject)
  } catch {
    return undefined
  }
}

function inWords(error: unknown, { otherwise }: Case): unknown {
  if (!(error instanceof AssertionError)) return error
  const { actual, expected, operator, message } = error
  const told = new AssertionError({
    actual,
    expected,
    operator,
    message: `${otherwise}\n${message}`,
  })
  told.cause = error
  return told
}

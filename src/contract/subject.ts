// The subject of a case: an adapter under test, with the ways in and out that the cases need.
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { CommandReply } from '../reply/reply.js'
import type { ReplyStorage } from '../reply/storage.js'
import type { UploadRecord } from '../upload/upload.js'

/**
 * An adapter under test, on storage that nothing else uses. The cases use serial numbers and ids
 * that the endpoints accept.
 */
export interface ContractSubject {
  /** The adapter. Cases on a capability such as `CommandStorage` are skipped if it lacks that. */
  adapter: ReplyStorage
  /**
   * Puts a command where the adapter finds it, as the app does when it sends commands itself. Not
   * needed for a `CommandStorage`: its own `issue` is used.
   */
  issue?(command: IssuedCommand): Awaitable<unknown>
  /** Every stored reply, in any order, read from the storage itself. */
  replies(): Awaitable<readonly CommandReply[]>
  /** Every stored unparsed line, in any order. */
  unparsed?(): Awaitable<readonly { serialNumber: string; line: Buffer }[]>
  /** Every stored line of an upload, in any order: the records, and the bytes of unparsed lines. */
  lines?(): Awaitable<readonly UploadedLine[]>
  /** Another adapter over the same storage, on its own connection: like another process. */
  reopen?(): Awaitable<ReplyStorage>
  /**
   * Another adapter over the same storage, like `reopen()`, that stops midway: it sends `steps`
   * queries to the storage, and the next one only after `resume()`. It shows what a delayed call
   * does.
   */
  stall?(steps: number): Awaitable<StalledAdapter>
  /** Cuts the adapter off from its storage for good, e.g. by closing the connection. */
  disconnect?(): Awaitable<unknown>
  /** Disposes of the subject, also after a failed case. */
  dispose?(): Awaitable<unknown>
}

/** A stored line of an upload. A record may have further members. */
export interface UploadedLine {
  serialNumber: string
  line: UploadRecord | Buffer
}

/** An adapter whose calls stop midway. */
export interface StalledAdapter {
  adapter: ReplyStorage
  /** Fulfills when a call has stopped. */
  stopped: Promise<unknown>
  /** Lets the stopped calls continue. */
  resume(): Awaitable<unknown>
}

/** A test case. */
export interface Case<Subject extends ContractSubject = ContractSubject> {
  /** The promise, a sentence in the present tense. */
  name: string
  /** What goes wrong in production if the adapter breaks it. */
  otherwise: string
  /** Why the promise can't be checked with this subject; undefined if it can. */
  missing?(subject: Subject): string | undefined
  /** Rejects if the adapter breaks the promise. */
  check(subject: Subject): Promise<void>
}

/** Why a case that needs these calls of the subject can't be checked. */
export function without(...ways: (keyof ContractSubject)[]) {
  return (subject: ContractSubject): string | undefined => {
    const missing = ways.filter((way) => subject[way] === undefined)
    return missing.length === 0 ? undefined : `the subject has no ${missing.join('() and no ')}()`
  }
}

/**
 * The cases on a capability, skipped if the adapter lacks any of its calls: the first case says who
 * needs them.
 */
export function onCapability<Subject extends ContractSubject>(
  calls: readonly string[],
  cases: readonly Case<Subject>[],
): Case[] {
  return cases.map(({ name, otherwise, missing, check }) => ({
    name,
    otherwise,
    missing(subject) {
      const lacking = calls.filter((call) => !(call in subject.adapter))
      if (lacking.length === 0) return missing?.(subject as Subject)
      return `the adapter has no ${lacking.join(', ')}`
    },
    check: (subject) => check(subject as Subject),
  }))
}

// The storage calls for terminals: types, and the tables that have stamps.
import type { Awaitable } from '../endpoint/deadline.js'
import type { Page } from '../page.js'
import type { Family } from '../reply/outcome.js'

/**
 * How sure a terminal's family is, from the least to the most: seen in what its requests look like,
 * proved by what it uploaded, or stated by the terminal (`DeviceType`).
 */
export const FAMILY_RANKS = ['seen', 'proved', 'stated'] as const

/** How sure a terminal's family is. */
export type FamilyRank = (typeof FAMILY_RANKS)[number]

/** Whether a family of this rank replaces one of the known rank. */
export function isAsSure(rank: FamilyRank | undefined, known: FamilyRank | undefined): boolean {
  const ranks: readonly (FamilyRank | undefined)[] = FAMILY_RANKS
  return ranks.indexOf(rank) >= ranks.indexOf(known)
}

/** What is known of a terminal. Everything but the serial number is a claim of the terminal's. */
export interface TerminalFacts {
  /** The family of the manuals that it follows. */
  family?: Family
  /** How sure that is; a contact has it if, and only if, it has `family`. */
  familyRank?: FamilyRank
  /** The address that its last request came from. */
  address?: string
  /** Its firmware version, such as `Ver 8.0.4.3-20151228`. */
  firmware?: string
  /** Its model, from `~DeviceName`. */
  model?: string
  /** `pushver`: the protocol version it speaks. */
  pushVersion?: string
  /** How many users it holds. */
  users?: number
  /** How many fingerprints it holds. */
  fingers?: number
  /** How many faces it holds. */
  faces?: number
  /** How many attendance records it holds. */
  records?: number
  /**
   * The offset from UTC sent in its last handshake, in minutes east; it keeps it until the next
   * handshake.
   */
  utcOffset?: number
  /**
   * How many whole seconds its clock was ahead of ours when that last showed, or behind if
   * negative: ahead by a record later than now, either way by a time that it states itself.
   */
  clockDrift?: number
  /** When that was; a contact has it if, and only if, it has `clockDrift`. */
  clockDriftAt?: Date
  /**
   * Its options as it last sent them (`table=options`, `registry`, the reply to `INFO`), values as
   * sent. Keys are 1 to 64 letters, digits, `_` and `-`, and may begin with `~`. A contact has 500
   * at most, and a terminal 1000 in all.
   */
  options?: Record<string, string>
  /**
   * The last stamp of each table, such as `{ ATTLOG: '9999' }`: 1 to 20 digits, or a time such as
   * `2026-11-25T12:08:21` (PUSH SDK 3.2.0). Keys are those of `STAMPED_TABLES`.
   */
  stamps?: Record<string, string>
  /**
   * The tables that it is to send again (`sendAgain`), until they come: `answered` once a handshake
   * gave it the stamp 0. Keys are those of `STAMPED_TABLES`.
   */
  resend?: Record<string, 'asked' | 'answered'>
}

/**
 * The tables whose stamps are stored, and sent back in the handshake (attendance manual,
 * "Initialize information").
 */
export const STAMPED_TABLES = [
  'ATTLOG',
  'OPERLOG',
  'ATTPHOTO',
  'BIODATA',
  'ERRORLOG',
  'IDCARD',
] as const

const STAMP = /^(?:\d{1,20}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)$/

/** Whether a stamp may be stored, and written into an answer. */
export function isStamp(stamp: string | undefined): stamp is string {
  return stamp !== undefined && STAMP.test(stamp)
}

/**
 * One contact from a terminal, with what it reported. Missing members were not reported and leave
 * the stored facts unchanged.
 */
export interface Contact extends TerminalFacts {
  serialNumber: string
  /** When it happened. */
  at: Date
  /** What the terminal did; registering is part of the handshake. */
  kind: 'handshake' | 'poll' | 'upload' | 'reply' | 'ping'
}

/** A terminal, merged from all its contacts. */
export interface Terminal extends TerminalFacts {
  serialNumber: string
  /** When it was first seen. */
  firstSeenAt: Date
  /** When it was last seen, to within the throttle of the contacts. */
  lastSeenAt: Date
}

/** What a list shows of a terminal. Long texts are cut at 300 characters. */
export type TerminalSummary = Omit<Terminal, 'options' | 'stamps' | 'resend'>

/** Which terminals to list. Without members: all, in the order of their serial numbers. */
export interface TerminalFilter {
  /** Those with these serial numbers, at most 1,000. */
  serialNumbers?: readonly string[]
  /** Those whose serial number, address, model or firmware has this text; ASCII case is ignored. */
  search?: string
  /** Those last seen at this moment or later. */
  since?: Date
  /** Those last seen before this moment. */
  before?: Date
  /** At most this many: 1 to 1,000, 100 by default. */
  limit?: number
  /** Goes on where a page ended: its `next`. */
  after?: string
}

/** The storage that knows the terminals. */
export interface TerminalStorage {
  /**
   * Notes a contact, atomically: members of the contact replace what is known, `options`, `stamps`
   * and `resend` key by key. The stamp of a table removes its `resend` if that is `answered`. Contacts may come late: an older one never replaces a newer `lastSeenAt`,
   * nor an earlier `firstSeenAt` by a later. A `family` replaces the known one only if its
   * `familyRank` is the same or higher. The endpoints throttle contacts: see `terminalRouter`.
   */
  onContact(contact: Contact): Awaitable<void>
  /** One terminal; null or undefined if it never called. */
  findTerminal(serialNumber: string): Awaitable<Terminal | null | undefined>
  /**
   * Lists terminals for people, in the order of their serial numbers (of their UTF-16 units or of
   * their UTF-8 bytes).
   *
   * @throws TypeError if the filter has a member that it doesn't know
   */
  listTerminals?(filter: TerminalFilter): Awaitable<Page<TerminalSummary>>
}

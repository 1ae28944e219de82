// The storage calls for terminals: types, and the tables that have stamps.
import type { Awaitable } from '../endpoint/deadline.js'
import type { Family } from '../reply/outcome.js'

/** The facts about a terminal. All of them are the terminal's own claims. */
export interface TerminalFacts {
  /** The family of the manuals that it follows. */
  family?: Family
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
   * Its options as it last sent them (`table=options`, `registry`, the reply to `INFO`), values as
   * sent. Keys are 1 to 64 letters, digits, `_` and `-`, and may begin with `~`. A contact has 500
   * at most, and a terminal 1000 in all.
   */
  options?: Record<string, string>
  /**
   * The last stamp of each table, 1 to 20 digits, such as `{ ATTLOG: '9999' }`. Keys are those of
   * `STAMPED_TABLES`.
   */
  stamps?: Record<string, string>
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

const STAMP = /^\d{1,20}$/

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

/** The storage of terminals. */
export interface TerminalStorage {
  /**
   * Stores a contact: its members replace the stored ones, `options` and `stamps` key by key.
   * Contacts may come late: an older one never replaces a newer `lastSeenAt`. The endpoints
   * throttle them: see `terminalRouter`.
   */
  onContact(contact: Contact): Awaitable<void>
  /** Every terminal, in the order of their serial numbers. */
  terminals(): Awaitable<readonly Terminal[]>
  /** One terminal; null or undefined if it never connected. */
  findTerminal(serialNumber: string): Awaitable<Terminal | null | undefined>
}

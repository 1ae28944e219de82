// The storage calls for serial numbers that `authorize` refused, for people to approve. Types, and
// the bounds.
import type { Awaitable } from '../endpoint/deadline.js'

/** How many are stored in all; new ones are left out when that many are there. */
export const MOST_REFUSED = 1000

/** How many of one address are stored. */
export const MOST_REFUSED_OF_ADDRESS = 20

/** Requests of one serial number and address that were refused, since the last call or the first. */
export interface Refusals {
  serialNumber: string
  /** The address; `''` if unknown. */
  address: string
  /** What it said it is, such as `DeviceType`. */
  model?: string
  /** When the last of them came. */
  at: Date
  /** How many there were. */
  times: number
}

/** A serial number that was refused at an address. All but the address is a claim. */
export interface RefusedTerminal {
  serialNumber: string
  address: string
  model?: string
  firstAt: Date
  lastAt: Date
  /** How many requests were refused. */
  times: number
}

/** Which of them to delete: those of a serial number, or those last refused before a moment. */
export type RefusedFilter = { serialNumber: string } | { before: Date }

/** Storage for what `authorize` refused, in bounded space whoever calls. */
export interface RefusedStorage {
  /**
   * Adds refusals to those of the same serial number and address. A new pair is left out if 1,000
   * are stored, or 20 of this address; writes of several processes at one moment may pass that by
   * a few.
   */
  onRefused(refusals: Refusals): Awaitable<void>
  /** All that are stored, the last refused first: at most 1,000. */
  listRefused(): Awaitable<readonly RefusedTerminal[]>
  /**
   * Deletes those of a serial number, such as one that was approved, or those last refused before a
   * moment.
   *
   * @returns how many
   */
  forgetRefused(filter: RefusedFilter): Awaitable<number>
}

// The storage of offers: which terminal may fetch which file, and how far it has come. The bytes are
// the app's. Types, and the check of the filter.
import type { Awaitable } from '../endpoint/deadline.js'
import { type CheckedFilter, checkPaged, type Page, text } from '../page.js'

/** A file that one terminal may fetch, as it is stored; all but the last two members never change. */
export interface FileOffer {
  /** What nobody can guess: 32 characters of `0-9a-f`. */
  token: string
  /** The only terminal that gets it. */
  serialNumber: string
  /** The name that the terminal sees at the end of the URL. */
  name: string
  /** Your app's own reference to the file, such as a path or a key; the name by default. */
  file: string
  /** How many bytes the file has. */
  size: number
  /** The MD5 of its bytes, 32 digits of lower-case hex. */
  md5: string
  /** The `Platform` that the terminal was checked to have; only of firmware. */
  platform?: string
  /** Whether the terminal gets the file as base64. */
  isBase64: boolean
  /** Whether it ends once it was sent whole. */
  once: boolean
  /** When it was made. */
  offeredAt: Date
  /** From then on nobody gets it. */
  expiresAt: Date
  /** How many bytes of the file, from its beginning, were sent without a gap. */
  served: number
  /** When the last of them were; missing before that. */
  servedAt?: Date
}

/** A part of a file that was sent. */
export interface ServedPart {
  /** Its first byte. */
  from: number
  /** The byte after its last one. */
  to: number
  /** When. */
  at: Date
}

/** Which offers to list. Without members: all. */
export interface OfferFilter {
  /** Those to this terminal. */
  serialNumber?: string
  /** At most this many: 1 to 1,000, 100 by default. */
  limit?: number
  /** Continues after a page: its `next`. */
  after?: string
}

/**
 * The storage of offers (`express-iclock/files`): a row of less than 2 kB for each, and no bytes of
 * files. `forget(before)` of the same adapter deletes those that expired before this moment, and
 * doesn't count them in what it returns.
 */
export interface OfferStorage {
  /** Stores a new offer. No other one ever has its token. */
  addOffer(offer: FileOffer): Awaitable<void>
  /** The offer of a token; undefined if there is none. It may have expired. */
  findOffer(token: string): Awaitable<FileOffer | undefined>
  /**
   * Sets `served` to `to`, and `servedAt`, only if the stored `served` is at least `from` and less
   * than `to`: of two calls that race, the one that came further counts. An unknown token changes
   * nothing.
   */
  noteServed(token: string, part: ServedPart): Awaitable<void>
  /**
   * Lists offers, the newest `offeredAt` first, those of one moment by token. It finds them by an
   * index, of all terminals and of one.
   *
   * @throws TypeError if the filter has a member that it doesn't know (`checkOfferFilter`)
   */
  listOffers(filter: OfferFilter): Awaitable<Page<FileOffer>>
  /**
   * Deletes an offer.
   *
   * @returns whether there was one
   */
  deleteOffer(token: string): Awaitable<boolean>
}

/** The calls of `OfferStorage`. */
export const OFFER_CALLS: readonly (keyof OfferStorage)[] = [
  'addOffer',
  'findOffer',
  'noteServed',
  'listOffers',
  'deleteOffer',
]

/**
 * Checks the filter of `listOffers`; `place` is `offeredAt` in milliseconds and the token of the last
 * offer before this page, and the `next` of a page is `cursorOf([offeredAt, token])` of its last one.
 *
 * @throws TypeError that names the member, what came and what was expected
 */
export function checkOfferFilter(filter: OfferFilter): CheckedFilter<OfferFilter> {
  return checkPaged(filter, { serialNumber: text('the SN of a terminal') }, ['number', 'string'])
}

// The address and the state of an offer. Pure.
import type { FileOffer } from './storage.js'

/** The state of an offer: `sent` once all of it was, `expired` if its time ended before that. */
export type OfferState = 'open' | 'sent' | 'expired'

/** The name of the folder below `/iclock/`. */
export const FOLDER = 'offer'

/** The name of a file at the end of a URL: no slash, and no point at its beginning. */
export const FILE_NAME: RegExp = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/

const PLACE = /^\/?offer\/([0-9a-f]{32})\/[A-Za-z0-9_-][A-Za-z0-9._-]*$/
const PATH = /\/offer\/([0-9a-f]{32})\/[A-Za-z0-9_-][A-Za-z0-9._-]*\/?$/i

/** The URL of an offer, relative to `/iclock/`. */
export function urlOf({ token, name }: Pick<FileOffer, 'token' | 'name'>): string {
  return `${FOLDER}/${token}/${name}`
}

/** The token in a URL as a terminal got it; undefined if it is any other. */
export function tokenInUrl(url: string): string | undefined {
  return PLACE.exec(url)?.[1]
}

/** The token in the path of a request. */
export function tokenInPath(path: string): string | undefined {
  return PATH.exec(path)?.[1]
}

/** The state of an offer. */
export function stateOfOffer(
  { served, size, expiresAt }: Pick<FileOffer, 'served' | 'size' | 'expiresAt'>,
  now: Date,
): OfferState {
  if (served >= size) return 'sent'
  return expiresAt <= now ? 'expired' : 'open'
}

/** Whether nobody gets its file any more. */
export function isOfferOver(offer: FileOffer, now: Date): boolean {
  return offer.expiresAt <= now || (offer.once && offer.served >= offer.size)
}

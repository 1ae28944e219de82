// Offers of files in memory.
import {
  checkOfferFilter,
  type FileOffer,
  type OfferFilter,
  type OfferStorage,
  type ServedPart,
} from '../files/storage.js'
import { cursorOf, type Page } from '../page.js'

/** The calls of the memory adapter on offers. */
export interface OfferMemory extends OfferStorage {
  addOffer(offer: FileOffer): void
  findOffer(token: string): FileOffer | undefined
  noteServed(token: string, part: ServedPart): void
  listOffers(filter: OfferFilter): Page<FileOffer>
  deleteOffer(token: string): boolean
}

/** The offers by their tokens. Each is replaced as a whole and never changed. */
export type Offers = Map<string, Readonly<FileOffer>>

/** Stores offers. */
export function offerMemory(offers: Offers): OfferMemory {
  return {
    addOffer(offer) {
      offers.set(offer.token, Object.freeze({ ...offer }))
    },
    findOffer: (token) => offers.get(token),
    noteServed(token, { from, to, at }) {
      const known = offers.get(token)
      if (known === undefined || known.served < from || known.served >= to) return
      offers.set(token, Object.freeze({ ...known, served: to, servedAt: at }))
    },
    listOffers(filter) {
      const { serialNumber, limit, place } = checkOfferFilter(filter)
      const [at = Number.POSITIVE_INFINITY, token = ''] = place ?? []
      const found = [...offers.values()].filter((offer) => {
        const time = offer.offeredAt.getTime()
        const isOwn = serialNumber === undefined || offer.serialNumber === serialNumber
        return isOwn && (time < Number(at) || (time === at && offer.token < String(token)))
      })
      const rows = found.sort(newestFirst).slice(0, limit)
      const last = rows.at(-1)
      if (found.length <= limit || last === undefined) return { rows }
      return { rows, next: cursorOf([last.offeredAt.getTime(), last.token]) }
    },
    deleteOffer: (token) => offers.delete(token),
  }
}

/** Deletes the offers that expired before this moment. */
export function forgetOffers(offers: Offers, before: Date): void {
  for (const [token, { expiresAt }] of offers) {
    if (expiresAt < before) offers.delete(token)
  }
}

function newestFirst(one: FileOffer, other: FileOffer): number {
  const later = other.offeredAt.getTime() - one.offeredAt.getTime()
  return later === 0 ? (one.token < other.token ? 1 : -1) : later
}

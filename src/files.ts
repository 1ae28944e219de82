// Public API of './files' (re-exports only).
export { type OfferState, stateOfOffer, urlOf } from './files/offer.js'
export {
  type FileOffers,
  type FileOffersOptions,
  fileOffers,
  type ListedOffer,
  type NewOffer,
  type OfferAdapter,
  type OfferedFile,
} from './files/offers.js'
export type { FileRange, OpenFile } from './files/open.js'
export type { FileSource } from './files/source.js'
export {
  checkOfferFilter,
  type FileOffer,
  type OfferFilter,
  type OfferStorage,
  type ServedPart,
} from './files/storage.js'

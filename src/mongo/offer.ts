// Offers of files: a document for each.
import { checkOfferFilter, type FileOffer, type OfferStorage } from '../files/storage.js'
import { cursorOf } from '../page.js'
import type { Promised } from '../promised.js'
import type { Collections, MongoCollection } from './driver.js'
import { exactly } from './read.js'
import { deleteInBatches, keepNew } from './write.js'

type OfferDocument = Omit<FileOffer, 'token'> & { _id: string; token?: string }

const IN_ORDER = { offeredAt: -1, _id: -1 }

/** The calls on offers. */
export function offersOn({ offers }: Collections): Promised<OfferStorage> {
  return {
    async addOffer({ token, ...rest }) {
      await keepNew(offers, [{ _id: token, ...rest }])
    },
    async findOffer(token) {
      const found = await offers.findOne({ _id: { $eq: token } })
      return found === null || found === undefined ? undefined : offerOf(found as OfferDocument)
    },
    async noteServed(token, { from, to, at }) {
      const filter = { _id: { $eq: token }, served: { $gte: from, $lt: to } }
      await offers.updateOne(filter, { $set: { served: to, servedAt: at } })
    },
    async listOffers(given) {
      const { serialNumber, limit, place } = checkOfferFilter(given)
      const after = place === undefined ? {} : beyond(new Date(place[0] as number), place[1])
      const options = { sort: IN_ORDER, limit: limit + 1 }
      const asked = { ...exactly({ serialNumber }), ...after }
      const found = (await offers.find(asked, options).toArray()) as OfferDocument[]
      const rows = found.slice(0, limit).map(offerOf)
      const last = rows.at(-1)
      if (found.length <= limit || last === undefined) return { rows }
      return { rows, next: cursorOf([last.offeredAt.getTime(), last.token]) }
    },
    async deleteOffer(token) {
      return (await offers.deleteMany({ _id: { $eq: token } })).deletedCount > 0
    },
  }
}

/** Deletes the offers that expired before this moment. */
export async function forgetOffers(offers: MongoCollection, before: Date): Promise<void> {
  await deleteInBatches(offers, { expiresAt: { $lt: before } }, { expiresAt: 1 })
}

function beyond(at: Date, token: unknown): object {
  const rest = [{ offeredAt: { $lt: at } }, { _id: { $lt: token } }]
  return { offeredAt: { $lte: at }, $or: rest }
}

// `token` in a document marks who wrote it.
function offerOf({ _id, token: _, ...rest }: OfferDocument): FileOffer {
  return { ...rest, token: _id }
}

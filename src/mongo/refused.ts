// Serial numbers that were refused: a document for each of them and its address.
import { keyOf } from '../command.js'
import type { Promised } from '../promised.js'
import {
  MOST_REFUSED,
  MOST_REFUSED_OF_ADDRESS,
  type RefusedStorage,
  type RefusedTerminal,
} from '../terminal/refused.js'
import type { Collections } from './driver.js'
import { isDuplicateKey } from './write.js'

/** The calls on refused serial numbers. */
export function refusedOn({ refused }: Collections): Promised<RefusedStorage> {
  return {
    async onRefused({ serialNumber, address, model, at, times }) {
      const filter = { _id: keyOf(serialNumber, address) }
      const update = {
        $inc: { times },
        $min: { firstAt: at },
        $max: { lastAt: at },
        ...(model !== undefined && { $set: { model } }),
      }
      const { matchedCount } = await refused.updateOne(filter, update)
      if (matchedCount > 0) return
      const all = await refused.countDocuments({}, { limit: MOST_REFUSED })
      const ofAddress = await refused.countDocuments(
        { address },
        { limit: MOST_REFUSED_OF_ADDRESS },
      )
      if (all >= MOST_REFUSED || ofAddress >= MOST_REFUSED_OF_ADDRESS) return
      const first = { ...update, $setOnInsert: { serialNumber, address } }
      await refused.updateOne(filter, first, { upsert: true }).catch(async (error: unknown) => {
        // Another process was faster.
        if (!isDuplicateKey(error)) throw error
        await refused.updateOne(filter, update)
      })
    },
    async listRefused() {
      const options = { sort: { lastAt: -1 }, limit: MOST_REFUSED, projection: { _id: 0 } }
      return (await refused.find({}, options).toArray()) as RefusedTerminal[]
    },
    async forgetRefused(filter) {
      const which =
        'before' in filter
          ? { lastAt: { $lt: filter.before } }
          : { serialNumber: { $eq: filter.serialNumber } }
      const { deletedCount } = await refused.deleteMany(which)
      return deletedCount
    },
  }
}

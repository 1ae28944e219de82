// Serial numbers that were refused, in memory.
import { keyOf } from '../command.js'
import {
  MOST_REFUSED,
  MOST_REFUSED_OF_ADDRESS,
  type Refusals,
  type RefusedFilter,
  type RefusedStorage,
  type RefusedTerminal,
} from '../terminal/refused.js'

/** The calls of the memory adapter on refused serial numbers. */
export interface RefusedMemory extends RefusedStorage {
  onRefused(refusals: Refusals): void
  listRefused(): readonly RefusedTerminal[]
  forgetRefused(filter: RefusedFilter): number
}

/** Stores what was refused. */
export function refusedMemory(): RefusedMemory {
  const refused = new Map<string, RefusedTerminal>()

  return {
    onRefused({ serialNumber, address, model, at, times }) {
      const key = keyOf(serialNumber, address)
      const known = refused.get(key)
      if (known === undefined) {
        const ofAddress = [...refused.values()].filter((one) => one.address === address)
        if (refused.size >= MOST_REFUSED || ofAddress.length >= MOST_REFUSED_OF_ADDRESS) return
      }
      const { firstAt = at, lastAt = at } = known ?? {}
      refused.set(key, {
        ...known,
        ...(model !== undefined && { model }),
        serialNumber,
        address,
        firstAt: at < firstAt ? at : firstAt,
        lastAt: at > lastAt ? at : lastAt,
        times: (known?.times ?? 0) + times,
      })
    },
    listRefused() {
      const all = [...refused.values()].map((one) => ({ ...one }))
      return all.sort((one, other) => other.lastAt.getTime() - one.lastAt.getTime())
    },
    forgetRefused(filter) {
      const gone = [...refused].filter(([, one]) => {
        return 'before' in filter
          ? one.lastAt < filter.before
          : one.serialNumber === filter.serialNumber
      })
      for (const [key] of gone) refused.delete(key)
      return gone.length
    },
  }
}

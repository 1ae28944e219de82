import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Pool, type Share } from '../../src/endpoint/pool.js'

const turn = () => new Promise((done) => setImmediate(done))

/** Asks for a share, and tells what became of it. */
function asking(pool: Pool, serialNumber: string, amount: number, patience = 0) {
  const asked: { share?: Share; error?: { code?: string }; isRevoked: boolean } = {
    isRevoked: false,
  }
  const taken = Promise.resolve(pool.take(serialNumber, amount, patience)).then(
    (share) => {
      share.onRevoked = () => {
        asked.isRevoked = true
      }
      asked.share = share
    },
    (error) => {
      asked.error = error
    },
  )
  return Object.assign(asked, { taken })
}

describe('A pool of 400', () => {
  it('A share that fits is given immediately', () => {
    const pool = new Pool(400)
    expect(pool.take('A', 100, 0)).toMatchObject({ serialNumber: 'A', amount: 100 })
  })

  it('A terminal has a quarter of it at most', () => {
    expect(new Pool(400).take('A', 1000, 0)).toMatchObject({ amount: 100 })
  })

  it('A terminal that has its quarter waits, and holds up no other', async () => {
    const pool = new Pool(400)
    const first = asking(pool, 'A', 100)
    const second = asking(pool, 'A', 1)
    const other = asking(pool, 'B', 100)
    await turn()
    expect([first.share, second.share, other.share].map(Boolean)).toEqual([true, false, true])
    pool.release(first.share as Share)
    await turn()
    expect(second.share).toBeDefined()
  })

  it('A share that does not fit waits, and nothing overtakes it', async () => {
    const pool = new Pool(400)
    const held = ['A', 'B', 'C', 'D'].map((serialNumber) => asking(pool, serialNumber, 90))
    await turn()
    const large = asking(pool, 'E', 100)
    const small = asking(pool, 'F', 10)
    await turn()
    expect([large.share, small.share]).toEqual([undefined, undefined])
    pool.release(held[0]?.share as Share)
    await turn()
    expect([large.share?.amount, small.share?.amount]).toEqual([100, 10])
  })

  it('A share for which there is no space in time is refused, and those behind it go on', async () => {
    const pool = new Pool(400)
    for (const serialNumber of ['A', 'B', 'C', 'D']) asking(pool, serialNumber, 90)
    const large = asking(pool, 'E', 100, 20)
    const small = asking(pool, 'F', 10)
    await large.taken
    expect(large.error).toMatchObject({ code: 'BUSY', status: 503 })
    await turn()
    expect(small.share?.amount).toBe(10)
  })

  it('A share that was offered is taken back once another needs it, the oldest first', async () => {
    const pool = new Pool(400)
    const held = ['A', 'B', 'C', 'D'].map((serialNumber) => asking(pool, serialNumber, 100))
    await turn()
    for (const { share } of held.slice(1)) pool.offer(share as Share)
    expect(held.some(({ isRevoked }) => isRevoked)).toBe(false)
    const next = asking(pool, 'E', 100)
    await turn()
    expect(held.map(({ isRevoked }) => isRevoked)).toEqual([false, true, false, false])
    expect(next.share).toBeDefined()
  })

  it('A share is not taken back in vain', async () => {
    const pool = new Pool(400)
    const offered = asking(pool, 'A', 10)
    const others = ['B', 'C', 'D', 'E'].map((serialNumber) => asking(pool, serialNumber, 97))
    await turn()
    pool.offer(offered.share as Share)
    const next = asking(pool, 'F', 100)
    await turn()
    expect([offered.isRevoked, next.share]).toEqual([false, undefined])
    pool.release(others[0]?.share as Share)
    await turn()
    expect([offered.isRevoked, next.share?.amount]).toEqual([true, 100])
  })

  it('A terminal takes back what it had offered itself', async () => {
    const pool = new Pool(400)
    const [old, other] = [asking(pool, 'A', 100), asking(pool, 'B', 100)]
    await turn()
    pool.offer(other.share as Share)
    pool.offer(old.share as Share)
    const next = asking(pool, 'A', 100)
    await turn()
    expect([old.isRevoked, other.isRevoked, Boolean(next.share)]).toEqual([true, false, true])
  })

  it('A share that is kept after it was offered is not taken back', async () => {
    const pool = new Pool(400)
    const held = ['A', 'B', 'C', 'D'].map((serialNumber) => asking(pool, serialNumber, 100))
    await turn()
    pool.offer(held[0]?.share as Share)
    pool.keep(held[0]?.share as Share)
    const next = asking(pool, 'E', 100)
    await turn()
    expect([held[0]?.isRevoked, next.share]).toEqual([false, undefined])
  })
})

it('A pool never gives more than it has, and gives all of it in the end', async () => {
  const step = fc.oneof(
    fc.record({
      what: fc.constant('take'),
      who: fc.nat(5),
      amount: fc.integer({ min: 1, max: 70 }),
    }),
    fc.record({
      what: fc.constantFrom('release', 'offer', 'keep'),
      who: fc.nat(9),
      amount: fc.nat(),
    }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const pool = new Pool(200)
      const asked: ReturnType<typeof asking>[] = []
      const released = new Set<Share>()
      const heldNow = () => {
        return asked.filter(({ share, isRevoked }) => share && !isRevoked && !released.has(share))
      }
      for (const { what, who, amount } of steps) {
        if (what === 'take') asked.push(asking(pool, `T${who}`, amount))
        else {
          const held = heldNow()
          const share = held[who % Math.max(held.length, 1)]?.share
          if (share !== undefined) {
            if (what === 'release') released.add(share)
            pool[what as 'release' | 'offer' | 'keep'](share)
          }
        }
        await turn()
        const sums = new Map<string, number>()
        for (const { share } of heldNow()) {
          const { serialNumber = '', amount: own = 0 } = share ?? {}
          sums.set(serialNumber, (sums.get(serialNumber) ?? 0) + own)
        }
        const all = [...sums.values()]
        expect(all.reduce((sum, own) => sum + own, 0)).toBeLessThanOrEqual(200)
        expect(Math.max(0, ...all)).toBeLessThanOrEqual(50)
      }
      for (let held = heldNow(); held.length > 0; held = heldNow()) {
        for (const { share } of held) {
          released.add(share as Share)
          pool.release(share as Share)
        }
        await turn()
      }
      expect(asked.every(({ share }) => share !== undefined)).toBe(true)
    }),
    { numRuns: 200 },
  )
})

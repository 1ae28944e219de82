// The cases on offers of files: who may fetch what, and how far it has come.
import { deepEqual, equal } from 'node:assert/strict'
import {
  type FileOffer,
  OFFER_CALLS,
  type OfferFilter,
  type OfferStorage,
} from '../files/storage.js'
import type { RetentionStorage } from '../kept.js'
import type { ReplyStorage } from '../reply/storage.js'
import { pagesOf, refusesMembers } from './page.js'
import { fails } from './proof.js'
import { type Case, type ContractSubject, onCapability, without } from './subject.js'
import { at } from './terminal/sample.js'

interface OfferSubject extends ContractSubject {
  adapter: ReplyStorage & OfferStorage
}

const HOUR = 3_600_000
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR)
const tokenOf = (number: number) => number.toString(16).padStart(32, 'f')

function offerOf(number: number, members: Partial<FileOffer> = {}): FileOffer {
  return {
    ...{ token: tokenOf(number), serialNumber: 'A', name: 'a.jpg', file: 'a.jpg', size: 9 },
    ...{ md5: '0123456789abcdef0123456789abcdef', isBase64: false, once: false },
    ...{ offeredAt: at(number), expiresAt: inHours(1), served: 0 },
    ...members,
  }
}

/** An offer as it can be compared: adapters may add members of their own. */
function shown(offer: FileOffer | undefined): object | undefined {
  if (offer === undefined) return undefined
  const { offeredAt, expiresAt, servedAt, served, ...rest } = offer
  const { token, serialNumber, name, file, size, md5, platform, isBase64, once } = rest
  return {
    ...{ token, serialNumber, name, file, size, md5, platform, isBase64, once, served },
    ...{ offeredAt: +offeredAt, expiresAt: +expiresAt, servedAt: servedAt && +servedAt },
  }
}

async function found({ adapter }: OfferSubject, number: number) {
  return shown((await adapter.findOffer(tokenOf(number))) ?? undefined)
}

async function servedOf({ adapter }: OfferSubject, number: number) {
  const { served, servedAt } = (await adapter.findOffer(tokenOf(number))) ?? {}
  return [served, servedAt && +servedAt]
}

const CASES: readonly Case<OfferSubject>[] = [
  {
    name: 'An offer is found by its token as it was stored, and by no other',
    otherwise: 'A terminal gets the file of another one, or none.',
    async check(subject) {
      const { adapter } = subject
      const offers = [
        offerOf(1, {
          file: 'firmware/Zoë 王 😀/"2.1"\\{}~',
          size: 2 ** 31 - 1,
          platform: 'ZAM170_TFT',
        }),
        offerOf(2, { serialNumber: 'a', isBase64: true, once: true, served: 3, servedAt: at(9) }),
        offerOf(3, { expiresAt: at(4) }),
      ]
      for (const offer of offers) await adapter.addOffer(offer)
      for (const [index, offer] of offers.entries()) {
        deepEqual(await found(subject, index + 1), shown(offer))
      }
      for (const token of [tokenOf(4), '', tokenOf(1).slice(1), tokenOf(1).toUpperCase(), '%']) {
        equal((await adapter.findOffer(token)) ?? undefined, undefined, `the token ${token}`)
      }
    },
  },
  {
    name: 'What was sent of an offer grows without gaps, and never shrinks',
    otherwise: 'The page shows a firmware as sent of which the terminal lacks a part.',
    async check(subject) {
      const { adapter } = subject
      await adapter.addOffer(offerOf(1, { size: 100 }))
      await adapter.addOffer(offerOf(2))
      await adapter.noteServed(tokenOf(1), { from: 1, to: 50, at: at(1) })
      deepEqual(await servedOf(subject, 1), [0, undefined])
      await adapter.noteServed(tokenOf(1), { from: 0, to: 30, at: at(2) })
      await adapter.noteServed(tokenOf(1), { from: 0, to: 20, at: at(3) })
      await adapter.noteServed(tokenOf(1), { from: 30, to: 30, at: at(4) })
      deepEqual(await servedOf(subject, 1), [30, +at(2)])
      await adapter.noteServed(tokenOf(1), { from: 20, to: 60, at: at(5) })
      await adapter.noteServed(tokenOf(1), { from: 61, to: 100, at: at(6) })
      deepEqual(await servedOf(subject, 1), [60, +at(5)])
      await adapter.noteServed(tokenOf(3), { from: 0, to: 9, at: at(7) })
      deepEqual([await servedOf(subject, 2), await found(subject, 3)], [[0, undefined], undefined])
    },
  },
  {
    name: 'Of parts of an offer that are noted at once, the one that came furthest counts',
    otherwise: 'A file that was sent whole seems to be on its way for ever.',
    async check(subject) {
      const { adapter } = subject
      for (let round = 1; round <= 10; round++) {
        await adapter.addOffer(offerOf(round, { size: 100 }))
        const ends = [40, 100, 20, 80, 60]
        const notes = ends.map((to) =>
          adapter.noteServed(tokenOf(round), { from: 0, to, at: at(to) }),
        )
        await Promise.all(notes)
        deepEqual(await servedOf(subject, round), [100, +at(100)])
      }
    },
  },
  {
    name: 'Pages of offers hold each one once, the newest first, of all terminals and of one',
    otherwise: 'A file that a terminal may fetch is on no list.',
    async check({ adapter }) {
      const times = [5, 3, 9, 3, 1, 3]
      const offers = times.map((second, index) => {
        return offerOf(index, { offeredAt: at(second), serialNumber: 'AaB'[index % 3] ?? '' })
      })
      for (const offer of offers) await adapter.addOffer(offer)
      const sorted = offers.toSorted((one, other) => {
        const later = +other.offeredAt - +one.offeredAt
        return later === 0 ? (one.token < other.token ? 1 : -1) : later
      })
      const list = (filter: OfferFilter) => adapter.listOffers(filter)
      for (const serialNumber of [undefined, 'A', 'a', 'C']) {
        const expected = sorted.filter(
          (offer) => (serialNumber ?? offer.serialNumber) === offer.serialNumber,
        )
        for (const limit of [1, 2, 100]) {
          const filter = { limit, ...(serialNumber !== undefined && { serialNumber }) }
          const pages = await pagesOf(list, filter)
          deepEqual(pages.flat().map(shown), expected.map(shown), JSON.stringify(filter))
        }
      }
      await refusesMembers('listOffers', (filter) => adapter.listOffers(filter))
    },
  },
  {
    name: 'A deleted offer is gone, and the others stay',
    otherwise: 'A file that was withdrawn is still given to its terminal.',
    async check(subject) {
      const { adapter } = subject
      await adapter.addOffer(offerOf(1))
      await adapter.addOffer(offerOf(2))
      equal(await adapter.deleteOffer(tokenOf(3)), false)
      equal(await adapter.deleteOffer(tokenOf(1)), true)
      equal(await adapter.deleteOffer(tokenOf(1)), false)
      equal(await found(subject, 1), undefined)
      const { rows } = await adapter.listOffers({})
      deepEqual(
        rows.map(({ token }) => token),
        [tokenOf(2)],
      )
    },
  },
  {
    name: 'Every call on offers rejects while storage is unreachable',
    otherwise: 'A terminal reads that its file does not exist, and gives up.',
    missing: without('disconnect'),
    async check(subject) {
      const { adapter } = subject
      await adapter.addOffer(offerOf(1))
      await subject.disconnect?.()
      await fails('addOffer', () => adapter.addOffer(offerOf(2)))
      await fails('findOffer', () => adapter.findOffer(tokenOf(1)))
      await fails('noteServed', () => adapter.noteServed(tokenOf(1), { from: 0, to: 1, at: at(1) }))
      await fails('listOffers', () => adapter.listOffers({}))
      await fails('deleteOffer', () => adapter.deleteOffer(tokenOf(1)))
    },
  },
]

const FORGET_CASES: readonly Case<OfferSubject & { adapter: RetentionStorage }>[] = [
  {
    name: 'Offers that have expired are forgotten, and no others',
    otherwise: 'Storage grows with each file, or forgets one that a terminal still fetches.',
    async check({ adapter }) {
      const hours = [-50, -20, 1]
      for (const [index, hour] of hours.entries()) {
        await adapter.addOffer(offerOf(index, { expiresAt: inHours(hour) }))
      }
      const left = async () => (await adapter.listOffers({})).rows.map(({ token }) => token)
      const none = { commands: 0, attendance: 0, uploads: 0, unparsed: 0 }
      deepEqual({ ...(await adapter.forget(inHours(-30))) }, none)
      deepEqual(await left(), [tokenOf(2), tokenOf(1)])
      await adapter.forget(inHours(100))
      deepEqual(await left(), [tokenOf(2)])
    },
  },
]

/** The cases on offers, skipped for adapters without that capability. */
export const OFFER_CASES: readonly Case[] = [
  ...onCapability(OFFER_CALLS, CASES),
  ...onCapability([...OFFER_CALLS, 'forget'], FORGET_CASES),
]

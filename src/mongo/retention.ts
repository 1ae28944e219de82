// How the database forgets: what is settled and old, and what is about a person.
import { UPLOAD_KINDS } from '../filter.js'
import type { RetentionStorage } from '../kept.js'
import { checkPerson } from '../queue/person.js'
import { CLOSED, ENDING } from '../queue/phase.js'
import type { Collections, MongoCollection } from './driver.js'
import { forgetEvents, forgetPersonIn } from './event.js'
import { forgetOffers } from './offer.js'
import { forgetJoined } from './packet.js'
import { forgetRemoved, forgetRows } from './roster.js'
import { personTag, strayTag } from './tag.js'
import { deleteInBatches } from './write.js'

const FORGOTTEN = 'forgotten'
const OLDEST_FIRST = { receivedAt: 1, place: 1 }

/** The latest moment before which all was forgotten; undefined if there is none. */
export async function forgottenBefore(retention: MongoCollection): Promise<Date | undefined> {
  const found = await retention.findOne({ _id: FORGOTTEN })
  return (found as { before: Date } | null)?.before
}

/** The calls that delete. */
export function retentionOn(collections: Collections): RetentionStorage {
  const { commands, attendance, uploads, unparsed, retention, roster, offers, events } = collections
  return {
    async forget(before) {
      // A moment in the future would count what is still open as closed.
      const moment = new Date(Math.min(before.getTime(), Date.now()))
      const filter = { _id: FORGOTTEN }
      await retention.updateOne(filter, { $max: { before: moment } }, { upsert: true })
      await forgetRemoved(roster, moment)
      await forgetOffers(offers, moment)
      await forgetEvents(events, moment)
      const old = { $lt: moment }
      const isOver = (name: string) => ({ [name]: { $not: { $gte: moment } } })
      const untouched = {
        listedAt: old,
        $and: [isOver('sentAt'), isOver('cancelled.at'), isOver('reply.receivedAt')],
      }
      const closed = { phase: { $in: CLOSED }, ...untouched }
      const lapsed = { phase: { $in: ENDING }, liveUntil: old, ...untouched }
      return {
        commands:
          (await deleteInBatches(commands, closed, { listedAt: 1, place: 1 })) +
          (await deleteInBatches(commands, lapsed, { liveUntil: 1 })),
        attendance: await deleteInBatches(attendance, { receivedAt: old }, OLDEST_FIRST),
        uploads: await deleteInBatches(
          uploads,
          { kind: { $in: UPLOAD_KINDS }, receivedAt: old },
          OLDEST_FIRST,
        ),
        unparsed: await deleteInBatches(unparsed, { receivedAt: old }, OLDEST_FIRST),
      }
    },
    async forgetPerson(person) {
      checkPerson(person)
      const { pin, serialNumbers } = person
      const of = { serialNumber: { $in: serialNumbers } }
      const tags = { tags: { $in: [personTag(pin), strayTag(pin)] } }
      const own = { ...of, pin: { $eq: pin } }
      let packets = 0
      for (const serialNumber of serialNumbers) {
        packets += await forgetJoined(uploads, serialNumber)
      }
      await forgetRows(roster, person)
      const forgotten = {
        commands: await deleteInBatches(commands, { ...of, ...tags }, { listedAt: 1, place: 1 }),
        attendance: await deleteInBatches(attendance, own, OLDEST_FIRST),
        uploads: packets + (await deleteInBatches(uploads, own, OLDEST_FIRST)),
        unparsed: 0,
      }
      // Last: a line that comes meanwhile may be deleted above, and has an event.
      await forgetPersonIn(events, person)
      return forgotten
    },
  }
}

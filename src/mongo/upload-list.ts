// Lists of uploads for people.
import { checkFilter, UPLOAD_KINDS } from '../filter.js'
import type { KeptAttendance, KeptUpload } from '../kept.js'
import type { Promised } from '../promised.js'
import { checkDays, MOST_OF_DAY } from '../upload/day.js'
import type { UploadStorage } from '../upload/storage.js'
import type { MongoCollection } from './driver.js'
import { CURSOR, exactly, newest, type Order, pageOf, stretch } from './read.js'

const RECEIVED: Order = { time: 'receivedAt', place: 'place' }

const ATTENDANCE = only('pin', 'time', 'instant', 'status', 'verify', 'workCode')
const UPLOAD = only('kind', 'type', 'pin', 'instant', 'size', 'raw')

/** The calls that list uploads. */
export function uploadListsOn(
  attendance: MongoCollection,
  uploads: MongoCollection,
): Promised<Pick<UploadStorage, 'listAttendance' | 'countAttendance' | 'listUploads'>> {
  return {
    async listAttendance(given) {
      const filter = checkFilter('attendance', given, CURSOR)
      const { serialNumber, pin, day, limit } = filter
      const asked = { ...exactly({ serialNumber, pin, day }), ...stretch(RECEIVED, filter) }
      const found = await newest<Listed<KeptAttendance>>(
        attendance,
        asked,
        RECEIVED,
        limit,
        ATTENDANCE,
      )
      return pageOf(found, limit, placeOf, rowOf)
    },
    async countAttendance(days) {
      checkDays(days)
      const counts = days.map((day) => {
        return attendance.countDocuments(exactly({ day }), { limit: MOST_OF_DAY + 1 })
      })
      return Promise.all(counts)
    },
    async listUploads(given) {
      const filter = checkFilter('uploads', given, CURSOR)
      const { serialNumber, kind, type, pin, limit } = filter
      const asked = {
        ...exactly({ serialNumber, type, pin }),
        // An index that begins with the kind finds all of them.
        kind: { $in: kind === undefined ? UPLOAD_KINDS : [kind] },
        ...stretch(RECEIVED, filter),
      }
      const found = await newest<Listed<KeptUpload>>(uploads, asked, RECEIVED, limit, UPLOAD)
      return pageOf(found, limit, placeOf, rowOf)
    },
  }
}

type Listed<Row> = Row & { _id: string; receivedAt: Date; place: string }

function placeOf({ receivedAt, place }: Listed<object>): readonly [Date, string] {
  return [receivedAt, place]
}

function rowOf<Row>({ _id, place, ...row }: Listed<Row>): Row {
  return row as unknown as Row
}

function only(...names: string[]): object {
  return Object.fromEntries(
    ['serialNumber', 'receivedAt', 'place', ...names].map((one) => [one, 1]),
  )
}

// Uploads as people look at them: pages of attendance, and of everything else.
import { checkFilter, UPLOAD_KINDS } from '../filter.js'
import type { KeptAttendance, KeptUpload } from '../kept.js'
import { cut, SUMMARY_BYTES, SUMMARY_TEXT } from '../queue/summary.js'
import { checkDays, MOST_OF_DAY } from '../upload/day.js'
import type { UploadStorage } from '../upload/storage.js'
import {
  merged,
  newestFirst,
  ofTerminal,
  PLACE,
  type Placed,
  pageOf,
  placed,
  rangeOf,
  Values,
} from './list.js'
import { type Database, dateOf, milliseconds } from './query.js'
import { beginning, keyOfText } from './text.js'

const ORDER = newestFirst('received_at')
const SHARED = `'serialNumber', serial_number, 'pin', pin, 'instant', ${milliseconds('instant')}, ${placed('received_at')}`

const ATTENDANCE = ['local_time', 'status', 'verify', 'work_code'].map((column) => {
  return beginning(column, SUMMARY_TEXT)
})
const [TIME, STATUS, VERIFY, WORK_CODE] = ATTENDANCE

const ATTENDED = `SELECT json_build_object(${SHARED}, 'time', ${TIME}, 'status', ${STATUS}, 'verify', ${VERIFY},
  'workCode', ${WORK_CODE})::text AS row`

const UPLOADED = `SELECT json_build_object(${SHARED}, 'kind', kind, 'type', type, 'size', octet_length(raw),
  'raw', encode(substring(raw FROM 1 FOR ${SUMMARY_BYTES}), 'base64'))::text AS row`

const COUNTED = `SELECT json_build_object('day', day, 'count', (SELECT count(*) FROM (
    SELECT 1 FROM :schema.attendance WHERE left(local_time, 11) = day LIMIT ${MOST_OF_DAY + 1}) AS counted))::text AS row
  FROM unnest($1::text[]) AS day`

interface AttendanceRow extends Placed {
  serialNumber: string
  pin: string
  time: string
  status: string
  verify: string
  workCode: string
  instant: number | null
}

interface UploadRow extends Placed {
  serialNumber: string
  kind: KeptUpload['kind']
  type: string
  pin: string | null
  instant: number | null
  size: number
  raw: string
}

/** Lists uploads: see `UploadStorage`. */
export function uploadListsOn(
  database: Database,
): Required<Pick<UploadStorage, 'listAttendance' | 'countAttendance' | 'listUploads'>> {
  return {
    async listAttendance(filter) {
      const { pin, day, ...asked } = checkFilter('attendance', filter, PLACE)
      const values = new Values()
      const conditions = [...ofTerminal(asked, values), ...rangeOf(asked, 'received_at', values)]
      if (pin !== undefined) conditions.push(`pin = ${values.add(pin)}`)
      // A time begins with its day and a blank.
      if (day !== undefined) conditions.push(`left(local_time, 11) = ${values.add(`${day} `)}`)
      const found = await database.rows<AttendanceRow>(
        `${ATTENDED} FROM :schema.attendance WHERE ${['true', ...conditions].join(' AND ')}
        ${ORDER} LIMIT ${values.add(asked.limit + 1)}`,
        values.all,
      )
      return pageOf(found, asked.limit, attendanceOf)
    },
    async countAttendance(days) {
      checkDays(days)
      const found = await database.rows<{ day: string; count: number }>(COUNTED, [
        days.map((day) => `${day} `),
      ])
      const counts = new Map(found.map(({ day, count }) => [day, count]))
      return days.map((day) => counts.get(`${day} `) ?? 0)
    },
    async listUploads(filter) {
      const { kind, type, pin, ...asked } = checkFilter('uploads', filter, PLACE)
      const values = new Values()
      const conditions = [...ofTerminal(asked, values), ...rangeOf(asked, 'received_at', values)]
      if (type !== undefined) conditions.push(`type_key = ${values.add(keyOfText(type))}`)
      if (pin !== undefined) conditions.push(`pin = ${values.add(pin)}`)
      const of = (one: string) => [`kind = '${one}'`, ...conditions]
      const isNarrow = type !== undefined || pin !== undefined
      const alternatives =
        kind !== undefined ? [of(kind)] : isNarrow ? [conditions] : UPLOAD_KINDS.map(of)
      const selections = alternatives.map((all) => {
        return `SELECT * FROM :schema.uploads WHERE ${all.join(' AND ')}`
      })
      const end = `${ORDER} LIMIT ${values.add(asked.limit + 1)}`
      const found = await database.rows<UploadRow>(
        `${UPLOADED} FROM (${merged(selections, end)}) AS page ${ORDER}`,
        values.all,
      )
      return pageOf(found, asked.limit, uploadOf)
    },
  }
}

function attendanceOf(row: AttendanceRow): KeptAttendance {
  const instant = dateOf(row.instant)
  return {
    serialNumber: row.serialNumber,
    pin: cut(row.pin),
    time: cut(row.time),
    status: cut(row.status),
    verify: cut(row.verify),
    workCode: cut(row.workCode),
    ...(instant !== undefined && { instant }),
    receivedAt: new Date(row.at),
  }
}

function uploadOf({ serialNumber, kind, type, pin, size, raw, ...row }: UploadRow): KeptUpload {
  const instant = dateOf(row.instant)
  return {
    serialNumber,
    kind,
    type,
    ...(pin !== null && { pin }),
    ...(instant !== undefined && { instant }),
    size,
    raw: Buffer.from(raw, 'base64'),
    receivedAt: new Date(row.at),
  }
}

// Lists of uploads for people.
import { checkFilter, UPLOAD_KINDS } from '../filter.js'
import type {
  KeptAttendance,
  KeptAttendanceFilter,
  KeptUpload,
  KeptUploadFilter,
  Page,
} from '../kept.js'
import { checkDays, MOST_OF_DAY } from '../upload/day.js'
import { all, equal, PLACE, pageOf, stretch } from './page.js'
import { type Row, read, type Steps, type Value } from './step.js'
import { ascii, key, serial } from './text.js'
import { attendanceOf, uploadOf } from './upload-row.js'

const placeOf = (row: Row) => [Number(row.received_at), Number(row.position)]
const plain = (text: string | undefined) => (text === undefined ? undefined : ascii(text))

/** Lists attendance: see `UploadStorage.listAttendance`. */
export function* listAttendance(given: KeptAttendanceFilter): Steps<Page<KeptAttendance>> {
  const filter = checkFilter('attendance', given, PLACE)
  const { serialNumber, pin, day, limit } = filter
  const [where, values] = all([
    ...equal({
      serial_number: serialNumber === undefined ? undefined : serial(serialNumber),
      pin: plain(pin),
      local_day: plain(day),
    }),
    ...stretch('received_at', 'position', filter),
  ])
  const rows = yield* read(
    `SELECT position, serial_number, received_at, pin, local_time, instant, status, verify, work_code
     FROM iclock_attendance WHERE ${where} ORDER BY received_at DESC, position DESC LIMIT ?`,
    ...values,
    limit + 1,
  )
  return pageOf(rows, limit, placeOf, attendanceOf)
}

/** Counts attendance by day: see `UploadStorage.countAttendance`. */
export function* countAttendance(days: readonly string[]): Steps<number[]> {
  checkDays(days)
  if (days.length === 0) return []
  const columns = days.map((_, index) => {
    return `(SELECT COUNT(*) FROM (SELECT 1 AS one FROM iclock_attendance WHERE local_day = ? LIMIT ?) AS part${index}) AS day${index}`
  })
  const values = days.flatMap((day) => [ascii(day), MOST_OF_DAY + 1])
  const [row = {}] = yield* read(`SELECT ${columns.join(', ')}`, ...values)
  return days.map((_, index) => Number(row[`day${index}`]))
}

/** Lists everything else: see `UploadStorage.listUploads`. */
export function* listUploads(given: KeptUploadFilter): Steps<Page<KeptUpload>> {
  const filter = checkFilter('uploads', given, PLACE)
  const { serialNumber, kind, type, pin, limit } = filter
  const typeKey = type === undefined ? undefined : key(type, 64)
  const common = [
    ...equal({
      serial_number: serialNumber === undefined ? undefined : serial(serialNumber),
      type_key: typeKey,
      pin: plain(pin),
    }),
    ...stretch('received_at', 'position', filter),
  ]
  const isNarrow = type !== undefined || pin !== undefined
  const kinds = kind === undefined ? (isNarrow ? [undefined] : UPLOAD_KINDS) : [kind]
  const marked: Value[] = []
  // A kind each: its index has them in order.
  const parts = kinds.map((each, index) => {
    const [where, values] = all([...equal({ kind: each }), ...common])
    marked.push(...values, limit + 1)
    return `SELECT * FROM (SELECT position AS place FROM iclock_uploads WHERE ${where}
      ORDER BY received_at DESC, position DESC LIMIT ?) AS part${index}`
  })
  const rows = yield* read(
    `SELECT position, serial_number, received_at, kind, type_key, long_type, pin, instant, size, raw
     FROM iclock_uploads JOIN (${parts.join(' UNION ALL ')}) AS parts ON position = place
     ORDER BY received_at DESC, position DESC LIMIT ?`,
    ...marked,
    limit + 1,
  )
  return pageOf(rows, limit, placeOf, uploadOf)
}

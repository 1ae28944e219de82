// The calls on uploads, on those in memory.
import { checkFilter } from '../filter.js'
import type {
  KeptAttendance,
  KeptAttendanceFilter,
  KeptUpload,
  KeptUploadFilter,
  Page,
} from '../kept.js'
import { cut, SUMMARY_BYTES } from '../queue/summary.js'
import { isForgotten } from '../upload/forgotten.js'
import { sumOf } from '../upload/packet.js'
import { personOf } from '../upload/person.js'
import type { PacketSet, UploadStorage } from '../upload/storage.js'
import { tableOf } from '../upload/table.js'
import type { AttendanceRecord, PacketRecord, Upload, UploadRecord } from '../upload/upload.js'
import { countDays } from './day.js'
import type { EventMemory } from './event.js'
import { PLACE } from './timeline.js'
import type { UploadedLine, Uploads } from './uploaded.js'

/** The calls of the memory adapter on uploads. */
export interface UploadMemory extends UploadStorage {
  onUpload(upload: Upload): UploadRecord[]
  findPackets(serialNumber: string, commandId: string, set: PacketSet): PacketRecord[] | number
  sumPackets(
    serialNumber: string,
    commandId: string,
    set: Omit<PacketSet, 'maxBytes'>,
  ): number | undefined
  listAttendance(filter: KeptAttendanceFilter): Page<KeptAttendance>
  countAttendance(days: readonly string[]): number[]
  listUploads(filter: KeptUploadFilter): Page<KeptUpload>
  /**
   * For tests: the uploads as they came, whole, in their order, without the lines that had come
   * before.
   */
  received(): Upload[]
}

/** Stores uploads with those of their lines that are new. */
export function uploadMemory(uploads: Uploads, log?: EventMemory): UploadMemory {
  return {
    onUpload(upload) {
      const kept = { ...upload, records: [], unparsed: [] }
      const { serialNumber } = kept
      const at = kept.receivedAt.getTime()
      const isNew = (line: UploadRecord | Buffer) => {
        const set = setOf(kept, line)
        return uploads.add({ serialNumber, at, position: 0, upload: kept, line, set })
      }
      const records = upload.records.filter(isNew)
      const unparsed = upload.unparsed.filter(isNew)
      const { forgottenBefore } = uploads
      const fresh =
        forgottenBefore === undefined
          ? records
          : records.filter((record) => !isForgotten(record, forgottenBefore))
      log?.upload(upload, [...fresh, ...unparsed])
      return fresh
    },
    findPackets(serialNumber, commandId, { table, count, maxBytes }) {
      const packets = uploads.packets.get(JSON.stringify([serialNumber, commandId, table, count]))
      if (packets?.size !== count) return []
      const ordered = [...packets.values()].sort((one, other) => one.index - other.index)
      const bytes = ordered.reduce((sum, { raw }) => sum + raw.length, 0)
      return bytes > maxBytes ? bytes : ordered
    },
    sumPackets(serialNumber, commandId, { table, count }) {
      const packets = uploads.packets.get(JSON.stringify([serialNumber, commandId, table, count]))
      if (packets?.size !== count) return undefined
      return sumOf([...packets.values()])
    },
    listAttendance(filter) {
      const { pin, day, ...checked } = checkFilter('attendance', filter, PLACE)
      return uploads.attendance.page(
        checked,
        ({ line }) => {
          const record = line as AttendanceRecord
          if (pin !== undefined && record.pin !== pin) return false
          return day === undefined || record.time.startsWith(`${day} `)
        },
        attendanceOf,
      )
    },
    countAttendance: (days) => countDays(days, timesOf(uploads.attendance.rows({}))),
    listUploads(filter) {
      const { kind, type, pin, ...checked } = checkFilter('uploads', filter, PLACE)
      return uploads.others.page(
        checked,
        ({ upload, line }) => {
          const [ownKind, ownType] = Buffer.isBuffer(line)
            ? ['unparsed', tableOf(upload)]
            : [line.kind, line.type]
          if (kind !== undefined && kind !== ownKind) return false
          if (type !== undefined && type !== ownType) return false
          return pin === undefined || (!Buffer.isBuffer(line) && personOf(line) === pin)
        },
        uploadOf,
      )
    },
    received() {
      const came = new Map<Upload, Upload>()
      for (const { upload, line } of uploads.lines()) {
        const known = came.get(upload) ?? { ...upload, records: [], unparsed: [] }
        came.set(upload, known)
        if (Buffer.isBuffer(line)) known.unparsed = [...known.unparsed, line]
        else known.records = [...known.records, line]
      }
      return [...came.values()]
    },
  }
}

function* timesOf(rows: Iterable<UploadedLine>): Generator<string> {
  for (const { line } of rows) yield (line as AttendanceRecord).time
}

function setOf(
  { serialNumber, commandId }: Upload,
  line: UploadRecord | Buffer,
): string | undefined {
  if (Buffer.isBuffer(line) || line.kind !== 'packet') return undefined
  return JSON.stringify([serialNumber, commandId ?? '', line.table, line.count])
}

function attendanceOf({ upload, line }: UploadedLine): KeptAttendance {
  const { serialNumber, receivedAt } = upload
  const { pin, time, status, verify, workCode, instant } = line as AttendanceRecord
  return {
    serialNumber,
    pin: cut(pin),
    time: cut(time),
    status: cut(status),
    verify: cut(verify),
    workCode: cut(workCode),
    ...(instant !== undefined && { instant }),
    receivedAt,
  }
}

function uploadOf({ upload, line }: UploadedLine): KeptUpload {
  const { serialNumber, receivedAt } = upload
  if (Buffer.isBuffer(line)) {
    const type = tableOf(upload)
    return { kind: 'unparsed', type, serialNumber, receivedAt, ...bytesOf(line) }
  }
  const pin = personOf(line)
  const instant = 'instant' in line ? line.instant : undefined
  return {
    kind: line.kind as KeptUpload['kind'],
    type: line.type,
    serialNumber,
    receivedAt,
    ...(pin !== undefined && { pin }),
    ...(instant !== undefined && { instant }),
    ...bytesOf(line.raw),
  }
}

function bytesOf(raw: Buffer): Pick<KeptUpload, 'size' | 'raw'> {
  return { size: raw.length, raw: Buffer.from(raw.subarray(0, SUMMARY_BYTES)) }
}

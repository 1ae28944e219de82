// Uploads in memory: each line once.
import { keyOf } from '../command.js'
import type {
  KeptAttendance,
  KeptAttendanceFilter,
  KeptLine,
  KeptRecord,
  KeptRecordFilter,
} from '../kept.js'
import { lineKey } from '../upload/line.js'
import type { UploadStorage } from '../upload/storage.js'
import type { PacketRecord, Upload, UploadRecord } from '../upload/upload.js'

/** The calls of the memory adapter on uploads. */
export interface UploadMemory extends UploadStorage {
  onUpload(upload: Upload): UploadRecord[]
  findPackets(serialNumber: string, commandId: string): PacketRecord[]
  /** The attendance records that the filter asks for, the newest first. */
  attendance(filter?: KeptAttendanceFilter): KeptAttendance[]
  /** Everything else that terminals uploaded, the newest first. */
  uploads(filter?: KeptRecordFilter): (KeptRecord | KeptLine)[]
  /** The uploads as they came, in order, without duplicate lines. */
  received(): Upload[]
}

/** Stores uploads with those of their lines that are new. */
export function uploadMemory(): UploadMemory {
  const uploads: Upload[] = []
  const lines = new Set<string>()
  const packets = new Map<string, PacketRecord[]>()

  return {
    onUpload(upload) {
      const isNew = (line: UploadRecord | Buffer) => {
        const { size } = lines
        return lines.add(lineKey(upload, line)).size > size
      }
      const records = upload.records.filter(isNew)
      const unparsed = upload.unparsed.filter(isNew)
      if (records.length > 0 || unparsed.length > 0) uploads.push({ ...upload, records, unparsed })
      for (const record of records) {
        if (record.kind !== 'packet') continue
        const key = keyOf(upload.serialNumber, upload.commandId ?? '')
        packets.set(key, [...(packets.get(key) ?? []), record])
      }
      return records
    },
    findPackets: (serialNumber, commandId) => [
      ...(packets.get(keyOf(serialNumber, commandId)) ?? []),
    ],
    attendance(filter = {}) {
      const { day, limit, ...terminal } = filter
      const attended = select(uploads, terminal).filter((line) => line.kind === 'attendance')
      const of = attended.filter(({ time }) => day === undefined || time.startsWith(`${day} `))
      return of.slice(0, limit)
    },
    uploads({ limit, ...filter } = {}) {
      return select(uploads, filter)
        .filter(({ kind }) => kind !== 'attendance')
        .slice(0, limit)
    },
    received: () => uploads.map((upload) => ({ ...upload })),
  }
}

function select(
  uploads: readonly Upload[],
  { serialNumber, since, before }: KeptRecordFilter,
): (KeptRecord | KeptLine)[] {
  const asked = uploads.filter((upload) => {
    const { receivedAt } = upload
    if (serialNumber !== undefined && upload.serialNumber !== serialNumber) return false
    return (!since || receivedAt >= since) && (!before || receivedAt < before)
  })
  const kept = asked.flatMap(({ serialNumber, receivedAt, records, unparsed }) => {
    const lines = unparsed.map((raw): KeptLine => {
      return { kind: 'unparsed', type: '', serialNumber, receivedAt, raw }
    })
    return [...records.map((record) => ({ ...record, serialNumber, receivedAt })), ...lines]
  })
  // Of those that came in the same millisecond, the last comes first.
  return kept.reverse().sort((one, other) => Number(other.receivedAt) - Number(one.receivedAt))
}

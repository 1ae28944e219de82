// Uploads in memory: each line once.
import { keyOf } from '../command.js'
import { lineKey } from '../upload/line.js'
import type { UploadStorage } from '../upload/storage.js'
import type { PacketRecord, Upload, UploadRecord } from '../upload/upload.js'

/** The part of the memory adapter that keeps uploads. */
export interface UploadMemory extends UploadStorage {
  onUpload(upload: Upload): UploadRecord[]
  findPackets(serialNumber: string, commandId: string): PacketRecord[]
  /** The uploads, in the order in which they came, without the lines that had come before. */
  uploads(): Upload[]
}

/** Keeps uploads with those of their lines that are new. */
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
    uploads: () => uploads.map((upload) => ({ ...upload })),
  }
}

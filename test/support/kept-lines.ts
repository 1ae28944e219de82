// Every stored line of an upload, as the contract expects it.
import type { UploadedLine } from '../../src/contract.js'
import type { KeptAttendance, KeptLine, KeptRecord } from '../../src/kept.js'

interface Readers {
  attendance(): Promise<KeptAttendance[]>
  uploads(): Promise<(KeptRecord | KeptLine)[]>
}

export async function keptLines(adapter: Readers): Promise<UploadedLine[]> {
  const kept = [...(await adapter.attendance()), ...(await adapter.uploads())]
  return kept.map(({ serialNumber, receivedAt, ...line }) => ({
    serialNumber,
    line: line.kind === 'unparsed' ? line.raw : (line as KeptRecord),
  }))
}

// The uploads that the cases use, and what is compared of them.
import { deepEqual, ok } from 'node:assert/strict'
import { parseUpload } from '../../upload/parse.js'
import type { UploadStorage } from '../../upload/storage.js'
import type { PacketRecord, ParsedUpload, Upload, UploadRecord } from '../../upload/upload.js'
import { bytesOf } from '../proof.js'
import type { ContractSubject, UploadedLine } from '../subject.js'

/** The members of an upload that come from its query. */
export type About = Partial<Pick<Upload, 'table' | 'tableName' | 'commandId' | 'packet'>>

/** An upload as the endpoint passes it to storage. */
export function upload(
  serialNumber: string,
  { records, unparsed }: ParsedUpload,
  about: About = {},
): Upload {
  const body = Buffer.concat([...records.map(({ raw }) => raw), ...unparsed])
  const query = Object.create(null)
  return { serialNumber, ...about, query, receivedAt: new Date(), records, unparsed, body }
}

/** An upload of one table, read from its lines. */
export function uploadOf(serialNumber: string, table: string, body: string | Buffer): Upload {
  const bytes = Buffer.from(body as string)
  const parsed = parseUpload(bytes, { table, timeZone: 'Asia/Manila' })
  return upload(serialNumber, parsed, { table })
}

/** Attendance of these persons, a minute apart. */
export function attendance(serialNumber: string, pins: readonly string[]): Upload {
  const lines = pins.map((pin, index) => {
    const minute = String(index % 60).padStart(2, '0')
    return `${pin}\t2026-10-05 ${String(Math.floor(index / 60) % 24).padStart(2, '0')}:${minute}:00\t0\t1\t0\t0\t0`
  })
  return uploadOf(serialNumber, 'ATTLOG', lines.join('\n'))
}

/** A packet of a query's result. */
export function packetUpload(
  serialNumber: string,
  commandId: string,
  [index, count]: readonly [index: number, count: number],
  bytes: string | Buffer,
  table = 'user',
  lines?: number,
): Upload {
  const raw = Buffer.from(bytes as string)
  const own = { index, count, ...(lines !== undefined && { lines }) }
  const packet: PacketRecord = { kind: 'packet', type: 'packet', table, ...own, raw }
  const about = { table: 'tabledata', tableName: table, commandId, packet: { index, count } }
  return upload(serialNumber, { records: [packet], unparsed: [] }, about)
}

/** Passes an upload to the subject's adapter. */
export async function hand(
  { adapter }: Pick<ContractSubject, 'adapter'>,
  ...uploads: readonly Upload[]
): Promise<(readonly UploadRecord[] | undefined)[]> {
  const storage = adapter as unknown as UploadStorage
  const said: (readonly UploadRecord[] | undefined)[] = []
  for (const each of uploads) said.push((await storage.onUpload(each)) ?? undefined)
  return said
}

/** Checks that storage has exactly the lines of these uploads. */
export async function keepsLines(
  subject: ContractSubject,
  uploads: readonly Upload[],
): Promise<void> {
  const expected = uploads.flatMap(({ serialNumber, records, unparsed }) => {
    return [...records, ...unparsed].map((line): UploadedLine => ({ serialNumber, line }))
  })
  const kept = (await subject.lines?.()) ?? []
  deepEqual(sorted(kept), sorted(expected))
}

function sorted(lines: readonly UploadedLine[]): object[] {
  const shapes = lines.map(shape).map((one) => ({ key: JSON.stringify(one), one }))
  return shapes.sort(({ key }, other) => (key < other.key ? -1 : 1)).map(({ one }) => one)
}

/** The members of a record, readable, without any that an adapter may add. */
export function membersOf(record: UploadRecord): object {
  const { kind, type, raw } = record
  const common = { kind, type, raw: bytesOf(raw) }
  switch (record.kind) {
    case 'attendance': {
      const { pin, time, status, verify, workCode, rest, instant } = record
      return { ...common, pin, time, status, verify, workCode, rest: [...rest], instant }
    }
    case 'operation': {
      const { operation, admin, time, parameters, instant } = record
      return { ...common, operation, admin, time, parameters: [...parameters], instant }
    }
    case 'fields':
      return { ...common, fields: pairsOf(record.fields), instant: record.instant }
    case 'file': {
      const { fields, content, pin, time, instant, sizeMatches } = record
      const members = { pin, time, instant, sizeMatches }
      return { ...common, ...members, fields: pairsOf(fields), content: bytesOf(content) }
    }
    case 'packet': {
      const { table, index, count } = record
      return { ...common, table, index, count }
    }
  }
}

function shape({ serialNumber, line }: UploadedLine): object {
  ok(line, 'a kept line is missing')
  return Buffer.isBuffer(line)
    ? { serialNumber, unparsed: bytesOf(line) }
    : { serialNumber, ...membersOf(line) }
}

// A diff of long texts takes minutes.
function pairsOf(fields: Record<string, string>): string[] {
  return Object.entries(fields).map(([key, value]) => `${key}=${bytesOf(Buffer.from(value))}`)
}

/** A moment at which an upload is received; its lines are in their order. */
export function received(second: number): Date {
  return new Date(Date.UTC(2026, 9, 5, 12, 0, second))
}

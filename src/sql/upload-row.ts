// A line of an upload as a row.
import type { KeptAttendance, KeptUpload } from '../kept.js'
import { cut, SUMMARY_BYTES } from '../queue/summary.js'
import { personOf } from '../upload/person.js'
import { tableOf } from '../upload/table.js'
import type { AttendanceRecord, PacketRecord, Upload, UploadRecord } from '../upload/upload.js'
import type { Row, Value } from './step.js'
import { ascii, bytes, hash, key, moment, pack, serial, unascii } from './text.js'

const DAY = /^\d{4}-\d\d-\d\d(?= )/

/** The row of an attendance record. */
export function attendanceRow(
  upload: Upload,
  lineKey: string,
  record: AttendanceRecord,
): Record<string, Value> {
  const { pin, time, status, verify, workCode, rest, instant, raw } = record
  const columns = { pin, time, status, verify, workCode }
  const isShort = Object.values(columns).every((text) => cut(text) === text)
  return {
    serial_number: serial(upload.serialNumber),
    line_key: hash(lineKey),
    received_at: upload.receivedAt.getTime(),
    pin: ascii(pin),
    local_day: DAY.exec(time)?.[0] ?? null,
    local_time: ascii(cut(time)),
    instant: instant?.getTime() ?? null,
    status: ascii(cut(status)),
    verify: ascii(cut(verify)),
    work_code: ascii(cut(workCode)),
    record: isShort && rest.length === 0 ? null : pack({ rest, ...(!isShort && columns) }),
    raw,
  }
}

/** The row of any other record, or of a line that is none. */
export function otherRow(
  upload: Upload,
  lineKey: string,
  line: UploadRecord | Buffer,
): Record<string, Value> {
  const { serialNumber, receivedAt, commandId } = upload
  const own = {
    serial_number: serial(serialNumber),
    line_key: hash(lineKey),
    received_at: receivedAt.getTime(),
  }
  if (Buffer.isBuffer(line)) {
    const type = tableOf(upload)
    const typeKey = key(type, 64)
    const none = { packet_set: null, packet_index: null, packet_count: null, content_length: null }
    const unparsed = { kind: 'unparsed', type_key: typeKey, pin: null, instant: null, ...none }
    const long_type = typeKey === ascii(type) ? null : ascii(type)
    return { ...own, ...unparsed, long_type, record: null, ...pieces(line) }
  }
  const { kind, type, raw, content, fields, instant, ...members } = line as UploadRecord & {
    content?: Buffer
    encodedSize?: number
    fields?: Record<string, string>
    instant?: Date
  }
  const [pin, typeKey] = [personOf(line), key(type, 64)]
  const packet = kind === 'packet' ? (line as PacketRecord) : undefined
  return {
    ...own,
    kind,
    type_key: typeKey,
    pin: pin === undefined ? null : ascii(pin),
    instant: instant?.getTime() ?? null,
    packet_set: packet === undefined ? null : packetSet(commandId ?? '', packet),
    packet_index: packet?.index ?? null,
    packet_count: packet?.count ?? null,
    content_length: members.encodedSize ?? content?.length ?? null,
    long_type: typeKey === ascii(type) ? null : ascii(type),
    record: pack({
      ...members,
      ...(fields !== undefined && { fields: Object.entries(fields) }),
      ...(commandId !== undefined && { commandId }),
    }),
    ...pieces(raw),
  }
}

/** What packets of one result have in common. */
export function packetSet(
  commandId: string,
  { table, count }: Pick<PacketRecord, 'table' | 'count'>,
): string {
  return hash(JSON.stringify([commandId, table, count]))
}

/** What a list shows of an attendance record. */
export function attendanceOf(row: Row): KeptAttendance {
  const text = (column: string) => unascii(String(row[column]))
  const instant = moment(row.instant)
  return {
    serialNumber: text('serial_number'),
    pin: text('pin'),
    time: text('local_time'),
    status: text('status'),
    verify: text('verify'),
    workCode: text('work_code'),
    ...(instant !== undefined && { instant }),
    receivedAt: new Date(Number(row.received_at)),
  }
}

/** What a list shows of anything else. */
export function uploadOf(row: Row): KeptUpload {
  const instant = moment(row.instant)
  return {
    serialNumber: unascii(String(row.serial_number)),
    kind: row.kind as KeptUpload['kind'],
    type: unascii(String(row.long_type ?? row.type_key)),
    receivedAt: new Date(Number(row.received_at)),
    ...(row.pin !== null && { pin: unascii(String(row.pin)) }),
    ...(instant !== undefined && { instant }),
    size: Number(row.size),
    raw: bytes(row.raw),
  }
}

function pieces(raw: Buffer): Record<string, Value> {
  return {
    size: raw.length,
    raw: raw.subarray(0, SUMMARY_BYTES),
    raw_tail: raw.length > SUMMARY_BYTES ? raw.subarray(SUMMARY_BYTES) : null,
  }
}

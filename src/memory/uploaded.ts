// The lines of uploads in memory: each once, in the order in which they came.
import { lineKey } from '../upload/line.js'
import type { AttendanceRecord, PacketRecord, Upload, UploadRecord } from '../upload/upload.js'
import { type Placed, Timeline } from './timeline.js'

/** A line of an upload, as it is stored. */
export interface UploadedLine extends Placed {
  /** The upload it came in, without its lines. */
  upload: Upload
  line: UploadRecord | Buffer
  /** The packets that it is one of. */
  set: string | undefined
}

/** Everything that was uploaded. */
export class Uploads {
  readonly attendance: Timeline<UploadedLine> = new Timeline()
  readonly others: Timeline<UploadedLine> = new Timeline()
  readonly #keys = new Set<string>()
  /** By their set, and in it by their number: the one that was stored last. */
  readonly packets: Map<string, Map<number, PacketRecord>> = new Map()
  /** The latest moment before which all was forgotten. */
  forgottenBefore: Date | undefined

  /** Adds a line; false if it was there. */
  add(row: UploadedLine): boolean {
    const { upload, line, set } = row
    const { size } = this.#keys
    if (this.#keys.add(lineKey(upload, line)).size === size) return false
    this.#timelineOf(line).add(row)
    if (set === undefined) return true
    const packets = this.packets.get(set) ?? new Map<number, PacketRecord>()
    const packet = line as PacketRecord
    this.packets.set(set, packets.set(packet.index, packet))
    return true
  }

  delete(row: UploadedLine): void {
    const { upload, line, set } = row
    this.#keys.delete(lineKey(upload, line))
    this.#timelineOf(line).remove(row)
    if (set === undefined) return
    const packets = this.packets.get(set)
    const { index } = line as PacketRecord
    if (packets?.get(index) === line) packets.delete(index)
    if (packets?.size === 0) this.packets.delete(set)
  }

  /** All lines, in the order in which they came. */
  lines(): UploadedLine[] {
    const lines = [...this.attendance.rows({}), ...this.others.rows({})]
    return lines.sort((one, other) => one.position - other.position)
  }

  #timelineOf(line: UploadRecord | Buffer): Timeline<UploadedLine> {
    return isAttendance(line) ? this.attendance : this.others
  }
}

/** Whether a line is an attendance record: those have lists of their own. */
export function isAttendance(line: UploadRecord | Buffer): line is AttendanceRecord {
  return !Buffer.isBuffer(line) && line.kind === 'attendance'
}

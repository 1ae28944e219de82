// Reads a result that came in packets: in parts, so that other requests get their turns between them.
import { setImmediate as turn } from 'node:timers/promises'
import { type Bodies, SMALL } from '../endpoint/bodies.js'
import type { Awaitable, Deadline } from '../endpoint/deadline.js'
import { IclockError } from '../endpoint/errors.js'
import { Octets } from '../octets.js'
import { Lines } from './lines.js'
import { MOST_JOINED } from './packet.js'
import { hasKeyword } from './pairs.js'
import { isPacked, openUpload } from './parse.js'
import { hasRows, rowsIn } from './result.js'
import { countsOf, isWithin } from './size.js'
import type { UploadStorage } from './storage.js'
import { findWhole, linesOf } from './store.js'
import { tableOf } from './table.js'
import { isText } from './text.js'
import type { PacketRecord, Upload } from './upload.js'

/** What reading a result needs. */
export interface ResultSettings {
  adapter: UploadStorage
  /** The bodies in work. */
  bodies: Bodies
  /** How many bytes a body, and so a line of a result, may have. */
  limit: number
  /** How many lines a body may have; a result may have twenty times as many. */
  maxRecords: number
}

// Parsed within some milliseconds.
const PART = 256 * 1024
// The result of a query may be larger than one request.
const LONGEST_RESULT = 20

/** Reads and stores a body of at most so many lines. */
export type ReadPart = (part: Buffer, most: number) => Awaitable<Upload>

/** A result that was read. */
export interface Result {
  /** Its first part; what was received if it is too large, and stays in its packets. */
  upload: Upload
  /** How many rows it has. */
  rows: number | undefined
}

/**
 * Reads the result that a packet completes.
 *
 * @returns undefined while packets are missing
 */
export async function readResult(
  received: Upload,
  packet: PacketRecord,
  { adapter, bodies, limit, maxRecords }: ResultSettings,
  deadline: Deadline,
  read: ReadPart,
): Promise<Result | undefined> {
  const find = (maxBytes: number) => findWhole(received, packet, maxBytes, adapter, deadline)
  const bounds = { limit, maxRecords }
  const found = await find(SMALL)
  // Most packets complete nothing: they need no space, and wait for none.
  if (typeof found !== 'number') return found && readParts(found, received, bounds, read)
  if (found > MOST_JOINED) {
    const rows = hasRows(packet.table)
      ? await linesOf(received, packet, adapter, deadline)
      : undefined
    return { upload: received, rows }
  }
  return bodies.join(received.serialNumber, found, async () => {
    const whole = await find(found)
    // A larger packet has come meanwhile: its own request reads the result.
    if (typeof whole === 'number') return undefined
    return whole && readParts(whole, received, bounds, read)
  })
}

async function readParts(
  whole: Buffer,
  received: Upload,
  { limit, maxRecords }: Pick<ResultSettings, 'limit' | 'maxRecords'>,
  read: ReadPart,
): Promise<Result> {
  const type = tableOf(received)
  const isOne = isPacked(whole, received) || !openUpload(whole, received).grammar.hasLines
  const parts = isOne ? [whole] : partsOf(whole, type, limit)
  if (!isOne) {
    const { lines, fits } = await countAll(parts, limit, maxRecords * LONGEST_RESULT)
    if (!fits) return { upload: received, rows: lines }
  }
  let upload = received
  let rows: number | undefined = 0
  for (const part of parts) {
    await turn()
    const one = await readUnlessTooLarge(
      part,
      isPacked(part, received) ? maxRecords : part.length,
      read,
    )
    if (one === undefined) return { upload: received, rows: undefined }
    if (upload === received) upload = one
    const own = rowsIn(one, type)
    rows = own === undefined || rows === undefined ? undefined : rows + own
  }
  return { upload, rows }
}

/**
 * Cuts lines into parts, where no record is cut. What is no text is one part, if a body may be as
 * large: its line ends mean nothing.
 */
export function partsOf(text: Buffer, type: string, limit: number, size: number = PART): Buffer[] {
  const parts: Buffer[] = []
  if (text.length <= limit && !isText(text.subarray(0, size))) return [text]
  for (let start = 0; start < text.length; ) {
    const end = cutAfter(text, start + size, type)
    parts.push(text.subarray(start, end))
    start = end
  }
  return parts
}

// A line without a keyword may continue the one before it: the cut is after it, then.
function cutAfter(text: Buffer, from: number, type: string): number {
  const octets = new Octets(text, 'latin1')
  const lines = new Lines(octets, from - 1)
  // What is left of the line at this place.
  if (!lines.next() || !lines.next()) return text.length
  if (hasKeyword(octets, lines.start, lines.end, type)) return lines.start
  return lines.next() ? lines.start : text.length
}

async function countAll(
  parts: readonly Buffer[],
  limit: number,
  most: number,
): Promise<{ lines: number; fits: boolean }> {
  const sum = { lines: 0, separators: 0 }
  for (const part of parts) {
    await turn()
    const { lines, separators } = countsOf(part)
    sum.lines += lines
    sum.separators += separators
  }
  return {
    lines: sum.lines,
    fits: isWithin(sum, most) && parts.every(({ length }) => length <= limit),
  }
}

async function readUnlessTooLarge(
  part: Buffer,
  most: number,
  read: ReadPart,
): Promise<Upload | undefined> {
  try {
    return await read(part, most)
  } catch (error) {
    if (error instanceof IclockError && error.code === 'TOO_MANY_RECORDS') return undefined
    throw error
  }
}

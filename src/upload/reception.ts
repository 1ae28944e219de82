// How an upload is received: read, kept, answered.
import type { IncomingMessage } from 'node:http'
import { readBody } from '../endpoint/body.js'
import type { Awaitable, Deadline } from '../endpoint/deadline.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { Part } from '../endpoint/endpoint.js'
import { IclockError } from '../endpoint/errors.js'
import { queryOf } from '../endpoint/serial-number.js'
import type { ParsedReplies } from '../reply/reply.js'
import { clockIn } from './clock.js'
import { LF, Octets } from './octets.js'
import { packetOf } from './packet.js'
import { isTableData, openUpload, typeOf } from './parse.js'
import { readQuery, type UploadQuery } from './query.js'
import { failuresIn, repliesIn } from './report.js'
import type { UploadStorage } from './storage.js'
import { keepPacket, keepUpload } from './store.js'
import type { ParsedUpload, Upload } from './upload.js'

/** What receiving needs of the options, checked. */
export interface ReceptionSettings {
  adapter: UploadStorage
  limit: number
  encoding: string
  maxRecords: number
  zoneOf(serialNumber: string): string | undefined
  /** Keeps replies that came in an upload; undefined if the adapter keeps none. */
  keepReplies:
    | ((parsed: ParsedReplies, serialNumber: string, deadline: Deadline) => Awaitable<void>)
    | undefined
  /** Called with what was new, once storage has all of it. */
  afterUpload: ((upload: Upload) => void) | undefined
  /** Called with every upload, once storage has it. */
  onKept: ((upload: Upload, req: IncomingMessage) => void) | undefined
}

// The result of a query may be larger than one request.
const LONGEST_RESULT = 20
// Access terminals and photos want a bare OK.
const UNCOUNTED = new Set([
  'rtlog',
  'rtstate',
  'options',
  'count',
  'attphoto',
  'postverifydata',
  '',
])

/** `POST cdata`, `querydata`, `fdata` (PUSH manuals, "Upload"). */
export function uploadPart(settings: ReceptionSettings): Part {
  const { adapter, limit, encoding, maxRecords, keepReplies, afterUpload } = settings

  const read = (serialNumber: string, body: Buffer, query: UploadQuery, most: number) => {
    const { text, grammar } = openUpload(body, query)
    if (grammar.hasLines) checkLineCount(text, most)
    const zone = settings.zoneOf(serialNumber)
    const clock = zone === undefined ? undefined : clockIn(zone)
    return grammar.parse(new Octets(text, encoding), clock)
  }

  const keep = async (upload: Upload, deadline: Deadline) => {
    const { serialNumber, records } = upload
    // Before the lines: a device whose upload is refused sends all of it again, and then no line would be new.
    const failures = keepReplies === undefined ? [] : failuresIn(records, serialNumber)
    if (failures.length > 0) {
      await keepReplies?.({ replies: failures, unparsed: [] }, serialNumber, deadline)
    }
    const fresh = await keepUpload(upload, adapter, deadline)
    if (fresh.records.length > 0) afterUpload?.(fresh)
    if (CHANNELS.upload.hasSubscribers) publish(upload, fresh.records.length)
  }

  return async (serialNumber, req, deadline) => {
    const receivedAt = new Date()
    const query = readQuery(queryOf(req.url ?? ''))
    const body = await readBody(req, limit)
    const received = { serialNumber, ...query, receivedAt, body }

    const replies = keepReplies && repliesIn(body, received, encoding)
    if (replies !== undefined) {
      checkLineCount(body, maxRecords)
      await keepReplies?.(replies, serialNumber, deadline)
      settings.onKept?.({ ...received, records: [], unparsed: [] }, req)
      return 'OK'
    }
    const type = typeOf(query.table, query.tableName, query.query)
    const packet = packetOf(received, type)
    let parsed: ParsedUpload = { records: [], unparsed: [] }
    if (packet === undefined) {
      parsed = read(serialNumber, body, query, maxRecords)
      await keep({ ...received, ...parsed }, deadline)
    } else {
      checkLineCount(body, maxRecords)
      const upload = { ...received, ...parsed }
      const whole = await keepPacket(upload, packet, adapter, deadline)
      if (whole !== undefined && linesOf(whole) <= maxRecords * LONGEST_RESULT) {
        parsed = read(serialNumber, whole, query, Number.POSITIVE_INFINITY)
        await keep({ ...upload, ...parsed, body: whole }, deadline)
      }
    }
    settings.onKept?.({ ...received, ...parsed }, req)
    return answerTo(query, type, packet === undefined ? partsOf(parsed) : linesOf(body))
  }
}

// Terminals send an upload again until they read this. The count of `tabledata` is the terminal's own, not what was read.
function answerTo(query: UploadQuery, type: string, lines: number): string {
  const { table, tableName, count = lines } = query
  if (isTableData(table)) return tableName === undefined ? 'OK' : `${tableName}=${count}`
  return UNCOUNTED.has(type) ? 'OK' : `OK: ${lines}`
}

function partsOf({ records, unparsed }: ParsedUpload): number {
  return records.length + unparsed.length
}

function checkLineCount(text: Buffer, most: number): void {
  const lines = linesOf(text)
  if (lines <= most) return
  throw new IclockError(
    'TOO_MANY_RECORDS',
    `The body has ${lines} lines, more than the ${most} of option "maxRecords".`,
  )
}

function linesOf(text: Buffer): number {
  let lines = text.length === 0 || text.at(-1) === LF ? 0 : 1
  for (let at = text.indexOf(LF); at !== -1; at = text.indexOf(LF, at + 1)) lines++
  return lines
}

function publish(upload: Upload, fresh: number): void {
  const { serialNumber, table, tableName, commandId, records, unparsed } = upload
  CHANNELS.upload.publish({
    serialNumber,
    table,
    tableName,
    commandId,
    records: records.length,
    unparsed: unparsed.length,
    new: fresh,
  })
}

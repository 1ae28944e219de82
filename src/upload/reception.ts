// Receives an upload: reads it, stores it, answers it.
import type { IncomingMessage } from 'node:http'
import { readBody } from '../endpoint/body.js'
import type { Awaitable, Deadline } from '../endpoint/deadline.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { Part } from '../endpoint/endpoint.js'
import { IclockError } from '../endpoint/errors.js'
import { queryOf } from '../endpoint/serial-number.js'
import type { CommandReply, ParsedReplies } from '../reply/reply.js'
import { clockIn } from './clock.js'
import { COMMA, LF, Octets, TAB } from './octets.js'
import { packetOf } from './packet.js'
import { isTableData, openUpload, typeOf } from './parse.js'
import { readQuery, type UploadQuery } from './query.js'
import { failureOf, repliesIn } from './report.js'
import type { UploadStorage } from './storage.js'
import { keepPacket, keepUpload } from './store.js'
import type { Upload, UploadRecord } from './upload.js'

/** The checked options that receiving needs. */
export interface ReceptionSettings {
  adapter: UploadStorage
  limit: number
  encoding: string
  maxRecords: number
  zoneOf(serialNumber: string): string | undefined
  /** Stores replies that came in an upload; undefined if the adapter can't. */
  keepReplies:
    | ((parsed: ParsedReplies, serialNumber: string, deadline: Deadline) => Awaitable<void>)
    | undefined
  /** Whether a command already has a reply; false if the adapter can't tell. */
  isAnswered(serialNumber: string, commandId: string): Awaitable<boolean>
  /** Called with the new records, once storage has all of them. */
  afterUpload: ((upload: Upload) => void) | undefined
  /** Called with every upload, once storage has it. */
  onKept: ((upload: Upload, req: IncomingMessage) => void) | undefined
}

/**
 * An upload that storage has, as published on the channel `express-iclock:upload`: none of its
 * contents.
 */
export interface UploadEvent {
  /** The terminal that uploaded. */
  serialNumber: string
  /** `table` as sent. */
  table: string | undefined
  /** `tablename` as sent. */
  tableName: string | undefined
  /** The command whose result it is, if the terminal sent its id. */
  commandId: string | undefined
  /** How many records came. */
  records: number
  /** How many of them were new. */
  newRecords: number
  /** How many lines were not valid records. */
  unparsed: number
  /** The size of the body in bytes. */
  bytes: number
}

// The result of a query may be larger than one request.
const LONGEST_RESULT = 20
// The longest known lines have seventeen.
const MOST_FIELDS = 20
// Access terminals and photos expect a bare OK.
const UNCOUNTED = new Set([
  ...['rtlog', 'rtstate', 'options', 'count', 'attphoto', 'postverifydata', ''],
])

/** `POST cdata`, `querydata`, `fdata` (PUSH manuals, "Upload"). */
export function uploadPart(settings: ReceptionSettings): Part {
  const { adapter, limit, encoding, maxRecords, keepReplies, afterUpload } = settings

  const read = (serialNumber: string, body: Buffer, query: UploadQuery, most: number) => {
    const { text, grammar } = openUpload(body, query)
    if (grammar.hasLines) checkSize(text, most)
    const zone = settings.zoneOf(serialNumber)
    const clock = zone === undefined ? undefined : clockIn(zone)
    return grammar.parse(new Octets(text, encoding), clock)
  }

  // A terminal that sends its memory again must not overrule replies that came since. But a line
  // that isn't new may be one whose command couldn't be settled at the time.
  const settleFailures = async (
    { serialNumber, records }: Upload,
    fresh: readonly UploadRecord[],
    deadline: Deadline,
  ) => {
    if (keepReplies === undefined) return
    const failures = new Map<UploadRecord, CommandReply>()
    for (const record of records) {
      const failure = failureOf(record, serialNumber)
      if (failure !== undefined) failures.set(record, failure)
    }
    if (failures.size === 0) return
    const isNew = new Set(fresh)
    const replies: CommandReply[] = []
    for (const [record, failure] of failures) {
      const isDue =
        isNew.has(record) ||
        !(await deadline.wait(settings.isAnswered(serialNumber, failure.commandId)))
      if (isDue) replies.push(failure)
    }
    if (replies.length > 0) await keepReplies({ replies, unparsed: [] }, serialNumber, deadline)
  }

  const keep = async (upload: Upload, deadline: Deadline) => {
    const fresh = await keepUpload(upload, adapter, deadline)
    if (fresh.length > 0) afterUpload?.({ ...upload, records: fresh })
    await settleFailures(upload, fresh, deadline)
    if (CHANNELS.upload.hasSubscribers) publish(upload, fresh.length)
  }

  return async (serialNumber, req, deadline) => {
    const receivedAt = new Date()
    const query = readQuery(queryOf(req.url ?? ''))
    const body = await readBody(req, limit)
    // Optimization: all members are there from the start, because V8 is slow to add one to a copy
    // (2 µs each time).
    const received = { serialNumber, ...query, receivedAt, body, records: [], unparsed: [] }

    const replies = keepReplies && repliesIn(body, received, encoding, maxRecords)
    if (replies !== undefined) {
      await keepReplies?.(replies, serialNumber, deadline)
      settings.onKept?.(received, req)
      return 'OK'
    }
    const type = typeOf(query.table, query.tableName, query.query)
    const packet = packetOf(received, type)
    let upload: Upload = received
    if (packet === undefined) {
      upload = { ...received, ...read(serialNumber, body, query, maxRecords) }
      await keep(upload, deadline)
    } else {
      checkSize(body, maxRecords)
      const whole = await keepPacket(received, packet, adapter, deadline)
      if (whole !== undefined && linesOf(whole) <= maxRecords * LONGEST_RESULT) {
        const parsed = read(serialNumber, whole, query, Number.POSITIVE_INFINITY)
        upload = { ...received, ...parsed }
        await keep({ ...upload, body: whole }, deadline)
      }
    }
    settings.onKept?.(upload, req)
    return answerTo(query, type, packet === undefined ? partsOf(upload) : linesOf(body))
  }
}

// Terminals send an upload again until they read this. The count of `tabledata` is the terminal's
// own, not the number of records read.
function answerTo(query: UploadQuery, type: string, lines: number): string {
  const { table, tableName, count = lines } = query
  if (isTableData(table)) return tableName === undefined ? 'OK' : `${tableName}=${count}`
  return UNCOUNTED.has(type) ? 'OK' : `OK: ${lines}`
}

function partsOf({ records, unparsed }: Upload): number {
  return records.length + unparsed.length
}

// Checked before parsing: a few bytes can become an object of a hundred.
function checkSize(text: Buffer, most: number): void {
  // No body has more lines or separators than bytes.
  if (text.length <= most) return
  const lines = linesOf(text)
  let separators = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === TAB || text[at] === COMMA) separators++
  }
  if (lines <= most && separators <= most * MOST_FIELDS) return
  throw new IclockError(
    'TOO_MANY_RECORDS',
    `The body has ${lines} lines with ${separators + lines} fields; option "maxRecords" allows ${most} lines with ` +
      `${MOST_FIELDS} fields each on average.`,
  )
}

function linesOf(text: Buffer): number {
  let lines = text.length === 0 || text.at(-1) === LF ? 0 : 1
  for (let at = text.indexOf(LF); at !== -1; at = text.indexOf(LF, at + 1)) lines++
  return lines
}

function publish(upload: Upload, newRecords: number): void {
  const { serialNumber, table, tableName, commandId, records, unparsed, body } = upload
  const event: UploadEvent = {
    serialNumber,
    table,
    tableName,
    commandId,
    records: records.length,
    newRecords,
    unparsed: unparsed.length,
    bytes: body.length,
  }
  CHANNELS.upload.publish(event)
}

// Receives an upload: reads it, stores it, answers it.
import { ok } from '../endpoint/answer.js'
import type { Bodies } from '../endpoint/bodies.js'
import type { ValueOf } from '../endpoint/by-terminal.js'
import { type Deadline, isThenable } from '../endpoint/deadline.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { Exchange } from '../endpoint/endpoint.js'
import type { TerminalRequest } from '../endpoint/request.js'
import { type AcknowledgementForm, acknowledgementOf } from './acknowledgement.js'
import { clockIn } from './clock.js'
import { type FailureStorage, settleFailures } from './failure.js'
import { readResult } from './joined.js'
import { packetOf } from './packet.js'
import { isPacked, MOST_UNPACKED, openUpload, readUpload } from './parse.js'
import { readQuery, type UploadQuery } from './query.js'
import { repliesIn } from './report.js'
import { type Concluder, rowsIn } from './result.js'
import { excessOf, linesOf, objectSizeOf, SCANTY } from './size.js'
import type { UploadStorage } from './storage.js'
import { keepUpload } from './store.js'
import { tableOf } from './table.js'
import { isText } from './text.js'
import type { PacketRecord, Upload } from './upload.js'

/** The checked options that receiving needs. */
export interface ReceptionSettings extends FailureStorage {
  adapter: UploadStorage
  /** The bodies in work. */
  bodies: Bodies
  limit: number
  maxRecords: number
  encodingOf: ValueOf<string>
  zoneOf: ValueOf<string | undefined>
  /** The forms of acknowledgements that differ, by table in lower case. */
  formsOf: ValueOf<ReadonlyMap<string, AcknowledgementForm>>
  /** Undefined if the adapter can't settle queries. */
  conclude: Concluder | undefined
  /** Called with the new records, once storage has all of them. */
  afterUpload: ((upload: Upload) => void) | undefined
  /** Called with every upload, once storage has it. */
  onKept: ((upload: Upload, request: TerminalRequest) => void) | undefined
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

/** `POST cdata`, `querydata`, `fdata` (PUSH manuals, "Upload"). */
export function uploadExchange(settings: ReceptionSettings): Exchange {
  const { adapter, bodies, limit, maxRecords, encodingOf, keepReplies, afterUpload } = settings

  const keep = async (upload: Upload, deadline: Deadline) => {
    const fresh = await keepUpload(upload, adapter, deadline)
    if (fresh.length > 0) afterUpload?.({ ...upload, records: fresh })
    await settleFailures(upload, fresh, settings, deadline)
    if (CHANNELS.upload.hasSubscribers) publish(upload, fresh.length)
  }

  const readAndKeep = async (received: Upload, body: Buffer, most: number, deadline: Deadline) => {
    const { serialNumber } = received
    // Optimization: plain values aren't awaited.
    const label = encodingOf(serialNumber, deadline)
    const encoding = isThenable(label) ? await label : label
    const found = settings.zoneOf(serialNumber, deadline)
    const zone = isThenable(found) ? await found : found
    const clock = zone === undefined ? undefined : clockIn(zone)
    const upload = { ...received, ...readUpload(body, received, { encoding, clock, most }) }
    await keep(body === received.body ? upload : { ...upload, body }, deadline)
    return upload
  }

  // Optimization: a small body, which needs no space, is not asked for any.
  const inTurn = (received: Upload, body: Buffer, most: number, deadline: Deadline) => {
    const space = spaceFor(body, received)
    if (space === 0) return readAndKeep(received, body, most, deadline)
    return bodies.hold(received.serialNumber, space, () => {
      return readAndKeep(received, body, most, deadline)
    })
  }

  const receive = async (received: Upload, request: TerminalRequest, deadline: Deadline) => {
    const { serialNumber, body } = received
    const label = encodingOf(serialNumber, deadline)
    const encoding = isThenable(label) ? await label : label
    const replies = keepReplies && repliesIn(body, received, encoding, maxRecords)
    if (replies !== undefined) {
      const { unparsed } = replies
      await keepReplies?.({ ...replies, unparsed: [] }, serialNumber, deadline)
      if (unparsed.length > 0) await keep({ ...received, unparsed }, deadline)
      settings.onKept?.(received, request)
      return ok('OK')
    }
    const type = tableOf(received)
    const packet = packetOf(received, type)
    let upload = received
    let rows: number | undefined
    if (packet === undefined) {
      upload = await inTurn(received, body, maxRecords, deadline)
    } else {
      const excess = excessOf(body, maxRecords)
      if (excess !== undefined && isText(body)) throw excess
      await keepUpload({ ...received, records: [packet], unparsed: [] }, adapter, deadline)
      const result = await readResult(received, packet, settings, deadline, (part, most) => {
        return inTurn(received, part, most, deadline)
      })
      if (result !== undefined) ({ upload, rows } = result)
    }
    if (settings.conclude && isResult(received, packet, request)) {
      if (packet === undefined) rows = rowsIn(upload, type)
      if (rows !== undefined) await settings.conclude(received, rows, deadline)
    }
    settings.onKept?.(upload, request)
    const lines = packet === undefined ? partsOf(upload) : linesOf(body)
    const forms = settings.formsOf(serialNumber, deadline)
    const form = isThenable(forms) ? await forms : forms
    return ok(acknowledgementOf(received, type, lines, form))
  }

  return (serialNumber, request, deadline) => {
    const receivedAt = new Date()
    return bodies.receive(serialNumber, request, limit, (body) => {
      const query = readQuery(request.target)
      // Optimization: all members are there from the start, because V8 is slow to add one to a copy
      // (2 µs each time).
      const received = { serialNumber, ...query, receivedAt, body, records: [], unparsed: [] }
      return receive(received, request, deadline)
    })
  }
}

/** How many bytes may become of a body. */
function spaceFor(body: Buffer, query: UploadQuery): number {
  if (isPacked(body, query)) return MOST_UNPACKED
  if (body.length <= SCANTY) return 0
  const { text, grammar } = openUpload(body, query)
  return grammar.hasLines ? objectSizeOf(text) : 0
}

// A packet with an impossible number is read by itself, and doesn't say where the result ends.
function isResult(
  received: Upload,
  packet: PacketRecord | undefined,
  { target }: TerminalRequest,
): boolean {
  if (received.commandId === undefined || target.segment !== 'querydata') return false
  return packet !== undefined || (received.packet?.count ?? 1) <= 1
}

function partsOf({ records, unparsed }: Upload): number {
  return records.length + unparsed.length
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

// The lists of what one terminal sent: replies, uploads and lines that could not be parsed.
import type { KeptUpload, KeptUploadFilter } from '../../kept.js'
import { cut, type ShownBytes, shownBytes } from '../bytes.js'
import { type Choice, type Page, pageOf, type Source } from '../page.js'
import { momentIn } from '../query.js'
import type { MonitorStorage } from '../storage.js'

/** A line or a record that a terminal sent. Times are milliseconds. */
export interface SentRow extends ShownBytes {
  at: number
  /** A record's type, or where an unparsed line was found. */
  type: string
  kind: string
}

/** A reply. Times are milliseconds. */
export interface ReplyRow {
  commandId: string
  commandName: string
  returnCode: number | null
  outcome: string
  meaning: string
  at: number
}

const LONGEST = 150

/** Replies; undefined if storage doesn't list them. */
export async function replyPage(
  adapter: MonitorStorage,
  serialNumber: string,
  query: URLSearchParams,
): Promise<Page<ReplyRow> | undefined> {
  if (adapter.listReplies === undefined) return undefined
  const filter = { serialNumber, ...timesIn(query) }
  const source: Source<ReplyRow> = async (asked) => {
    const { rows, ...rest } = (await adapter.listReplies?.({ ...filter, ...asked })) ?? NOTHING
    const shown = rows.map(({ receivedAt, commandId, returnCode, outcome, ...reply }) => {
      const [commandName, meaning] = [cut(reply.commandName, LONGEST), cut(reply.meaning, LONGEST)]
      return { commandId, commandName, returnCode, outcome, meaning, at: receivedAt.getTime() }
    })
    return { ...rest, rows: shown }
  }
  return pageOf(
    query,
    [source],
    choiceOf(query, (row) => Object.values(row).join('\n')),
  )
}

/** What was uploaded besides attendance; undefined if storage doesn't list it. */
export async function uploadPage(
  adapter: MonitorStorage,
  scope: Pick<KeptUploadFilter, 'serialNumber' | 'pin'>,
  query: URLSearchParams,
): Promise<Page<SentRow> | undefined> {
  if (adapter.listUploads === undefined) return undefined
  const filter = { ...scope, ...timesIn(query) }
  return pageOf(query, [uploads(adapter, filter)], choiceOf(query, textOfSent))
}

/** Lines of replies and of uploads that could not be parsed; undefined if storage lists neither. */
export async function unparsedPage(
  adapter: MonitorStorage,
  serialNumber: string,
  query: URLSearchParams,
): Promise<Page<SentRow> | undefined> {
  if (adapter.listUnparsed === undefined && adapter.listUploads === undefined) return undefined
  const filter = { serialNumber, ...timesIn(query) }
  const ofReplies: Source<SentRow> = async (asked) => {
    const { rows, ...rest } = (await adapter.listUnparsed?.({ ...filter, ...asked })) ?? NOTHING
    return { ...rest, rows: rows.map((line) => sentRow({ ...line, kind: 'reply', type: '' })) }
  }
  const sources = [ofReplies, uploads(adapter, { ...filter, kind: 'unparsed' as const })]
  return pageOf(query, sources, choiceOf(query, textOfSent))
}

const NOTHING = { rows: [] }

function uploads(adapter: MonitorStorage, filter: KeptUploadFilter): Source<SentRow> {
  return async (asked) => {
    const { rows, ...rest } = (await adapter.listUploads?.({ ...filter, ...asked })) ?? NOTHING
    return { ...rest, rows: rows.map(sentRow) }
  }
}

function choiceOf<Row extends { at: number }>(
  query: URLSearchParams,
  textOf: (row: Row) => string,
): Choice<Row> {
  const words = (query.get('q') ?? '').toLowerCase().trim()
  return {
    ...(words !== '' && { matches: (row) => textOf(row).toLowerCase().includes(words) }),
    isBefore: (row, other) => row.at >= other.at,
  }
}

/** The times that a query names. */
export function timesIn(query: URLSearchParams): { since?: Date; before?: Date } {
  const [since, before] = [momentIn(query, 'since'), momentIn(query, 'before')]
  return { ...(since && { since }), ...(before && { before }) }
}

function sentRow(sent: Omit<KeptUpload, 'kind'> & { kind: string }): SentRow {
  const { kind, type, receivedAt, raw, size } = sent
  const shown = shownBytes(raw, raw.length, size)
  return { at: receivedAt.getTime(), kind, type: cut(type, LONGEST), ...shown }
}

function textOfSent({ type, text, hex }: SentRow): string {
  return `${type}\n${text ?? hex}`
}

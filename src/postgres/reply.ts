// Replies, each stored with its command, and lists of them.
import type { IssuedCommand } from '../command.js'
import { checkFilter } from '../filter.js'
import type { KeptLine, KeptReply } from '../kept.js'
import { SUMMARY_BYTES } from '../queue/summary.js'
import type { Family, FamilyOfTerminal, Outcome } from '../reply/outcome.js'
import type { ReplyStorage } from '../reply/storage.js'
import { REPLY_SUMMARY, type ReplySummaryRow, replySummaryOf } from './command-row.js'
import {
  merged,
  newestFirst,
  ofTerminal,
  PLACE,
  type Placed,
  pageOf,
  placed,
  rangeOf,
  Values,
} from './list.js'
import { ENDS } from './phase.js'
import { type Database, moment } from './query.js'
import { settlingOn } from './settle.js'
import { digestOf } from './text.js'

const KEEP_UNPARSED = `
  INSERT INTO :schema.unparsed (serial_number, digest, line, received_at)
  SELECT $1, digest, line, ${moment('$4')} FROM unnest($2::text[], $3::bytea[]) AS came (digest, line)
  ORDER BY digest
  ON CONFLICT DO NOTHING`

// The phases that a reply is in, by its outcome.
const PHASES: Readonly<Record<Outcome['outcome'], readonly string[]>> = {
  succeeded: ['succeeded'],
  failed: ['failed'],
  unknown: ['unknown'],
  pending: ['pending', 'withdrawn'],
}

interface KeptReplyRow extends Placed, ReplySummaryRow {
  serialNumber: string
  commandId: string
}

interface KeptLineRow extends Placed {
  serialNumber: string
  size: number
  raw: string
}

/** Stores replies and lists them: see `ReplyStorage`. */
export function repliesOn<Issued extends IssuedCommand>(
  database: Database,
  family: Family | FamilyOfTerminal,
  hasEvents: boolean,
): Required<
  Pick<
    ReplyStorage<Issued>,
    'onReply' | 'onReplies' | 'onUnparsed' | 'listReplies' | 'listUnparsed'
  >
> {
  const onReplies = settlingOn<Issued>(database, family, hasEvents)
  return {
    async onReply(reply, command) {
      return (await onReplies([{ reply, command }]))[0] ?? 'kept'
    },
    onReplies,
    async onUnparsed(lines, serialNumber) {
      const different = new Map(lines.map((line) => [digestOf(line), line]))
      const values = [serialNumber, [...different.keys()], [...different.values()], Date.now()]
      await database.rows(KEEP_UNPARSED, values)
    },
    async listReplies(filter) {
      const { outcome, ...asked } = checkFilter('replies', filter, PLACE)
      const values = new Values()
      const conditions = [...ofTerminal(asked, values), ...rangeOf(asked, 'ends_at', values)]
      const end = `${newestFirst('ends_at')} LIMIT ${values.add(asked.limit + 1)}`
      const phases = outcome === undefined ? Object.values(PHASES).flat() : PHASES[outcome]
      const selections = phases.map((phase) => {
        const all = [`phase = '${phase}'`, ENDS, ...conditions]
        return `SELECT * FROM :schema.commands WHERE ${all.join(' AND ')}`
      })
      const found = await database.rows<KeptReplyRow>(
        `SELECT json_build_object('serialNumber', serial_number, 'commandId', command_id, ${REPLY_SUMMARY},
          ${placed('ends_at')})::text AS row FROM (${merged(selections, end)}) AS page ${newestFirst('ends_at')}`,
        values.all,
      )
      return pageOf(found, asked.limit, keptReplyOf)
    },
    async listUnparsed(filter) {
      const asked = checkFilter('unparsed', filter, PLACE)
      const values = new Values()
      const conditions = [...ofTerminal(asked, values), ...rangeOf(asked, 'received_at', values)]
      const found = await database.rows<KeptLineRow>(
        `SELECT json_build_object('serialNumber', serial_number, 'size', octet_length(line),
          'raw', encode(substring(line FROM 1 FOR ${SUMMARY_BYTES}), 'base64'), ${placed('received_at')})::text AS row
        FROM :schema.unparsed WHERE ${['true', ...conditions].join(' AND ')}
        ${newestFirst('received_at')} LIMIT ${values.add(asked.limit + 1)}`,
        values.all,
      )
      return pageOf(found, asked.limit, keptLineOf)
    },
  }
}

function keptReplyOf({ serialNumber, commandId, at, ...reply }: KeptReplyRow): KeptReply {
  return { serialNumber, commandId, ...replySummaryOf(reply), receivedAt: new Date(at) }
}

function keptLineOf({ serialNumber, at, size, raw }: KeptLineRow): KeptLine {
  return { serialNumber, receivedAt: new Date(at), size, raw: Buffer.from(raw, 'base64') }
}

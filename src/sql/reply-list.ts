// Lists of replies, and of lines that are not valid replies.
import { checkFilter } from '../filter.js'
import type { KeptLine, KeptReply, KeptReplyFilter, ListFilter, Page } from '../kept.js'
import { OUTCOMES } from '../reply/outcome.js'
import { identityOf } from './command-row.js'
import { all, equal, PLACE, pageOf, stretch } from './page.js'
import { keptReplyOf } from './reply-row.js'
import { type Row, read, type Steps, type Value } from './step.js'
import { bytes, serial, unascii } from './text.js'

/** Lists replies: see `ReplyStorage.listReplies`. */
export function* listReplies(given: KeptReplyFilter): Steps<Page<KeptReply>> {
  const filter = checkFilter('replies', given, ['number', 'string'])
  const { serialNumber, outcome, limit } = filter
  const values: Value[] = []
  const parts = (outcome === undefined ? OUTCOMES : [outcome]).map((each) => {
    const own = serialNumber === undefined ? undefined : serial(serialNumber)
    const [where, marked] = all([
      ...equal({ serial_number: own, reply_outcome: each }),
      ...stretch('replied_at', 'reply_place', filter),
    ])
    values.push(...marked, limit + 1)
    return `SELECT * FROM (SELECT position AS place FROM iclock_commands WHERE ${where}
      ORDER BY replied_at DESC, reply_place DESC LIMIT ?) AS ${each}`
  })
  const rows = yield* read(
    `SELECT serial_number, id_key, long_id, replied_at, reply_place, reply_outcome, reply_meaning, return_code, reply_rows,
       command_name
     FROM iclock_commands JOIN (${parts.join(' UNION ALL ')}) AS parts ON position = place
     ORDER BY replied_at DESC, reply_place DESC LIMIT ?`,
    ...values,
    limit + 1,
  )
  const placeOf = (row: Row) => [Number(row.replied_at), String(row.reply_place)]
  return pageOf(rows, limit, placeOf, (row) => {
    return { ...identityOf(row), ...keptReplyOf(row), receivedAt: new Date(Number(row.replied_at)) }
  })
}

/** Lists lines that are not valid replies: see `ReplyStorage.listUnparsed`. */
export function* listUnparsed(given: ListFilter): Steps<Page<KeptLine>> {
  const filter = checkFilter('unparsed', given, PLACE)
  const { serialNumber, limit } = filter
  const [where, values] = all([
    ...equal({ serial_number: serialNumber === undefined ? undefined : serial(serialNumber) }),
    ...stretch('received_at', 'position', filter),
  ])
  const rows = yield* read(
    `SELECT position, serial_number, received_at, size, raw FROM iclock_unparsed WHERE ${where}
     ORDER BY received_at DESC, position DESC LIMIT ?`,
    ...values,
    limit + 1,
  )
  const placeOf = (row: Row) => [Number(row.received_at), Number(row.position)]
  return pageOf(rows, limit, placeOf, (row) => ({
    serialNumber: unascii(String(row.serial_number)),
    receivedAt: new Date(Number(row.received_at)),
    size: Number(row.size),
    raw: bytes(row.raw),
  }))
}

// Concludes a query by its rows: some terminals send no reply after them.
import type { IssuedCommand } from '../command.js'
import type { Deadline } from '../endpoint/deadline.js'
import { announce } from '../news.js'
import { find, type ReplyAdapter } from '../reply/find.js'
import type { CommandReply } from '../reply/reply.js'
import type { Kept } from '../reply/store.js'
import { newFields } from './fields.js'
import type { Upload } from './upload.js'

/** Settles a query as succeeded by this many rows, unless it has a final reply. */
export type Concluder = (
  { serialNumber, commandId }: Pick<Upload, 'serialNumber' | 'commandId'>,
  rows: number,
  deadline: Deadline,
) => Promise<void>

const QUERY = /^(?:data (?:query|count)|get options?|account)(?: |$)/i
const NUMBER = /^\d{1,9}$/
const NOTHING = Buffer.alloc(0)

/** Whether the result of a query in this table, in lower case, is rows: a line each. */
export function hasRows(type: string): boolean {
  return type !== 'count' && type !== 'options'
}

/**
 * How many rows the whole result of a query has. The result of `DATA COUNT` is a number, not rows;
 * undefined if it isn't one.
 *
 * @param type the table of the upload, in lower case
 */
export function rowsIn({ records, unparsed }: Upload, type: string): number | undefined {
  if (hasRows(type)) return records.length + unparsed.length
  const pairs = records.flatMap((record) =>
    'fields' in record ? Object.values(record.fields) : [],
  )
  if (type === 'options') return pairs.length
  const [count = '', ...others] = pairs
  return others.length === 0 && NUMBER.test(count) ? Number(count) : undefined
}

/** @returns undefined if the adapter can't store replies, or find their commands */
export function concluderOf<Issued extends IssuedCommand>(
  adapter: Partial<ReplyAdapter<Issued>>,
  onKept: Kept<Issued> | undefined,
): Concluder | undefined {
  if (!adapter.onReply || !(adapter.findCommand ?? adapter.findRecord)) return undefined
  const replies = adapter as ReplyAdapter<Issued>
  return async ({ serialNumber, commandId = '' }, rows, deadline) => {
    const { command, isSent } = await deadline.wait(find(replies, serialNumber, commandId))
    if (command === undefined || !isSent || !QUERY.test(command.text)) return
    const reply: CommandReply = {
      ...{ serialNumber, commandId, returnCode: null, rows, commandName: '' },
      ...{ fields: newFields(), raw: NOTHING },
    }
    const kept = await deadline.wait(replies.onReply(reply, command))
    if (kept === 'repeated') return
    onKept?.(reply, command)
    announce(serialNumber, commandId)
  }
}

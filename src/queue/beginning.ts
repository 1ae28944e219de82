// What the page of one command shows of its record: the beginning of what is long. Pure.
import type { IssuedCommand } from '../command.js'
import type { Outcome } from '../reply/outcome.js'
import type { CommandReply } from '../reply/reply.js'
import type { CommandBeginning, CommandRecord, ReplyBeginning } from './storage.js'
import { cut, summaryOf } from './summary.js'

/** How many characters of a text, and how many bytes of anything else, a beginning has. */
export const BEGINNING = 4096
/** How many fields of a reply a beginning has. */
export const MOST_FIELDS = 100

/**
 * The beginning of a record, for adapters that have it as an object.
 *
 * @param of the outcome of the command; by default by the return codes of time clocks
 */
export function beginningOf<Issued extends IssuedCommand>(
  record: CommandRecord<Issued>,
  of?: Outcome,
): CommandBeginning<Issued> {
  const { command, reply } = record
  const { reply: shown, ...summary } = summaryOf(record, of)
  return {
    ...summary,
    ...(command && {
      text: cut(command.text, BEGINNING),
      textBytes: Buffer.byteLength(command.text),
    }),
    ...(reply && shown && { reply: { ...shown, ...replyBeginning(reply) } }),
  }
}

function replyBeginning({ fields, content, raw }: CommandReply): ReplyBeginning {
  const pairs = Object.entries(fields)
  const shown = pairs.slice(0, firstFields(pairs))
  return {
    ...fieldsOf(shown, shown.length < pairs.length),
    ...(content && { content: content.subarray(0, BEGINNING), contentBytes: content.length }),
    raw: raw.subarray(0, BEGINNING),
    rawBytes: raw.length,
  }
}

/** How many of these fields a beginning has. */
export function firstFields(pairs: readonly (readonly [name: string, value: string])[]): number {
  let bytes = 0
  const end = pairs.findIndex(([name, value], index) => {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    return index === MOST_FIELDS || bytes > BEGINNING
  })
  return end === -1 ? pairs.length : end
}

/** Fields as a beginning has them: an object without a prototype, so that names are data. */
export function fieldsOf(
  pairs: readonly (readonly [name: string, value: string])[],
  hasMoreFields: boolean,
): Pick<ReplyBeginning, 'fields' | 'hasMoreFields'> {
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of pairs) fields[name] = value
  return { fields, hasMoreFields }
}

// A reply in the query, as old manuals print it and some firmware sends it. Pure.
import { type Member, octetMembersOf } from '../endpoint/query.js'
import { parseReplies } from './parse.js'
import type { ParsedReplies } from './reply.js'

// Characters that would end a pair of a body. A query's values may hold it, but no command does.
const SEPARATORS = /[&\t\r\n]/g
const RETURN_IN_BODY = /(?:^|[&\t\r\n]) *return *=/i

/**
 * Whether a query holds a reply by itself: an `ID` and a `Return`, in any letter case and order.
 */
export function hasReply(query: string): boolean {
  const pairs = membersOf(query)
  return first(pairs, 'id') !== undefined && first(pairs, 'return') !== undefined
}

/**
 * Reads the reply in a query (PUSH manual, "Command Reply", older editions): its `ID`, with its own
 * `Return` or that of a body that has no `ID`. The rest of the body belongs to it. Undefined if the
 * query holds none.
 */
export function parseQuery(
  query: string,
  body: Buffer,
  serialNumber: string,
  encoding: string,
  maxRecords: number,
): ParsedReplies | undefined {
  const pairs = membersOf(query)
  const id = first(pairs, 'id')
  const returned = first(pairs, 'return')
  const command = first(pairs, 'cmd')
  if (id === undefined) return undefined
  if (returned === undefined && !RETURN_IN_BODY.test(body.toString('latin1'))) return undefined

  const known: Member[] = [['ID', id]]
  if (returned !== undefined) known.push(['Return', returned])
  if (command !== undefined) known.push(['CMD', command])
  // A record that begins in the query and ends in the body is one line; after a complete one the
  // body has lines of its own.
  const isWhole = returned !== undefined
  const others = isWhole ? pairs.filter(([key]) => !/^(?:id|return|cmd|sn)$/i.test(key)) : []
  const line = [...known, ...others].map(([key, value]) => `${key}=${value}`).join('&')
  const head = Buffer.from(line + (isWhole ? '\n' : '&'), 'latin1')
  const whole = Buffer.concat([head, body])
  const parsed = parseReplies(whole, { serialNumber, encoding, maxRecords })

  const [reply] = parsed.replies
  if (parsed.replies.length > 1) return undefined
  // Without a valid id it is unparsed, as in a body.
  if (reply === undefined) return { replies: [], unparsed: [Buffer.from(query), ...linesOf(body)] }
  const rest = body.subarray(0, Math.max(reply.raw.length - head.length, 0))
  reply.raw = Buffer.concat([Buffer.from(rest.length > 0 ? `${query}\n` : query), rest])
  return parsed
}

function linesOf(body: Buffer): Buffer[] {
  return body.length > 0 ? [body] : []
}

function first(pairs: readonly Member[], name: string): string | undefined {
  return pairs.find(([key]) => key.toLowerCase() === name)?.[1]
}

function membersOf(query: string): readonly Member[] {
  return octetMembersOf(query).map(([name, value]) => [cleaned(name), cleaned(value)])
}

function cleaned(text: string): string {
  return text.replace(SEPARATORS, ' ').trim()
}

// Which of two replies to one command counts. Pure.
import { isPending } from './outcome.js'
import type { CommandReply } from './reply.js'

/**
 * Whether a reply takes the place of one that is stored: a final one always does; how many rows came
 * (`rows`) replaces only a pending one; a pending one replaces none. That they differ is for
 * storage to see.
 */
export function replaces(reply: CommandReply, kept: CommandReply): boolean {
  const rank = rankOf(reply)
  return rank === FINAL || rank > rankOf(kept)
}

const FINAL = 2

function rankOf(reply: CommandReply): number {
  if (isPending(reply)) return 0
  return reply.rows === undefined ? FINAL : 1
}

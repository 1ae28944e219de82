// Replies as storage gets them, without a request around them.
import type { ReplyStorage } from '../../src/index.js'
import { parseReplies } from '../../src/index.js'

/** Stores a terminal's reply, as if another process had received it; with `Return=0` by default. */
export function finalReply(
  adapter: object,
  serialNumber: string,
  commandId: string,
  returnCode = 0,
): void {
  const body = Buffer.from(`ID=${commandId}&Return=${returnCode}&CMD=DATA`)
  for (const reply of parseReplies(body, { serialNumber }).replies) {
    ;(adapter as ReplyStorage).onReply(reply, undefined)
  }
}

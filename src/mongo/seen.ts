// What reading a command saw of its reply, until the reply is stored: a duplicate then costs no
// further round trip.
import type { CommandDocument } from './document.js'
import type { ReplyDocument } from './reply-document.js'

const MEMBERS = ['digest', 'returnCode', 'rows', 'token', 'receivedAt', 'unlogged'] as const

/** What is known of a command and the reply that it has. */
export interface SeenCommand {
  reply: Pick<ReplyDocument, (typeof MEMBERS)[number]>
  /** Whether somebody issued it. */
  isIssued: boolean
}

/** What is read of a command to know it. */
export const SEEN: object = {
  text: 1,
  ...Object.fromEntries(MEMBERS.map((name) => [`reply.${name}`, 1])),
}

const MOST = 10_000

/** Remembers replies by the `_id` of their documents, a bounded number of them. */
export class Seen {
  readonly #replies = new Map<string, SeenCommand>()

  note(document: CommandDocument): void {
    const seen = seenIn(document)
    if (seen === undefined) return
    if (this.#replies.size >= MOST) this.#replies.clear()
    this.#replies.set(document._id, seen)
  }

  /** What was seen, once. */
  take(_id: string): SeenCommand | undefined {
    const seen = this.#replies.get(_id)
    this.#replies.delete(_id)
    return seen
  }
}

/** What a document shows of its reply; undefined if it has none. */
export function seenIn({ reply, text }: CommandDocument): SeenCommand | undefined {
  if (reply === undefined) return undefined
  return { reply, isIssued: text !== undefined }
}

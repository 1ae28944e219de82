// What polls, uploads and replies reveal about their terminals. If such a contact fails, nothing
// else does: what the request brought is in storage already, and a terminal would send it again
// forever.
import type { IncomingMessage } from 'node:http'
import { membersOf } from '../handshake/request.js'
import type { CommandReply } from '../reply/reply.js'
import type { ContactBook } from '../terminal/contact.js'
import { contactOf, infoFacts, optionFacts, uploadFacts } from '../terminal/facts.js'
import type { TerminalFacts } from '../terminal/storage.js'
import type { Upload } from '../upload/upload.js'

/** Functions for the endpoints to call, each when storage has what its request brought. */
export interface Observers {
  onPoll(serialNumber: string, req: IncomingMessage, at: Date): void
  onUpload(upload: Upload, req: IncomingMessage): void
  onReplies(replies: readonly CommandReply[], serialNumber: string, req: IncomingMessage): void
}

// Commands whose replies list the options of the terminal.
const LISTS_OPTIONS = /^(INFO|GET OPTIONS?)\b/i

/**
 * Makes the observers of a contact book.
 *
 * @param isPolling called at the polls that are mentioned: once a minute for each terminal, and if
 *   something changed
 */
export function observers(
  contacts: ContactBook,
  isPolling: (serialNumber: string, at: Date) => void,
): Observers {
  return {
    onPoll(serialNumber, req, at) {
      // Optimization: making the contact was 15 % of the CPU time of an idle poll on Express.
      const trace = traceOf(req)
      if (contacts.isQuiet(serialNumber, trace, at)) return
      const facts = infoFacts(membersOf(req).get('info'))
      const contact = contactOf(serialNumber, req, 'poll', facts)
      contacts.mention(contact, trace)
      isPolling(serialNumber, contact.at)
    },
    onUpload(upload, req) {
      const { serialNumber } = upload
      const options = optionsIn(upload)
      // Optimization: as for polls (7 % of the CPU time of a small upload on Express). The trace
      // doesn't tell what a body says.
      const trace = options === undefined ? traceOf(req) : undefined
      if (trace !== undefined && contacts.isQuiet(serialNumber, trace, upload.receivedAt)) return
      const facts = { ...uploadFacts(req), ...options }
      contacts.mention(contactOf(serialNumber, req, 'upload', facts), trace)
    },
    onReplies(replies, serialNumber, req) {
      const listing = replies.find(({ commandName }) => LISTS_OPTIONS.test(commandName))
      const facts = listing === undefined ? {} : optionFacts(listing.fields)
      contacts.mention(contactOf(serialNumber, req, 'reply', facts))
    },
  }
}

// Express makes `req.ip` of the first two. If an app makes it of anything else, a new address is
// noticed once the contact is due.
function traceOf({ socket, headers, url }: IncomingMessage): string {
  return `${socket?.remoteAddress} ${headers['x-forwarded-for']} ${url}`
}

function optionsIn({ records }: Upload): TerminalFacts | undefined {
  for (const record of records) {
    if (record.kind === 'fields' && record.type === 'options') return optionFacts(record.fields)
  }
  return undefined
}

// Records what each request reveals about its terminal. A failure here never fails the request: its
// data is already in storage, and the terminal would send it again forever.
import type { IncomingMessage } from 'node:http'
import { membersOf } from '../handshake/request.js'
import type { CommandReply } from '../reply/reply.js'
import type { ContactBook } from '../terminal/contact.js'
import { contactOf, infoFacts, optionFacts, uploadFacts } from '../terminal/facts.js'
import type { TerminalFacts } from '../terminal/storage.js'
import type { Upload } from '../upload/upload.js'

/** Callbacks for the endpoints, each called once storage has the request's data. */
export interface Observers {
  onPoll(serialNumber: string, req: IncomingMessage, at: Date): void
  onUpload(upload: Upload, req: IncomingMessage): void
  onReplies(replies: readonly CommandReply[], serialNumber: string, req: IncomingMessage): void
}

// Commands whose replies list the options of the terminal.
const LISTS_OPTIONS = /^(INFO|GET OPTIONS?)\b/i

/**
 * Creates the callbacks that record contacts.
 *
 * @param isPolling called when a poll is due to be recorded: once a minute per terminal, and when
 * something changed
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
      // doesn't cover the body.
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

// Express derives `req.ip` from the first two. If an app derives it from anything else, a new
// address is noticed once the contact is due.
function traceOf({ socket, headers, url }: IncomingMessage): string {
  return `${socket?.remoteAddress} ${headers['x-forwarded-for']} ${url}`
}

function optionsIn({ records }: Upload): TerminalFacts | undefined {
  for (const record of records) {
    if (record.kind === 'fields' && record.type === 'options') return optionFacts(record.fields)
  }
  return undefined
}

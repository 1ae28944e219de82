// Records what each request reveals about its terminal. A failure here never fails the request: its
// data is already in storage, and the terminal would send it again forever.
import type { TerminalRequest } from '../endpoint/request.js'
import type { CommandReply } from '../reply/reply.js'
import type { ContactBook } from '../terminal/contact.js'
import { contactOf, infoFacts, optionFacts, uploadFacts } from '../terminal/facts.js'
import type { TerminalFacts } from '../terminal/storage.js'
import { newFields } from '../upload/fields.js'
import type { FieldRecord, Upload } from '../upload/upload.js'
import { driftInRecords } from './drift.js'

/** Callbacks for the endpoints, each called once storage has the request's data. */
export interface Observers {
  onPoll(serialNumber: string, request: TerminalRequest, at: Date): void
  onUpload(upload: Upload, request: TerminalRequest): void
  onReplies(replies: readonly CommandReply[], serialNumber: string, request: TerminalRequest): void
}

// As many lines as a contact has options.
const MOST_LISTS = 500
// Commands whose replies list the options of the terminal.
const LISTS_OPTIONS = /^(INFO|GET OPTIONS?)\b/i

/**
 * Creates the callbacks that record contacts.
 *
 * @param onDuePoll called once a minute for each terminal that polls, and when something changed
 * @param onOptions called with the options that a terminal sent
 */
export function observers(
  contacts: ContactBook,
  onDuePoll: (serialNumber: string, at: Date) => void,
  onOptions: (serialNumber: string, options: Record<string, string>, at: Date) => void,
): Observers {
  return {
    onPoll(serialNumber, request, at) {
      // Optimization: making the contact was 15 % of the CPU time of an idle poll on Express.
      const trace = traceOf(request)
      if (contacts.canSkip(serialNumber, trace, at)) return
      const facts = infoFacts(request.target.value('info'))
      const contact = contactOf(serialNumber, request, 'poll', facts)
      contacts.writeIfDue(contact, trace)
      onDuePoll(serialNumber, contact.at)
    },
    onUpload(upload, request) {
      const { serialNumber } = upload
      const options = optionsIn(upload)
      // Optimization: as for polls (7 % of the CPU time of a small upload on Express). The trace
      // doesn't cover the body.
      const hasRecords = upload.records.length > 0
      const drift = hasRecords ? driftInRecords(upload) : undefined
      const isPlain = options === undefined && drift === undefined
      const trace = isPlain ? `${hasRecords} ${traceOf(request)}` : undefined
      if (trace !== undefined && contacts.canSkip(serialNumber, trace, upload.receivedAt)) return
      const facts = { ...uploadFacts(request, hasRecords), ...options, ...drift }
      contacts.writeIfDue(contactOf(serialNumber, request, 'upload', facts), trace)
      if (options?.options) onOptions(serialNumber, options.options, upload.receivedAt)
    },
    onReplies(replies, serialNumber, request) {
      const listing = replies.find(({ commandName }) => LISTS_OPTIONS.test(commandName))
      const facts: TerminalFacts = listing === undefined ? {} : optionFacts(listing.fields)
      const contact = contactOf(serialNumber, request, 'reply', facts)
      contacts.writeIfDue(contact)
      if (facts.options !== undefined) onOptions(serialNumber, facts.options, contact.at)
    },
  }
}

// Express derives `req.ip` from the first two. If an app derives it from anything else, a new
// address is noticed once the contact is due.
function traceOf(request: TerminalRequest): string {
  return `${request.peer} ${request.header('x-forwarded-for')} ${request.target.text}`
}

// Some terminals send a line for each option.
function optionsIn({ records }: Upload): TerminalFacts | undefined {
  const lists = records.filter((record) => record.kind === 'fields' && record.type === 'options')
  if (lists.length === 0) return undefined
  const options = newFields()
  const pairs = (lists as FieldRecord[])
    .slice(0, MOST_LISTS)
    .flatMap(({ fields }) => Object.entries(fields))
  for (const [key, value] of pairs) options[key] ??= value
  return optionFacts(options)
}

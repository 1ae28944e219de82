// What lists and the page of a command show of its document.
import type { IssuedCommand } from '../command.js'
import type { CommandBeginning, CommandSummary, OwnMembers } from '../queue/storage.js'
import { commandText } from './cut.js'
import { type CommandDocument, progressOf } from './document.js'
import { decodedMembers } from './name.js'
import { REPLY_BEGINNING, replyBeginningOf, shownReply } from './reply-document.js'

/** What is read to list a command. */
export const SUMMARY: object = {
  ...Object.fromEntries(
    [
      ...['serialNumber', 'commandId', 'text', 'members', 'terms', 'listedAt', 'place'],
      ...['attemptsMade', 'sentAt', 'replyDueAt', 'openUntil', 'cancelled'],
      ...['returnCode', 'commandName', 'rows', 'outcome', 'meaning', 'receivedAt'].map(
        (name) => `reply.${name}`,
      ),
    ].map((name) => [name, 1]),
  ),
}

/** The summary of a document that was read by `SUMMARY`. */
export function summaryOf<Issued extends IssuedCommand>(
  document: CommandDocument<Issued>,
): CommandSummary<Issued> {
  const { serialNumber, commandId, text, members, reply } = document
  return {
    serialNumber,
    commandId,
    ...progressOf(document),
    ...(text !== undefined && {
      text,
      members: decodedMembers(members ?? {}) as OwnMembers<Issued>,
    }),
    ...(reply !== undefined && { reply: shownReply(reply) }),
  }
}

/** What is read for the beginning of a command. */
export const BEGINNING_OF: object = {
  ...SUMMARY,
  ...{ textMore: 1, textBytes: 1 },
  ...Object.fromEntries(REPLY_BEGINNING.map((name) => [`reply.${name}`, 1])),
}

/** The beginning of a document that was read by `BEGINNING_OF`. */
export function beginningOf<Issued extends IssuedCommand>(
  document: CommandDocument<Issued>,
): CommandBeginning<Issued> {
  const { reply: shown, ...summary } = summaryOf(document)
  const { text, textBytes = 0, reply } = document
  return {
    ...summary,
    ...(text !== undefined && { text: commandText(document), textBytes }),
    ...(shown && reply && { reply: { ...shown, ...replyBeginningOf(reply) } }),
  }
}

// Finds the commands that replies answer, and the replies that can't be to them.
import { type IssuedCommand, isWholeNumber } from '../command.js'
import { type Awaitable, type Deadline, isThenable } from '../endpoint/deadline.js'
import { checkIsOwn, checkRecord, misanswered, shapeOf } from './found.js'
import type { CommandReply } from './reply.js'
import type { ReplyStorage } from './storage.js'

/** What is known of a command that may be sent. */
export interface Handed {
  /** The reply, pending or final. */
  reply?: Pick<CommandReply, 'serialNumber' | 'commandId'>
  /** Its terms; missing if the app sends it itself. */
  terms?: object
  /** How often it was sent. */
  attemptsMade: number
}

/** The storage that replies need: `findRecord`, or else `findCommand`. */
export interface ReplyAdapter<Issued extends IssuedCommand> extends ReplyStorage<Issued> {
  /** As `CommandStorage` has it. */
  findRecord?(
    serialNumber: string,
    commandId: string,
  ): Awaitable<(Handed & { command?: Issued }) | null | undefined>
  /** As `CommandStorage` has it. */
  findSummaries?(
    identities: readonly Pick<IssuedCommand, 'serialNumber' | 'commandId'>[],
  ): Awaitable<readonly (Pick<Handed, 'terms' | 'attemptsMade'> & { commandId: string })[]>
}

/** A command that was found, if there is one. */
export interface Found<Issued extends IssuedCommand> {
  command: Issued | undefined
  /** False if the reply can't be to it: it was never sent, and its id is easily guessed. */
  isSent: boolean
}

const MOST_AT_ONCE = 1000

/** Finds the command that a reply answers. Storage that answers at once is not waited for. */
export function find<Issued extends IssuedCommand>(
  adapter: ReplyAdapter<Issued>,
  serialNumber: string,
  commandId: string,
): Awaitable<Found<Issued>> {
  const isGuessed = isGuessable(adapter, commandId)
  if (adapter.findRecord !== undefined) {
    const read = (record: (Handed & { command?: Issued }) | null | undefined) => {
      if (!record) return { command: undefined, isSent: true }
      checkRecord(record, serialNumber, commandId)
      return { command: record.command, isSent: !isGuessed || isHandedOut(record) }
    }
    const record = adapter.findRecord(serialNumber, commandId)
    return isThenable(record) ? record.then(read) : read(record)
  }
  const read = (command: Issued | null | undefined) => {
    if (!command) return { command: undefined, isSent: true }
    checkIsOwn('findCommand', command, serialNumber, (id) => id === commandId)
    return { command, isSent: true }
  }
  const command = adapter.findCommand?.(serialNumber, commandId)
  return isThenable(command) ? command.then(read) : read(command)
}

/** The ids of these replies whose commands were never sent. */
export async function unsentAmong<Issued extends IssuedCommand>(
  replies: readonly CommandReply[],
  serialNumber: string,
  adapter: ReplyAdapter<Issued>,
  deadline: Deadline,
): Promise<ReadonlySet<string>> {
  const unsent = new Set<string>()
  const asked = replies.filter(({ commandId }) => isGuessable(adapter, commandId))
  for (let start = 0; start < asked.length; start += MOST_AT_ONCE) {
    const identities = asked.slice(start, start + MOST_AT_ONCE).map(({ commandId }) => {
      return { serialNumber, commandId }
    })
    const found = await deadline.wait(adapter.findSummaries?.(identities) ?? [])
    if (!Array.isArray(found)) {
      throw misanswered('findSummaries', shapeOf(found), 'an array of summaries')
    }
    for (const one of found) if (!isHandedOut(one)) unsent.add(one.commandId)
  }
  return unsent
}

// A terminal may still answer commands of its old server, whose ids were small numbers as well.
// Such a reply is stored as an unparsed line, if the adapter can store those.
function isGuessable<Issued extends IssuedCommand>(
  { onUnparsed }: ReplyAdapter<Issued>,
  commandId: string,
): boolean {
  return onUnparsed !== undefined && isWholeNumber(commandId)
}

function isHandedOut({ terms, attemptsMade }: Pick<Handed, 'terms' | 'attemptsMade'>): boolean {
  return terms === undefined || attemptsMade > 0
}

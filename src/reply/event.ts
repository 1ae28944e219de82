// Publishes replies.
import { verbOf } from '../command.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { CommandReply, ParsedReplies } from './reply.js'

/**
 * The replies of one request, as published on the channel `express-iclock:reply`: no contents, no
 * fields, no texts.
 */
export interface ReplyEvent {
  /** The terminal that reported. */
  serialNumber: string
  /** What it reported, in its order; the command's name without its values. */
  replies: readonly Pick<CommandReply, 'commandId' | 'returnCode' | 'commandName'>[]
  /** How many lines were not valid replies. */
  unparsed: number
  /** The size of the body in bytes. */
  bytes: number
}

/** Publishes the replies of one request. */
export function publishReplies(
  { replies, unparsed }: ParsedReplies,
  serialNumber: string,
  bytes: number,
): void {
  const event: ReplyEvent = {
    serialNumber,
    replies: replies.map(({ commandId, returnCode, commandName }) => {
      return { commandId, returnCode, commandName: verbOf(commandName) }
    }),
    unparsed: unparsed.length,
    bytes,
  }
  CHANNELS.reply.publish(event)
}

// What a builder returns, and how often and how long each nature of command is handed out.

const SECOND = 1000
const MINUTE = 60 * SECOND

/** A command ready to be issued. Limits that are missing are the queue's defaults, which suit data. */
export interface BuiltCommand {
  /** The text behind `C:<id>:`; one line, without a line end. */
  text: string
  /**
   * Names an intent of one device, such as `option Volume`: a newer command with the same key replaces an
   * older one that was not handed out yet. Only set where that can neither skip nor reorder anything.
   */
  key?: string
  /** How often the command is handed out at most; 1 is at most once. */
  attempts?: number
  /** How long an attempt waits for its reply, in milliseconds. */
  replyWithin?: number
  /** After this many milliseconds the command is not handed out any more. */
  expiresAfter?: number
  /** Whether commands behind it in the same answer would be lost or held up: it must be the last. */
  endsAnswer?: boolean
}

/** The limits that a command has because of what it does. */
export type Nature = Omit<BuiltCommand, 'text' | 'key'>

/** Harmless when executed twice: the queue's defaults. */
export const DATA: Nature = {}
/** The terminal uploads rows first, and replies after them. */
export const QUERY: Nature = { replyWithin: 5 * MINUTE }
/** A person has to come to the terminal, which does nothing else until then. */
export const ENROLLMENT: Nature = { attempts: 1, replyWithin: 10 * MINUTE, endsAnswer: true }
/** Acts on a door now, or not at all. */
export const DOOR: Nature = { attempts: 1, expiresAfter: 15 * SECOND }
/** Holds a time that is wrong a minute later. */
export const CLOCK: Nature = { attempts: 1, expiresAfter: 15 * SECOND }
/** Must not be executed twice. */
export const ONCE: Nature = { attempts: 1 }
/** The terminal replies, restarts, and forgets what it has not executed. */
export const RESTART: Nature = { attempts: 1, endsAnswer: true }
/** The terminal downloads a file first. */
export const TRANSFER: Nature = { attempts: 1, replyWithin: 10 * MINUTE, endsAnswer: true }

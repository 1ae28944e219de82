// What a builder returns, and the limits of each kind of command.
import type { Family } from '../reply/outcome.js'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** A command ready to be issued. Missing limits are the queue's defaults, which suit data. */
export interface BuiltCommand {
  /** What follows `C:<id>:`: one line, without its line end. */
  text: string
  /** The family it is for; missing if both families read it alike. The other one refuses it. */
  family?: Family
  /**
   * Names an intent of one terminal, such as `option Volume`: a newer command with the same key
   * replaces an older one that was not sent yet. Only set if that can neither skip nor reorder
   * anything.
   */
  key?: string
  /** How often the command is sent at most; 1 means at most once. */
  attempts?: number
  /** How long an attempt waits for its reply, in milliseconds. */
  replyWithin?: number
  /** After this many milliseconds the command is no longer sent. */
  expiresAfter?: number
  /**
   * Whether it must be the last command of an answer, because those after it would be lost or
   * delayed.
   */
  endsAnswer?: boolean
  /** Whether it waits for no other command: a door, an alarm, the clock. */
  urgent?: boolean
}

/** The limits of a kind of command. */
export type Nature = Omit<BuiltCommand, 'text' | 'family' | 'key'>

/** Harmless when executed twice: the queue's defaults. */
export const DATA: Nature = {}
/** The terminal uploads its rows before it replies. */
export const QUERY: Nature = { replyWithin: 5 * MINUTE }
/** A person has to come to the terminal, which does nothing else until then. */
export const ENROLLMENT: Nature = { attempts: 1, replyWithin: 10 * MINUTE, endsAnswer: true }
/** Must happen soon or not at all. */
export const SOON: Nature = { attempts: 1, expiresAfter: 15 * SECOND }
/** Must happen now or not at all, whatever else waits: a door, an alarm, the clock. */
export const NOW: Nature = { ...SOON, urgent: true }
/** Must not be executed twice. */
export const ONCE: Nature = { attempts: 1 }
/** Must not be executed twice, and may take minutes. */
export const LONG: Nature = { attempts: 1, replyWithin: 5 * MINUTE }
/** The terminal replies, restarts, and forgets the commands it has not executed. */
export const RESTART: Nature = { attempts: 1, endsAnswer: true }
/** The terminal downloads a file first. */
export const TRANSFER: Nature = { attempts: 1, replyWithin: 10 * MINUTE, endsAnswer: true }

// What happened, as readers of events see it. Types only.
import type { KeptReply, KeptUpload } from '../kept.js'
import type { Punch } from '../punch/punch.js'
import type { Cancellation } from '../queue/storage.js'

/** What every event has. */
export interface StoredEvent {
  /** Identifies the event: the same each time it is read. */
  id: string
  serialNumber: string
  /** When it came, by the clock of the process that stored it. */
  receivedAt: Date
  /** Where to go on after this event: `after` of `events`. */
  cursor: string
}

/** Somebody came or went, or something happened at a door. */
export interface PunchEvent extends StoredEvent {
  type: 'punch'
  /**
   * The punch. Columns of a line of attendance are cut at 300 characters, and `record.raw` at 400
   * bytes, as in lists.
   */
  punch: Punch
}

/** Anything else that was uploaded, such as a user, a photo or an unparsed line. */
export interface UploadedEvent extends StoredEvent {
  type: 'upload'
  /** As lists show it; `raw` of a packet is empty, since its rows are events of their own. */
  upload: KeptUpload
}

/** A reply to a command; one that takes the place of another is an event of its own. */
export interface RepliedEvent extends StoredEvent {
  type: 'reply'
  /** As lists show it. */
  reply: KeptReply
}

/** A command was closed: cancelled, superseded, expired or unanswered. */
export interface ClosedEvent extends StoredEvent {
  type: 'closed'
  commandId: string
  reason: Cancellation['reason']
}

/** An event. */
export type TerminalEvent = PunchEvent | UploadedEvent | RepliedEvent | ClosedEvent

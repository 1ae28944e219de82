// What happened, as readers of events see it. Types only.
import type { BiometricType } from '../biometrics/type.js'
import type { KeptReply, KeptUpload } from '../kept.js'
import type { Punch } from '../punch/punch.js'
import type { Cancellation } from '../queue/storage.js'
import type { Verdict } from '../verification/decision.js'

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

/** A terminal asked whether a door may open, and got an answer: see the option `verification`. */
export interface DecidedEvent extends StoredEvent {
  type: 'decision'
  /** What was decided; `timeout` if the deadline came first. */
  verdict: Verdict
  /** The door that was opened; missing if none was. */
  opened?: number
  /** Who asked, and where; `granted` is whether a door was opened. */
  punch: Punch
}

/**
 * A terminal sent a template, or a piece of one: after an enrollment, or because it was asked for. The
 * roster's `onEnrollment` knows the difference. Its bytes are not in the log.
 */
export interface TemplateEvent extends StoredEvent {
  type: 'template'
  pin: string
  /** The kind of template. */
  biometric: BiometricType
  /** The finger 0–9, the hand or the eye, as sent; empty if none was. */
  no: string
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
export type TerminalEvent =
  | PunchEvent
  | DecidedEvent
  | TemplateEvent
  | UploadedEvent
  | RepliedEvent
  | ClosedEvent

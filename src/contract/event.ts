// The cases on events: each is read, in its order, however long a writer is delayed.
import { FORGOTTEN_CASES } from './event/forget.js'
import { LOG_CASES } from './event/log.js'
import { WRITER_CASES } from './event/writer.js'
import { type Case, onCapability } from './subject.js'

/** The cases on events, skipped for adapters that keep none. */
export const EVENT_CASES: readonly Case[] = onCapability(
  ['eventLog', 'readEvents', 'onUpload'],
  [...LOG_CASES, ...WRITER_CASES, ...FORGOTTEN_CASES],
)

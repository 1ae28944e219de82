// All of the memory adapter, on records that a caller may look into.
import type { IssuedCommand } from '../command.js'
import type { EventStorage } from '../events/storage.js'
import type { RetentionStorage } from '../kept.js'
import { type CommandMemory, commandMemory } from './command.js'
import { EventMemory } from './event.js'
import { type OfferMemory, type Offers, offerMemory } from './offer.js'
import type { Records } from './record.js'
import { type RefusedMemory, refusedMemory } from './refused.js'
import { type Lines, type ReplyMemory, replyMemory } from './reply.js'
import { retention } from './retention.js'
import { type RosterMemory, type RosterRows, rosterMemory } from './roster.js'
import { type TerminalMemory, terminalMemory } from './terminal.js'
import { Timeline } from './timeline.js'
import { type UploadMemory, uploadMemory } from './upload.js'
import { Uploads } from './uploaded.js'

/** Storage in memory, with ways to read everything that is stored. */
export interface MemoryAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends ReplyMemory<Issued>,
    CommandMemory<Issued>,
    TerminalMemory,
    RefusedMemory,
    UploadMemory,
    RosterMemory,
    OfferMemory,
    RetentionStorage,
    Partial<EventStorage> {}

/** Makes an adapter. One record holds a command and its reply. `hasEvents` adds a log of events. */
export function adapterOn<Issued extends IssuedCommand>(
  records: Records<Issued>,
  hasEvents = false,
): MemoryAdapter<Issued> {
  const lines: Lines = { byKey: new Map(), inOrder: new Timeline() }
  const uploads = new Uploads()
  const roster: RosterRows = new Map()
  const offers: Offers = new Map()
  const log = hasEvents ? new EventMemory() : undefined
  return {
    ...replyMemory(records, lines, log),
    ...commandMemory(records, log),
    ...terminalMemory(),
    ...refusedMemory(),
    ...uploadMemory(uploads, log),
    ...rosterMemory(roster),
    ...offerMemory(offers),
    ...retention(records, lines, uploads, roster, offers, log),
    ...log?.calls(),
  }
}

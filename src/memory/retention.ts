// How memory forgets: what is settled and old, and what is about a person.
import type { IssuedCommand } from '../command.js'
import type { Forgotten, ForgottenPerson, RetentionStorage } from '../kept.js'
import { checkPerson, personIn } from '../queue/person.js'
import { isOver, OPEN_STATES, stateOf } from '../queue/state.js'
import type { CommandRecord } from '../queue/storage.js'
import { personOf } from '../upload/person.js'
import type { EventMemory } from './event.js'
import { forgetOffers, type Offers } from './offer.js'
import type { Kept, Records } from './record.js'
import type { Lines } from './reply.js'
import { forgetRemoved, forgetRows, type RosterRows } from './roster.js'
import { isAttendance, type UploadedLine, type Uploads } from './uploaded.js'

/** Deletes from what memory holds. */
export function retention<Issued extends IssuedCommand>(
  records: Records<Issued>,
  lines: Lines,
  uploads: Uploads,
  roster: RosterRows,
  offers: Offers,
  log?: EventMemory,
): RetentionStorage {
  function forgetCommands(isAsked: (kept: Kept<Issued>) => boolean): number {
    let count = 0
    for (const kept of records.all()) {
      if (!isAsked(kept)) continue
      records.delete(kept)
      count++
    }
    return count
  }

  function forgetUploads(
    isAsked: (line: UploadedLine) => boolean,
  ): Pick<Forgotten, 'attendance' | 'uploads'> {
    const count = { attendance: 0, uploads: 0 }
    for (const row of uploads.lines()) {
      if (!isAsked(row)) continue
      uploads.delete(row)
      count[isAttendance(row.line) ? 'attendance' : 'uploads']++
    }
    return count
  }

  return {
    async forget(before) {
      // A moment in the future would count what is still open as closed.
      const moment = new Date(Math.min(before.getTime(), Date.now()))
      const { forgottenBefore = moment } = uploads
      uploads.forgottenBefore = forgottenBefore > moment ? forgottenBefore : moment
      let unparsed = 0
      for (const [key, row] of lines.byKey) {
        if (row.receivedAt >= moment) continue
        lines.byKey.delete(key)
        lines.inOrder.remove(row)
        unparsed++
      }
      forgetRemoved(roster, moment)
      forgetOffers(offers, moment)
      log?.forget(moment)
      return {
        commands: forgetCommands(({ record }) => isSettledBefore(record, moment)),
        ...forgetUploads(({ upload }) => upload.receivedAt < moment),
        unparsed,
      }
    },
    async forgetPerson(person: ForgottenPerson) {
      checkPerson(person)
      log?.forgetPerson(person)
      forgetRows(roster, person)
      const { pin, serialNumbers } = person
      const own = new Set(serialNumbers)
      const commands = forgetCommands(({ serialNumber, record: { command, reply } }) => {
        if (!own.has(serialNumber)) return false
        if (command !== undefined) return personIn(command.text) === pin
        return reply !== undefined && personOf(reply) === pin
      })
      const joined = joinedSets(uploads)
      const forgotten = forgetUploads(({ line, upload, set }) => {
        if (!own.has(upload.serialNumber) || Buffer.isBuffer(line)) return false
        const isAsked = set === undefined ? personOf(line) === pin : joined.has(set)
        // The body has the same bytes.
        if (isAsked) upload.body = NOTHING
        return isAsked
      })
      return { commands, ...forgotten, unparsed: 0 }
    },
  }
}

const NOTHING = Buffer.alloc(0)

// They hold the rows of everybody once more.
function joinedSets({ packets }: Uploads): Set<string> {
  const joined = new Set<string>()
  for (const [set, byIndex] of packets) {
    const [one] = byIndex.values()
    if (byIndex.size === one?.count) joined.add(set)
  }
  return joined
}

function isSettledBefore(record: CommandRecord, moment: Date): boolean {
  const { issuedAt, sentAt, cancelled, repliedAt, openUntil } = record
  const isClosed =
    record.cancelled !== undefined ||
    !OPEN_STATES.includes(stateOf(record, moment)) ||
    isOver(openUntil, moment)
  const times = [issuedAt, sentAt, cancelled?.at, repliedAt]
  return isClosed && times.every((time) => time === undefined || time < moment)
}

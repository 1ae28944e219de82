// Everything that an adapter over SQL can do, over whatever runs the steps.
import type { IssuedCommand } from '../command.js'
import type { EventLog, EventStorage } from '../events/storage.js'
import type { OfferStorage } from '../files/storage.js'
import type { RetentionStorage } from '../kept.js'
import type { Promised } from '../promised.js'
import type { CommandStorage } from '../queue/storage.js'
import type { Family, FamilyOfTerminal } from '../reply/outcome.js'
import type { AnsweredCommand, ReplyStorage } from '../reply/storage.js'
import type { RosterStorage } from '../roster/storage.js'
import type { RefusedStorage } from '../terminal/refused.js'
import type { TerminalStorage } from '../terminal/storage.js'
import type { UploadStorage } from '../upload/storage.js'
import { findBeginning } from './beginning.js'
import { idKey, RECORD, recordOf, SUMMARY, summaryOf } from './command-row.js'
import { findLog, nameLog, readEvents } from './event.js'
import { issue, tailOf, take } from './issue.js'
import { countCommands, listCommands } from './list.js'
import { addOffer, deleteOffer, findOffer, listOffers, noteServed } from './offer.js'
import { findPackets, sumPackets } from './packet.js'
import { pairs } from './pairs.js'
import { cancel, claim, openCommands, release } from './queue.js'
import { forgetRefused, listRefused, noteRefused } from './refused.js'
import { keepReplies, keepUnparsed } from './reply.js'
import { listReplies, listUnparsed } from './reply-list.js'
import { retentionOn } from './retention.js'
import { countRoster, findRoster, listRoster } from './roster.js'
import { writeRoster } from './roster-write.js'
import { type Database, read, type Steps } from './step.js'
import { findTerminal, listTerminals, noteContact } from './terminal.js'
import { serial } from './text.js'
import { keepUpload } from './upload.js'
import { countAttendance, listAttendance, listUploads } from './upload-list.js'

/** What an adapter over SQL can do. */
export interface SqlAdapter<Issued extends IssuedCommand>
  extends Promised<CommandStorage<Issued>>,
    Promised<Omit<ReplyStorage<Issued>, 'findCommand'>>,
    Promised<UploadStorage>,
    Promised<TerminalStorage>,
    Promised<RefusedStorage>,
    Promised<RosterStorage>,
    Promised<OfferStorage>,
    RetentionStorage,
    Partial<EventStorage> {}

/** The calls of an adapter. */
export function adapterOver<Issued extends IssuedCommand>(
  database: Database,
  family: Family | FamilyOfTerminal,
  hasEvents: boolean,
): SqlAdapter<Issued> {
  const { dialect } = database
  // What is stored and its event are visible together.
  const logged = <Result>(steps: () => Steps<Result>) => {
    return hasEvents ? database.whole(steps) : database.write(steps)
  }
  const onReplies = (answered: readonly AnsweredCommand<Issued>[]) => {
    const repliedAt = Date.now()
    return logged(() => keepReplies(answered, family, repliedAt, hasEvents))
  }
  const reads = <Given extends unknown[], Result>(steps: (...given: Given) => Steps<Result>) => {
    return (...given: Given) => database.read(() => steps(...given))
  }
  const writes = <Given extends unknown[], Result>(steps: (...given: Given) => Steps<Result>) => {
    return (...given: Given) => database.write(() => steps(...given))
  }
  return {
    issue: (commands) => database.whole(() => issue(commands, dialect)),
    recordSent: (command) => {
      return database.whole(() => issue([{ command, issuedAt: new Date() }], dialect))
    },
    openCommands: reads(openCommands),
    claim: writes(claim),
    release: writes(release),
    cancel: (...given) => logged(() => cancel(...given, hasEvents)),
    findRecord: reads(findRecord<Issued>),
    findBeginning: (...asked) => database.read(() => findBeginning<Issued>(...asked, dialect)),
    findSummaries: reads(function* (identities) {
      if (identities.length === 0) return []
      const keys = identities.flatMap(({ serialNumber, commandId }) => {
        return [serial(serialNumber), idKey(commandId)]
      })
      const rows = yield* read(
        `SELECT ${SUMMARY} FROM iclock_commands WHERE (serial_number, id_key) IN ${pairs(identities.length, dialect)}`,
        ...keys,
      )
      return rows.map(summaryOf<Issued>)
    }),
    nextNumbers: (serialNumber, count) => {
      return database.whole(() => take(serialNumber, 'numbers', count))
    },
    listCommands: reads(listCommands<Issued>),
    countCommands: reads(countCommands),
    findCommands: reads(function* (serialNumber, commandIds) {
      const found: Issued[] = []
      for (const commandId of commandIds) {
        const record = yield* findRecord<Issued>(serialNumber, commandId)
        if (record?.command !== undefined) found.push(record.command)
      }
      return found
    }),
    onReply: async (reply, command) => (await onReplies([{ reply, command }]))[0] ?? 'kept',
    onReplies,
    onUnparsed: writes(keepUnparsed),
    listReplies: reads(listReplies),
    listUnparsed: reads(listUnparsed),
    onUpload: (upload) => logged(() => keepUpload(upload, hasEvents)),
    findPackets: reads(findPackets),
    sumPackets: reads(sumPackets),
    listAttendance: reads(listAttendance),
    countAttendance: reads(countAttendance),
    listUploads: reads(listUploads),
    onContact: (contact) => database.whole(() => noteContact(contact)),
    findTerminal: reads(findTerminal),
    listTerminals: reads(listTerminals),
    ...refusedOn(database),
    ...rosterOn(database),
    ...offersOn(database),
    ...retentionOn(database),
    ...(hasEvents && eventsOn(database)),
  }
}

function refusedOn(database: Database): Promised<RefusedStorage> {
  return {
    onRefused: (refusal) => database.whole(() => noteRefused(refusal)),
    listRefused: () => database.read(listRefused),
    forgetRefused: (filter) => database.write(() => forgetRefused(filter)),
  }
}

function rosterOn(database: Database): Promised<RosterStorage> {
  const { dialect } = database
  return {
    findRoster: (...asked) => database.read(() => findRoster(...asked)),
    listRoster: (filter) => database.read(() => listRoster(filter)),
    // Where many rows are written at once, another read says which.
    writeRoster: (writes) => {
      const run = dialect === 'sqlite' ? 'write' : 'whole'
      return database[run](() => writeRoster(writes, dialect))
    },
    countRoster: (filter) => database.read(() => countRoster(filter)),
  }
}

function offersOn(database: Database): Promised<OfferStorage> {
  return {
    addOffer: (offer) => database.write(() => addOffer(offer)),
    findOffer: (token) => database.read(() => findOffer(token)),
    noteServed: (token, part) => database.write(() => noteServed(token, part)),
    listOffers: (filter) => database.read(() => listOffers(filter)),
    deleteOffer: (token) => database.write(() => deleteOffer(token)),
  }
}

function eventsOn(database: Database): EventStorage {
  return {
    async eventLog() {
      const known = await database.read(findLog)
      if (known !== undefined) return known
      await database.write(nameLog)
      return (await database.read(findLog)) as EventLog
    },
    readEvents: (after, limit) => database.read(() => readEvents(after, limit)),
  }
}

const FIND = `SELECT ${RECORD} FROM iclock_commands WHERE serial_number = ? AND id_key = ?`

function* findRecord<Issued extends IssuedCommand>(serialNumber: string, commandId: string) {
  const [row] = yield* read(FIND, serial(serialNumber), idKey(commandId))
  if (row === undefined) return undefined
  const isLong = row.text_bytes !== null && String(row.command_text).length > 250
  const tail = isLong ? yield* tailOf(Number(row.position)) : ''
  return recordOf<Issued>(row, tail)
}

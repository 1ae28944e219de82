// Storage in MongoDB, through the app's own connection. It imports no driver: `mongodb` 6 and 7 and
// mongoose's own fit.
import { checkFlag, checkNames, describe, type OptionNames, wrong } from './check.js'
import type { IssuedCommand } from './command.js'
import type { EventStorage } from './events/storage.js'
import type { OfferStorage } from './files/storage.js'
import type { RetentionStorage } from './kept.js'
import { commandsOn } from './mongo/command.js'
import { COLLECTIONS, collectionsOf, type MongoDb } from './mongo/driver.js'
import { eventReadsOn } from './mongo/event.js'
import { createIndexesOn } from './mongo/indexes.js'
import { offersOn } from './mongo/offer.js'
import { refusedOn } from './mongo/refused.js'
import { repliesOn } from './mongo/reply.js'
import { retentionOn } from './mongo/retention.js'
import { rosterOn } from './mongo/roster.js'
import { Seen } from './mongo/seen.js'
import { terminalsOn } from './mongo/terminal.js'
import { Unlogged } from './mongo/unlogged.js'
import { uploadsOn } from './mongo/upload.js'
import { transactionsOf } from './mongo/write.js'
import type { Promised } from './promised.js'
import type { CommandStorage } from './queue/storage.js'
import type { Family, FamilyOfTerminal } from './reply/outcome.js'
import type { ReplyStorage } from './reply/storage.js'
import type { RosterStorage } from './roster/storage.js'
import type { RefusedStorage } from './terminal/refused.js'
import type { TerminalStorage } from './terminal/storage.js'
import type { UploadStorage } from './upload/storage.js'

export type { BulkResult, MongoCollection, MongoDb, MongoSession } from './mongo/driver.js'

/** The options of `mongoAdapter`. */
export interface MongoAdapterOptions {
  /**
   * The collections' names; `iclock_commands`, `iclock_attendance`, `iclock_uploads`, … by default.
   */
  collections?: { [Name in keyof typeof COLLECTIONS]?: string }
  /**
   * Which code table `outcome` and `meaning` of a stored reply follow (`outcomeOf`), `'attendance'`
   * by default; a function for mixed fleets.
   */
  family?: Family | FamilyOfTerminal
  /**
   * Logs what is stored, for `events`; `false` by default. Switch it on in every process
   * that stores, and call `createIndexes()`.
   */
  events?: boolean
}

/** Storage in MongoDB. */
export interface MongoAdapter<Issued extends IssuedCommand = IssuedCommand>
  extends Promised<CommandStorage<Issued>>,
    Promised<Omit<ReplyStorage<Issued>, 'findCommand'>>,
    Promised<UploadStorage>,
    Promised<TerminalStorage>,
    Promised<RefusedStorage>,
    Promised<RosterStorage>,
    Promised<OfferStorage>,
    RetentionStorage,
    Partial<EventStorage> {
  /**
   * Creates the indexes. Call it at every start: it does nothing if they exist, and many processes
   * may call it at once.
   */
  createIndexes(): Promise<void>
}

const OPTIONS: OptionNames<MongoAdapterOptions> = {
  collections: COLLECTIONS,
  family: true,
  events: true,
}

/**
 * Creates storage in a MongoDB database that the app has connected to; it neither connects nor
 * closes.
 *
 * Writes use `w: 'majority'`, unless the `db` has a write concern of its own. Each document's `_id`
 * is its natural key, so that nothing is stored twice even before `createIndexes()`. The driver's
 * errors pass through unchanged; a reply that no document of MongoDB can hold rejects with a
 * RangeError.
 *
 * @param db `client.db()`, or `mongoose.connection.db` once it is connected: before that it is
 * undefined
 * @throws TypeError if `db` or an option is wrong
 *
 * @example
 * const adapter = mongoAdapter(client.db('hr'))
 * await adapter.createIndexes()
 * app.use(terminalRouter({ adapter }))
 */
export function mongoAdapter<Issued extends IssuedCommand = IssuedCommand>(
  db: MongoDb | undefined,
  options: MongoAdapterOptions = {},
): MongoAdapter<Issued> {
  checkDb(db)
  checkNames(options, OPTIONS)
  const { family = 'attendance', events = false } = options
  if (family !== 'attendance' && family !== 'access' && typeof family !== 'function') {
    throw wrong('family', family, '"attendance", "access", or a function (serialNumber)')
  }
  const collections = collectionsOf(db, collectionNames(options.collections))
  checkFlag('events', events)
  const seen = new Seen()
  const log = events ? new Unlogged(collections) : undefined
  return {
    ...commandsOn<Issued>(collections, transactionsOf(db), seen, log),
    ...repliesOn<Issued>(collections, family, seen, log),
    ...uploadsOn(collections, log),
    ...terminalsOn(collections),
    ...refusedOn(collections),
    ...rosterOn(collections),
    ...offersOn(collections),
    ...retentionOn(collections),
    ...(log && eventReadsOn(collections.events, () => log.repair())),
    createIndexes: () => createIndexesOn(collections, events),
  }
}

function checkDb(db: unknown): asserts db is MongoDb {
  const { databaseName, collection, writeConcern } = Object(db) as Partial<MongoDb>
  if (typeof databaseName !== 'string' || typeof collection !== 'function') {
    throw new TypeError(
      `express-iclock: the db is ${describe(db)}; expected a Db: client.db() of a MongoClient, or mongoose.connection.db ` +
        '(not mongoose.connection) once it is connected',
    )
  }
  if (writeConcern?.w !== 0) return
  throw wrong('db.writeConcern.w', 0, "'majority', or nothing: with 0 no write is acknowledged")
}

function collectionNames(collections: object = {}): typeof COLLECTIONS {
  const names = { ...COLLECTIONS, ...collections }
  const distinct = new Set(Object.values(names))
  if (distinct.size === Object.keys(COLLECTIONS).length) return names
  throw new TypeError(
    `express-iclock: the collections are ${[...Object.values(names)].join(', ')}; expected a different name for each`,
  )
}

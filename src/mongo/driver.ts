// What is used of a driver, and the collections. No driver is imported.

/** The parts of a `Db` that are used, such as `client.db()` or `mongoose.connection.db`. */
export interface MongoDb {
  readonly databaseName: string
  readonly writeConcern?: { w?: unknown } | undefined
  readonly client: { startSession(): MongoSession }
  collection(name: string, options?: object): MongoCollection
}

/** The parts of a `Collection` that are used. */
export interface MongoCollection {
  find(filter: object, options?: object): { toArray(): Promise<unknown[]> }
  findOne(filter: object, options?: object): Promise<unknown>
  findOneAndUpdate(filter: object, update: object, options?: object): Promise<unknown>
  countDocuments(filter: object, options?: object): Promise<number>
  aggregate(pipeline: object[]): { toArray(): Promise<unknown[]> }
  updateOne(filter: object, update: object, options?: object): Promise<{ matchedCount: number }>
  updateMany(filter: object, update: object, options?: object): Promise<{ matchedCount: number }>
  deleteMany(filter: object): Promise<{ deletedCount: number }>
  // No two drivers agree on the type of an operation.
  bulkWrite(operations: never[], options?: object): Promise<BulkResult>
  createIndex(keys: Record<string, 1 | -1>, options?: object): Promise<unknown>
}

/** The parts of a bulk write's result that are used. */
export interface BulkResult {
  upsertedIds: object
  upsertedCount: number
  matchedCount: number
}

/** What is used of a `ClientSession`. */
export interface MongoSession {
  withTransaction(write: () => Promise<void>, options?: object): Promise<unknown>
  endSession(): Promise<unknown>
}

/** The names of the collections. */
export const COLLECTIONS = {
  commands: 'iclock_commands',
  counters: 'iclock_counters',
  unparsed: 'iclock_unparsed',
  attendance: 'iclock_attendance',
  uploads: 'iclock_uploads',
  terminals: 'iclock_terminals',
  refused: 'iclock_refused',
  roster: 'iclock_roster',
  offers: 'iclock_offers',
  retention: 'iclock_retention',
  events: 'iclock_events',
}

/** The collections that the adapter uses. */
export type Collections = { readonly [Name in keyof typeof COLLECTIONS]: MongoCollection }

/** Opens the collections so that reads see what was stored, and what was stored stays. */
export function collectionsOf(db: MongoDb, names: typeof COLLECTIONS): Collections {
  const options = {
    writeConcern: writeConcernOf(db),
    // A lagging secondary may not have a command that was just issued, and writes that are not on
    // the majority may be rolled back.
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    // Override whatever the app configured on its client.
    promoteValues: true,
    promoteLongs: true,
    promoteBuffers: true,
    useBigInt64: false,
    ignoreUndefined: true,
    raw: false,
  }
  const open = (name: keyof Collections) => db.collection(names[name], options)
  return {
    commands: open('commands'),
    counters: open('counters'),
    unparsed: open('unparsed'),
    attendance: open('attendance'),
    uploads: open('uploads'),
    terminals: open('terminals'),
    refused: open('refused'),
    roster: open('roster'),
    offers: open('offers'),
    retention: open('retention'),
    events: open('events'),
  }
}

/** How writes are acknowledged: by the majority, unless the app says otherwise. */
export function writeConcernOf(db: MongoDb): object {
  return { w: 'majority', ...db.writeConcern }
}

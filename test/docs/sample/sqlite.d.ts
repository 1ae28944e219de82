// The interface of examples/storages/sqlite.js, as an app that copied it would see it.
import type { CommandStorage, ReplyStorage } from 'express-iclock'

export function sqliteAdapter(db: object): ReplyStorage & CommandStorage

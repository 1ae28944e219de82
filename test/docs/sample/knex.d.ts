// The interface of examples/storages/knex.js, as an app that copied it would see it.
import type { TerminalAdapter } from 'express-iclock'
import type { Knex } from 'knex'

export function knexAdapter(knex: Knex): TerminalAdapter & { migrate(): Promise<void> }

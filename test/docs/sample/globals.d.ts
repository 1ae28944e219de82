// Names that the blocks of the docs assume: an app, its storage, and its own functions.
import type { Express, RequestHandler } from 'express'
import type * as iclock from 'express-iclock'
import type * as builders from 'express-iclock/commands'
import type * as postgres from 'express-iclock/postgres'
import type { Roster } from 'express-iclock/roster'
import type { VirtualTerminal } from 'express-iclock/simulator'
import type { Knex } from 'knex'
import type { Db } from 'mongodb'
import type { Pool } from 'pg'

declare global {
  const app: Express
  const terminals: Express & Map<string, { address: string }>
  const adapter: iclock.MemoryAdapter & {
    forget: postgres.PostgresAdapter['forget']
    migrate: postgres.PostgresAdapter['migrate']
  }
  const commands: iclock.CommandQueue
  const pool: Pool
  const knex: Knex
  const terminal: VirtualTerminal
  const people: Roster
  const reply: iclock.CommandReply
  const command: iclock.IssuedCommand

  const terminalRouter: typeof iclock.terminalRouter
  const commandReplyRouter: typeof iclock.commandReplyRouter
  const outcomeOf: typeof iclock.outcomeOf
  const attendance: (typeof builders)['attendance'] & {
    keep(serialNumber: string, record: iclock.AttendanceRecord): Promise<void>
  }
  const postgresAdapter: typeof postgres.postgresAdapter

  /** A database of the app's own. */
  const db: Db & {
    findCommand(
      serialNumber: string,
      commandId: string,
    ): Promise<(iclock.IssuedCommand & { employee?: number }) | undefined>
    upsertReply(reply: iclock.CommandReply, employee: unknown): Promise<void>
    linesOf(
      asked: iclock.ListFilter & { place: readonly (string | number)[] | undefined },
    ): Promise<(iclock.KeptLine & { number: number })[]>
  }
  const sequelize: { query(text: string, options: object): Promise<unknown[]> }
  const dataSource: { query(text: string, values?: unknown[]): Promise<unknown[]> }
  const known: Set<string>
  const chinese: Set<string>
  const sites: { of(serialNumber: string): Promise<{ timeZone: string } | undefined> }
  const members: {
    find(
      pin: string,
      how: { signal: AbortSignal },
    ): Promise<{ name: string; hasPaid: boolean } | undefined>
  }
  const employees: { find(pin: string): Promise<{ name: string } | undefined> }
  const notes: {
    all(): Promise<{ id: number; serialNumber: string; pin: string; name: string }[]>
    remove(id: number): Promise<void>
  }
  const payroll: { note(...values: unknown[]): Promise<void> }
  const storage: {
    open(file: string, range: { start: number; end: number }): AsyncIterable<Uint8Array>
  }
  const screen: { greet(pin: string): void }
  const requireAdmin: RequestHandler
  const isAdmin: (req: import('node:http').IncomingMessage) => boolean
  function isOffice(address: string | undefined): boolean
  function notify(...values: unknown[]): void
  function saveReply(serialNumber: unknown, id: unknown, returnCode: number): Promise<void>
  function nextCommand(serialNumber: unknown): Promise<string>
  function test(name: string, run: (...args: never[]) => Promise<void>): void
}

// The options of the page, and what they become. Types only.
import type { IncomingMessage } from 'node:http'
import type { IssuedCommand } from '../command.js'
import type { ValueOf } from '../endpoint/by-terminal.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { HookOptions } from '../endpoint/hook.js'
import type { TimeZoneOption } from '../endpoint/time-zone.js'
import type { CommandQueue } from '../queue/calls.js'
import type { Roster } from '../roster/options.js'
import type { MonitorAction } from './action.js'
import type { CountDays } from './day.js'
import type { DryRun } from './dry-run.js'
import type { NamesAnswer, TerminalNames } from './name.js'
import type { AskedPerson, People } from './person.js'
import type { MonitorStorage } from './storage.js'
import type { MonitorTexts } from './text.js'

/** The options of `monitorRouter`. */
export interface MonitorOptions<Issued extends IssuedCommand = IssuedCommand> extends HookOptions {
  /** The storage that the page reads. */
  adapter: MonitorStorage<Issued>
  /**
   * Lets people cancel commands, retry them, and issue new ones with a form. Without it the page is
   * read-only.
   */
  commands?: Pick<CommandQueue<Issued>, 'issue' | 'issueAll' | 'cancel' | 'state'>
  /**
   * Whether the person who sends this request may do this; only `true` means yes. Asked before every
   * action. Without it, everyone who reaches the page may do everything.
   */
  mayAct?(req: IncomingMessage, action: MonitorAction): Awaitable<boolean>
  /**
   * Lets in a terminal that `authorize` refused, such as by adding it to the table that `authorize`
   * reads; `req` says who asked. Without it, the page only shows who was refused.
   */
  approve?(serialNumber: string, req: IncomingMessage): unknown
  /**
   * The hosts that it answers to, such as `hr.example.com` or `10.0.0.5:8081`; others get 421. By
   * default it answers to any, so that another site could point its name at the app.
   */
  hosts?: readonly string[]
  /**
   * The names that people know terminals by, such as `Gate 2`: asked for up to 1,000 at once,
   * answered in their order, with `undefined` for a terminal that has none.
   */
  nameOf?(serialNumbers: readonly string[]): Awaitable<NamesAnswer>
  /**
   * The names of people, asked for many at once and answered in their order, with `undefined` for
   * who has none. Without it, the names that terminals uploaded.
   */
  personOf?(people: readonly AskedPerson[]): Awaitable<NamesAnswer>
  /**
   * The PINs of the people whose names have these words; ten are shown. Without it, they are sought
   * among the last 1,000 users that terminals uploaded.
   */
  findPeople?(words: string): Awaitable<readonly string[]>
  /**
   * What `roster` returns: the pages of people and terminals then show who is where, and what a pass
   * would do.
   */
  roster?: Pick<Roster, 'status' | 'count' | 'reconcile'>
  /**
   * The zone of the terminals' clocks, as for `terminalRouter`. By default the offset that a
   * terminal was last sent.
   */
  timeZone?: TimeZoneOption
  /** A terminal that was last seen longer ago counts as silent, in milliseconds: 300 000 by default. */
  silentAfter?: number
  /** How often storage is read while somebody watches, in milliseconds: 2000 by default. */
  interval?: number
  /** Other texts for the page, such as a translation; missing ones stay English. */
  texts?: Partial<MonitorTexts>
}

/** The options, checked, with their defaults. */
export interface MonitorSettings {
  adapter: MonitorStorage
  commands: Pick<CommandQueue, 'issue' | 'issueAll' | 'cancel' | 'state'> | undefined
  mayAct(req: IncomingMessage, action: MonitorAction): Awaitable<boolean>
  approve: ((serialNumber: string, req: IncomingMessage) => unknown) | undefined
  hosts: readonly string[] | undefined
  namesOf: TerminalNames
  /** Whether terminals may have names. */
  hasNames: boolean
  people: People
  countDays: CountDays
  roster: Pick<Roster, 'status' | 'count' | 'reconcile'> | undefined
  dryRun: DryRun | undefined
  zoneOf: ValueOf<string | undefined>
  silentAfter: number
  interval: number
  texts: MonitorTexts
  /** Passes an error of storage to the app. */
  report(error: unknown): void
}

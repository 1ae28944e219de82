// The options of the page, checked.

import type { IncomingMessage } from 'node:http'
import {
  checkAdapter,
  checkFunction,
  checkNames,
  isWhole,
  LONGEST_TIMER,
  type OptionNames,
  wrong,
} from '../check.js'
import type { IssuedCommand } from '../command.js'
import type { ValueOf } from '../endpoint/by-terminal.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { type HookOptions, hookOf } from '../endpoint/hook.js'
import { type TimeZoneOption, timeZoneOf } from '../endpoint/time-zone.js'
import type { CommandQueue } from '../queue/calls.js'
import type { Roster } from '../roster/options.js'
import { SILENT_AFTER } from '../terminal/online.js'
import type { MonitorAction } from './action.js'
import { type NamesAnswer, type TerminalNames, terminalNames } from './name.js'
import { type AskedPerson, type People, peopleOf } from './person.js'
import type { MonitorStorage } from './storage.js'
import { type MonitorTexts, TEXTS } from './text.js'

/** The options of `monitorRouter`. */
export interface MonitorOptions<Issued extends IssuedCommand = IssuedCommand> extends HookOptions {
  /** The storage that the page reads. */
  adapter: MonitorStorage<Issued>
  /**
   * Lets people cancel commands, retry them, and issue new ones with a form. Without it the page is
   * read-only.
   */
  commands?: Pick<CommandQueue<Issued>, 'issue' | 'cancel' | 'state'>
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
  /** What `roster` returns: a person's page then shows where they are. */
  roster?: Pick<Roster, 'status'>
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
  commands: Pick<CommandQueue, 'issue' | 'cancel' | 'state'> | undefined
  mayAct(req: IncomingMessage, action: MonitorAction): Awaitable<boolean>
  approve: ((serialNumber: string, req: IncomingMessage) => unknown) | undefined
  hosts: readonly string[] | undefined
  namesOf: TerminalNames
  /** Whether terminals may have names. */
  hasNames: boolean
  people: People
  roster: Pick<Roster, 'status'> | undefined
  zoneOf: ValueOf<string | undefined>
  silentAfter: number
  interval: number
  texts: MonitorTexts
  /** Passes an error of storage to the app. */
  report(error: unknown): void
}

const OPTIONS: OptionNames<MonitorOptions> = {
  adapter: true,
  commands: true,
  mayAct: true,
  approve: true,
  hosts: true,
  nameOf: true,
  personOf: true,
  findPeople: true,
  roster: true,
  timeZone: true,
  silentAfter: true,
  interval: true,
  texts: true,
  onError: true,
}
const CALLS = [...['listTerminals', 'findTerminal', 'listCommands', 'countCommands', 'findRecord']]
const REFUSED_CALLS = ['listRefused', 'forgetRefused']
const OPTIONAL_CALLS = [
  'listReplies',
  'listUnparsed',
  'listAttendance',
  'listUploads',
  ...REFUSED_CALLS,
]

/** @throws TypeError that names the option, what came and what was expected */
export function monitorSettings<Issued extends IssuedCommand>(
  options: MonitorOptions<Issued>,
): MonitorSettings {
  checkNames(options, OPTIONS)
  const { adapter, commands, nameOf, timeZone, texts = {} } = options
  const { mayAct, approve, hosts } = options
  const { personOf, findPeople, roster } = options
  const { silentAfter = SILENT_AFTER, interval = 2000 } = options
  checkAdapter(adapter, CALLS, OPTIONAL_CALLS)
  if (commands !== undefined) checkCommands(commands)
  checkFunction('mayAct', mayAct, 'a function (req, action) that returns true or false')
  checkFunction('approve', approve, 'a function (serialNumber, req) that lets a terminal in')
  checkHosts(hosts)
  checkFunction('nameOf', nameOf, 'a function (serialNumbers) that returns an array of names')
  checkFunction('personOf', personOf, 'a function (people) that returns an array of names')
  checkFunction('findPeople', findPeople, 'a function (words) that returns an array of PINs')
  if (roster !== undefined && typeof roster?.status !== 'function') {
    throw wrong('roster', roster, 'what roster() returns')
  }
  checkTime('silentAfter', silentAfter)
  checkTime('interval', interval)
  checkTexts(texts)
  const fail = (error: unknown) => {
    throw error
  }
  return {
    adapter: adapter as unknown as MonitorStorage,
    commands: commands as unknown as MonitorSettings['commands'],
    mayAct: mayAct?.bind(options) ?? (() => true),
    approve: approve?.bind(options),
    hosts,
    namesOf: terminalNames(nameOf?.bind(options)),
    hasNames: nameOf !== undefined,
    people: peopleOf(adapter as unknown as MonitorStorage, {
      ...(personOf && { personOf: personOf.bind(options) }),
      ...(findPeople && { findPeople: findPeople.bind(options) }),
    }),
    roster,
    zoneOf: timeZoneOf(timeZone),
    silentAfter,
    interval,
    texts: { ...TEXTS, ...texts },
    report: hookOf('the monitor', fail, options) ?? (() => {}),
  }
}

function checkCommands(commands: unknown): void {
  const calls = commands as Record<string, unknown> | null
  const isQueue = ['issue', 'cancel', 'state'].every((call) => typeof calls?.[call] === 'function')
  if (!isQueue) throw wrong('commands', commands, 'what commandQueue(adapter) returns')
}

const HOST = /^(?:\[[\da-f:.]+\]|[a-z\d._-]+)(?::\d+)?$/i

function checkHosts(hosts: unknown): void {
  if (hosts === undefined) return
  const isList = Array.isArray(hosts) && hosts.length > 0
  if (isList && hosts.every((host) => typeof host === 'string' && HOST.test(host))) return
  throw wrong('hosts', hosts, 'an array of hosts, such as ["hr.example.com", "10.0.0.5:8081"]')
}

function checkTime(option: string, value: number): void {
  if (isWhole(value, 1, LONGEST_TIMER)) return
  throw wrong(option, value, `whole milliseconds from 1 to ${LONGEST_TIMER}`)
}

function checkTexts(texts: unknown): void {
  if (typeof texts !== 'object' || texts === null) {
    throw wrong('texts', texts, 'an object of texts, such as { language: "de" }')
  }
  for (const [key, text] of Object.entries(texts)) {
    if (!Object.hasOwn(TEXTS, key)) {
      throw wrong('texts', key, 'keys of the texts of the page (MonitorTexts)')
    }
    if (typeof text !== 'string') throw wrong(`texts.${key}`, text, 'a string')
  }
}

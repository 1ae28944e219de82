// The options of the page, checked.
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
import { type NamesAnswer, type TerminalNames, terminalNames } from './name.js'
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
   * The names that people know terminals by, such as `Gate 2`: asked for up to 1,000 at once,
   * answered in their order, with `undefined` for a terminal that has none.
   */
  nameOf?(serialNumbers: readonly string[]): Awaitable<NamesAnswer>
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
  namesOf: TerminalNames
  /** Whether terminals may have names. */
  hasNames: boolean
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
  nameOf: true,
  timeZone: true,
  silentAfter: true,
  interval: true,
  texts: true,
  onError: true,
}
const CALLS = [...['listTerminals', 'findTerminal', 'listCommands', 'countCommands', 'findRecord']]
const OPTIONAL_CALLS = ['listReplies', 'listUnparsed', 'listAttendance', 'listUploads']

/** @throws TypeError that names the option, what came and what was expected */
export function monitorSettings<Issued extends IssuedCommand>(
  options: MonitorOptions<Issued>,
): MonitorSettings {
  checkNames(options, OPTIONS)
  const { adapter, commands, nameOf, timeZone, texts = {} } = options
  const { silentAfter = 300_000, interval = 2000 } = options
  checkAdapter(adapter, CALLS, OPTIONAL_CALLS)
  if (commands !== undefined) checkCommands(commands)
  checkFunction('nameOf', nameOf, 'a function (serialNumbers) that returns an array of names')
  checkTime('silentAfter', silentAfter)
  checkTime('interval', interval)
  checkTexts(texts)
  const fail = (error: unknown) => {
    throw error
  }
  return {
    adapter: adapter as unknown as MonitorStorage,
    commands: commands as unknown as MonitorSettings['commands'],
    namesOf: terminalNames(nameOf?.bind(options)),
    hasNames: nameOf !== undefined,
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

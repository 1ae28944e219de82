// Checks the options of the page, and gives them their defaults.
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
import { hookOf } from '../endpoint/hook.js'
import { timeZoneOf } from '../endpoint/time-zone.js'
import { SILENT_AFTER } from '../terminal/online.js'
import { dayCounter } from './day.js'
import { dryRuns } from './dry-run.js'
import { terminalNames } from './name.js'
import type { MonitorOptions, MonitorSettings } from './option.js'
import { peopleOf } from './person.js'
import type { MonitorStorage } from './storage.js'
import { TEXTS } from './text.js'

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
const CALLS = [
  ...['listTerminals', 'findTerminal', 'listCommands', 'countCommands'],
  ...['findBeginning', 'findRecord'],
]
const REFUSED_CALLS = ['listRefused', 'forgetRefused']
const OPTIONAL_CALLS = [
  'listReplies',
  'listUnparsed',
  'listAttendance',
  'countAttendance',
  'listUploads',
  'listOffers',
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
  if (commands !== undefined) {
    const calls = ['issue', 'issueAll', 'cancel', 'state']
    checkCalls('commands', commands, calls, 'what commandQueue(adapter) returns')
  }
  checkFunction('mayAct', mayAct, 'a function (req, action) that returns true or false')
  checkFunction('approve', approve, 'a function (serialNumber, req) that lets a terminal in')
  checkHosts(hosts)
  checkFunction('nameOf', nameOf, 'a function (serialNumbers) that returns an array of names')
  checkFunction('personOf', personOf, 'a function (people) that returns an array of names')
  checkFunction('findPeople', findPeople, 'a function (words) that returns an array of PINs')
  if (roster !== undefined) {
    checkCalls('roster', roster, ['status', 'count', 'reconcile'], 'what roster() returns')
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
    countDays: dayCounter(adapter as unknown as MonitorStorage),
    roster,
    dryRun: roster && dryRuns(roster),
    zoneOf: timeZoneOf(timeZone),
    silentAfter,
    interval,
    texts: { ...TEXTS, ...texts },
    report: hookOf('the monitor', fail, options) ?? (() => {}),
  }
}

function checkCalls(
  option: string,
  value: unknown,
  calls: readonly string[],
  expected: string,
): void {
  const known = value as Record<string, unknown> | null
  if (calls.some((call) => typeof known?.[call] !== 'function'))
    throw wrong(option, value, expected)
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

// roster(): who belongs on which terminal, made so and proved.
import {
  checkAdapter,
  checkFunction,
  checkNames,
  checkWhole,
  describe,
  type OptionNames,
  wrong,
} from '../check.js'
import { byTerminal } from '../endpoint/by-terminal.js'
import { HOOK_OPTIONS, hookOf } from '../endpoint/hook.js'
import { rowsOf } from '../page.js'
import { encodingOf } from '../queue/encoding.js'
import { newCommandId } from '../queue/id.js'
import { nextIds } from '../queue/number.js'
import { commandQueue } from '../queue/queue.js'
import { listening } from './adapter.js'
import { findRows, listRows, untilWritten, writeRows } from './answer.js'
import { Changes } from './change.js'
import type {
  ReconcileOptions,
  Roster,
  RosterAdapter,
  RosterOptions,
  ShownUser,
} from './options.js'
import { type PassSettings, pass } from './pass.js'
import type { PersonRow, PersonState } from './row.js'
import { Due, startPasses } from './schedule.js'
import { countsOf, statusOf } from './status.js'
import { ROSTER_CALLS } from './storage.js'
import { decode, personWrite } from './write.js'

const OPTIONS: OptionNames<RosterOptions> = {
  ...{ adapter: true, desired: true, onEnrollment: true, onDrift: true, deletes: true },
  ...{ maxDeletes: true, maxFleetDeletes: true, owns: true, adopt: true, admins: true },
  ...{ readEvery: true, every: true, encoding: true, commandIds: true, ...HOOK_OPTIONS },
}
const RECONCILE_OPTIONS: OptionNames<ReconcileOptions> = {
  ...{ dryRun: true, read: true, deletes: true, maxDeletes: true, maxFleetDeletes: true },
}
const CALLS = [
  ...['onReply', 'issue', 'openCommands', 'claim', 'cancel', 'findRecord', 'findSummaries'],
  ...['nextNumbers', 'onUpload', 'onContact', 'findTerminal', ...ROSTER_CALLS],
]
const MINUTE = 60_000
// Replies of one terminal come one after another: one pass is for many of them.
const SOON = 5000

/**
 * Keeps people on terminals in step with what the app wants: who belongs where, with templates,
 * photos and doors. Any number of processes may run it over the same storage. It deletes nobody
 * until `deletes` is `'apply'`.
 *
 * @example
 * const people = roster({ adapter, desired: (serialNumber) => hr.employeesAt(serialNumber) })
 * app.use(terminalRouter({ adapter: people.adapter }))
 * people.start()
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 */
export function roster<Adapter extends RosterAdapter>(
  options: RosterOptions<Adapter>,
): Roster<Adapter> {
  checkOptions(options)
  const { adapter, every = 10 * MINUTE } = options
  const settings = settingsOf(options)
  const due = new Due()
  const changes = new Changes()
  const touch = (serialNumber: string) => due.add(serialNumber, SOON)

  async function reconcile(serialNumber: string, how: ReconcileOptions = {}) {
    checkNames(how, RECONCILE_OPTIONS)
    if (how.deletes !== undefined) checkPins('deletes', how.deletes)
    checkLimits(how)
    const changed = how.dryRun ? changes.peek(serialNumber) : changes.take(serialNumber)
    try {
      return await pass(serialNumber, settings, { ...how, isChanged: changed.has })
    } catch (error) {
      changed.putBack()
      throw error
    }
  }

  async function touchAll(pin: string): Promise<void> {
    for await (const { serialNumber } of rowsOf((filter) => listRows(adapter, filter), { pin })) {
      changes.add(serialNumber, pin)
      touch(serialNumber)
    }
  }

  return {
    adapter: listening(adapter, { adapter, onEnrollment: options.onEnrollment }, touch),
    reconcile,
    status: async (filter = {}) => statusOf(filter, adapter),
    count: async (serialNumber) => countsOf(serialNumber, adapter),
    async changed(what) {
      const { serialNumber, pin } = Object(what) as { serialNumber?: unknown; pin?: unknown }
      if (typeof serialNumber === 'string') {
        changes.add(serialNumber)
        touch(serialNumber)
      } else if (typeof pin === 'string') await touchAll(pin)
      else {
        throw new TypeError(
          `express-iclock: changed() got ${describe(what)}; expected { serialNumber } or { pin }, as strings`,
        )
      }
    },
    confirmFree: (serialNumber, pin) => confirm(serialNumber, pin, adapter),
    start({ signal } = {}) {
      const run = async (serialNumber: string) => {
        await reconcile(serialNumber).catch(settings.report)
      }
      startPasses(due, { adapter, every, run, report: settings.report }, signal)
    },
  }
}

function settingsOf(options: RosterOptions): PassSettings {
  const { adapter, encoding, commandIds, onDrift } = options
  const commands = commandQueue(adapter, { encoding, commandIds })
  const labelOf = byTerminal('encoding', encoding, (label) => {
    return label === undefined ? undefined : encodingOf(label)
  })
  const styleOf = byTerminal('commandIds', commandIds, (style) => style)
  const fail = (error: unknown) => {
    throw error
  }
  return {
    ...options,
    commands,
    async newIds(serialNumber, count) {
      const style = await styleOf(serialNumber)
      if (style === 'number') return nextIds(adapter, serialNumber, count)
      return Array.from({ length: count }, newCommandId)
    },
    encodingOf: async (serialNumber) => labelOf(serialNumber),
    drifted: hookOf<[ShownUser]>('onDrift', onDrift, options),
    report: hookOf('the roster', fail, options) as (error: unknown) => void,
  }
}

function checkOptions(options: RosterOptions): void {
  checkNames(options, OPTIONS)
  const { adapter, deletes = 'report', desired, admins, readEvery, every } = options
  checkAdapter(adapter, CALLS)
  if (typeof desired !== 'function') {
    throw wrong('desired', desired, 'a function (serialNumber) that yields people { pin, name }')
  }
  for (const name of ['onEnrollment', 'onDrift', 'owns', 'adopt'] as const) {
    checkFunction(name, options[name], 'a function')
  }
  if (deletes !== 'report' && deletes !== 'apply') {
    throw wrong('deletes', deletes, '"report" or "apply"')
  }
  if (admins !== undefined) checkPins('admins', admins)
  checkLimits(options)
  if (readEvery !== undefined) checkWhole('readEvery', readEvery, MINUTE)
  if (every !== undefined) checkWhole('every', every, 1000)
}

function checkPins(option: string, pins: unknown): void {
  if (Array.isArray(pins) && pins.every((pin) => typeof pin === 'string')) return
  throw wrong(option, pins, "an array of PINs as strings, such as ['1']")
}

function checkLimits(options: Pick<RosterOptions, 'maxDeletes' | 'maxFleetDeletes'>): void {
  for (const name of ['maxDeletes', 'maxFleetDeletes'] as const) {
    if (options[name] !== undefined) checkWhole(name, options[name], 0)
  }
}

async function confirm(serialNumber: string, pin: string, adapter: RosterAdapter): Promise<void> {
  await untilWritten(async () => {
    const [row] = await findRows(adapter, serialNumber, [pin])
    const known = row && decode<PersonRow>(row)
    if (known === undefined) return true
    const { asked, removal, ...rest } = known.content
    if (removal === undefined && asked === undefined) return true
    const content: PersonRow = removal
      ? { ...known.content, removal: { ...removal, isConfirmed: true } }
      : { ...rest, isFree: true }
    const state = known.row.state as PersonState
    const place = { serialNumber, pin }
    const write = personWrite(place, known.row, content, state, new Date())
    const [isWritten] = await writeRows(adapter, [write])
    return isWritten === true
  })
}

// One pass for a terminal: reads what should be and what is, and issues the difference.

import { capabilitiesOf } from '../biometrics/capability.js'
import type { CommandQueue } from '../queue/calls.js'
import { askOptions } from './ask-options.js'
import { decide } from './decide.js'
import type { Context } from './decision.js'
import { remove } from './deletion.js'
import { desiredOf } from './desired.js'
import { type Decided, type Executing, issueWritten, writeDecisions } from './execute.js'
import { findLost } from './lost.js'
import type {
  ReconcileOptions,
  Reconciliation,
  RosterAdapter,
  RosterOptions,
  ShownUser,
} from './options.js'
import { type RosterPerson, type Slots, type Wish, wishOf } from './person.js'
import { countPlaces } from './place.js'
import { roundOf } from './presence.js'
import { readStep, type Step } from './read-step.js'
import { reasonOf } from './reason.js'
import { emptyResult, entryOf, note, shownUser } from './report.js'
import type { Held } from './row.js'
import { checkSize, sizeOf } from './size.js'
import { type Snapshot, snapshotOf } from './snapshot.js'

/** What passes need: the options, checked. */
export interface PassSettings extends Omit<RosterOptions, 'encoding' | 'commandIds' | 'adapter'> {
  adapter: RosterAdapter
  commands: CommandQueue
  newIds(serialNumber: string, count: number): Promise<string[]>
  encodingOf(serialNumber: string): Promise<string | undefined>
  /** Calls the app's hook, after the current work. */
  drifted: ((user: ShownUser) => void) | undefined
  report: (error: unknown) => void
}

/** How one pass is run. */
export interface PassOptions extends ReconcileOptions {
  isChanged(pin: string): boolean
}

const WEEK = 7 * 24 * 60 * 60_000
const AT_ONCE = 100
const UNKNOWN_FAMILY = 'the terminal has not said yet whether it is a time clock or a door terminal'
const MOST_BYTES = 1_000_000

/** Runs a pass. */
export async function pass(
  serialNumber: string,
  settings: PassSettings,
  options: PassOptions,
): Promise<Reconciliation> {
  const { adapter, commands } = settings
  // The rows first: a pass that asked the app later then replaces them, and this one's writes fail.
  const snapshot = await snapshotOf(serialNumber, adapter, commands)
  const result = emptyResult(serialNumber)
  if (snapshot === undefined) return { ...result, notice: 'the terminal has never connected' }
  const { family } = snapshot.terminal
  if (family === undefined) return { ...result, notice: UNKNOWN_FAMILY }
  const people = await desiredOf(serialNumber, settings.desired)
  const executing: Executing = {
    ...{ serialNumber, adapter, commands, now: new Date() },
    newIds: (count) => settings.newIds(serialNumber, count),
  }
  const { dryRun: isDry = false, read: isAsked = false } = options
  const readEvery = settings.readEvery ?? WEEK
  const stepping = { ...executing, family, readEvery, isAsked }
  const step: Step = isDry
    ? { isReading: snapshot.own.content.reading !== undefined }
    : await readStep(snapshot, stepping)
  if (!isDry && !step.isReading) {
    await askOptions(snapshot, stepping, people)
    await findLost(snapshot, stepping)
  }
  const work: Work = {
    ...{ snapshot, people, settings, options, executing, isDry, result },
    context: contextOf(snapshot, step, settings, options, executing),
    encoding: await settings.encodingOf(serialNumber),
  }
  if (step.notice !== undefined) result.notice = step.notice
  const removals = await decideAll(work, step.isReading)
  const limits = {
    maxDeletes: options.maxDeletes ?? settings.maxDeletes,
    maxFleetDeletes: options.maxFleetDeletes ?? settings.maxFleetDeletes,
  }
  await remove({ ...work, limits }, removals)
  return result
}

interface Work {
  snapshot: Snapshot
  people: Map<string, RosterPerson>
  settings: PassSettings
  options: PassOptions
  executing: Executing
  isDry: boolean
  result: Reconciliation
  context: Context
  encoding: string | undefined
}

function contextOf(
  { terminal, capabilities, own, looks, rows }: Snapshot,
  { isReading }: Step,
  settings: PassSettings,
  { dryRun = false, deletes: named, isChanged }: PassOptions,
  { serialNumber, now }: Executing,
): Context {
  const { adopt, owns, admins = [], deletes = 'report' } = settings
  const released = named && new Set(named)
  const shown = (pin: string, held: Held) => shownUser(serialNumber, pin, held)
  return {
    ...{ capabilities, isChanged, types: capabilitiesOf(terminal) },
    now: now.getTime(),
    family: terminal.family ?? 'attendance',
    places: `${capabilities} ${own.content.places}`,
    look: (id) => looks.get(id),
    isApplied: (pin) => (released ? released.has(pin) : deletes === 'apply' || dryRun),
    // What comes while it is read is not known yet.
    isRead: isReading ? undefined : own.content.read?.mode,
    round: isReading || dryRun ? undefined : roundOf(own.content.read, rows.values()),
    adopts: (pin, held) => adopt?.(shown(pin, held), pin) === true,
    owns: (pin) => owns?.(serialNumber, pin) === true,
    isReleased: (pin) => admins.includes(pin),
  }
}

/** Decides about everybody, carries out all but deletions, and returns those. */
async function decideAll(work: Work, isReading: boolean): Promise<Decided[]> {
  const { snapshot, people, executing, isDry } = work
  const removals: Decided[] = []
  let batch: Decided[] = []
  let bytes = 0
  const flush = async () => {
    const all = batch
    batch = []
    bytes = 0
    if (isDry || all.length === 0) return
    const written = await writeDecisions(all, executing)
    await issueWritten(written, executing)
    await countPlaces(work.snapshot, executing, written)
  }
  for (const pin of new Set([...people.keys(), ...snapshot.rows.keys()])) {
    const decided = await decideOne(pin, work)
    const { decision } = decided
    if (decision.isRemoval || decision.isOldRemoval) {
      removals.push(decided)
      continue
    }
    // Nothing may be on its way while the terminal counts.
    if (isReading && decision.groups.length > 0) {
      work.result.waiting.push(entryOf(decided, 'the terminal is being read'))
      continue
    }
    note(work.result, decided)
    if (decision.drift) {
      const user = shownUser(executing.serialNumber, pin, decision.drift)
      if (!isDry) work.settings.drifted?.(user)
    }
    batch.push(decided)
    bytes += sizeOf(decision)
    if (batch.length >= AT_ONCE || bytes > MOST_BYTES) await flush()
  }
  await flush()
  return isReading ? [] : removals
}

async function decideOne(pin: string, work: Work): Promise<Decided> {
  const { snapshot, people, context, encoding } = work
  const before = snapshot.rows.get(pin)
  const person = people.get(pin)
  let wish: Wish | undefined
  let slots: Slots | undefined
  try {
    wish = person && wishOf(person, context.family, context.types, encoding)
    let decision = decide(pin, before?.content, wish, context)
    if (wish !== undefined && decision.needsSlots) {
      slots = await wish.convert()
      decision = decide(pin, before?.content, wish, context, slots)
    }
    checkSize(decision)
    const wanted = decision.state === 'conflict' ? person?.name : undefined
    return { pin, before, decision, ...(wanted !== undefined && { wanted }) }
  } catch (error) {
    // One person who can't be sent keeps nobody else from the terminal.
    work.settings.report(error)
    const content = { ...(before?.content ?? { facets: {} }), meaning: reasonOf(error) }
    return { pin, before, decision: { content, state: 'failed', groups: [], cancel: [] } }
  }
}

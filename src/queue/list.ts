// Commands as people see them: what is known of each, its state, and what that means.
import { wrong } from '../check.js'
import { type IssuedCommand, keyOf } from '../command.js'
import type { Page } from '../page.js'
import { checkMembers, checkPaged } from '../page.js'
import type { Outcome } from '../reply/outcome.js'
import { checkCommandPage, checkCounts } from './answer.js'
import type { TerminalsOf } from './family.js'
import { COMMAND_CHECKS, COUNT_CHECKS, checkIdsHaveTerminal } from './filter.js'
import { meaningOf } from './meaning.js'
import { type SettledSummary, settledSummaries } from './settled.js'
import { outcomeOfSummary, stateOfSummary } from './state.js'
import {
  COMMAND_STATES,
  type CommandCounts,
  type CommandFilter,
  type CommandIdentity,
  type CommandState,
  type CommandStorage,
  type CommandSummary,
  type CountFilter,
} from './storage.js'

/** What a list shows of a command. */
export interface ListedCommand<Issued extends IssuedCommand = IssuedCommand>
  extends CommandSummary<Issued> {
  /** Its state. */
  state: CommandState
  /** The same in words. */
  meaning: string
  /** What its reply says; missing without one. */
  outcome?: Outcome['outcome']
  /** True if it is not sent, and no terminal with this serial number ever called. */
  neverSeen?: true
}

// The same code can be a success to one family and unknown to the other.
const DISPUTED: readonly CommandState[] = ['succeeded', 'unknown']
const MOST_PAGES = 10

/** The state of one command; undefined if storage doesn't have it. */
export async function stateNow(
  adapter: Pick<CommandStorage, 'findSummaries' | 'cancel'>,
  identity: CommandIdentity,
  terminalsOf: TerminalsOf,
): Promise<CommandState | undefined> {
  const [settled] = (await settledSummaries(adapter, [identity])).values()
  if (settled === undefined) return undefined
  const { serialNumber } = identity
  const terminals = mayDepend(settled.summary)
    ? await terminalsOf([serialNumber], 'family')
    : undefined
  const { family = 'attendance' } = terminals?.get(serialNumber) ?? {}
  return stateOfSummary(settled.summary, settled.at, family)
}

/** Looks at many commands: in their order, undefined where storage doesn't have one. */
export async function lookAt<Issued extends IssuedCommand>(
  adapter: Pick<CommandStorage<Issued>, 'findSummaries' | 'cancel'>,
  identities: readonly CommandIdentity[],
  terminalsOf: TerminalsOf,
): Promise<(ListedCommand<Issued> | undefined)[]> {
  const settled = await settledSummaries(adapter, identities)
  const found = [...settled.values()]
  const listed = await listedOf(found, terminalsOf)
  const byKey = new Map(listed.map((one) => [keyOf(one.serialNumber, one.commandId), one]))
  return identities.map((one) => byKey.get(keyOf(one.serialNumber, one.commandId)))
}

/**
 * A page of commands. It closes nothing: what it lists as expired may be on its way.
 *
 * @throws TypeError if the filter is wrong, or the adapter has no `listCommands`
 */
export async function listOf<Issued extends IssuedCommand>(
  adapter: Pick<CommandStorage<Issued>, 'listCommands'>,
  filter: CommandFilter,
  terminalsOf: TerminalsOf,
): Promise<Page<ListedCommand<Issued>>> {
  const { limit, ...asked } = checkPaged(filter, COMMAND_CHECKS)
  checkIdsHaveTerminal(asked)
  if (adapter.listCommands === undefined) {
    throw wrong('adapter.listCommands', undefined, 'a function, because list() asks it')
  }
  const states = asked.state === undefined ? COMMAND_STATES : [asked.state].flat()
  // Storage knows no families: what they may disagree on is chosen here.
  const mayDiffer = states.some((state) => DISPUTED.includes(state))
  const state = mayDiffer ? [...new Set([...states, ...DISPUTED])] : states
  const now = new Date()
  let after = asked.after
  for (let pages = 1; ; pages++) {
    const page = await adapter.listCommands(
      {
        ...asked,
        ...(asked.state !== undefined && { state }),
        limit,
        ...(after !== undefined && { after }),
      },
      now,
    )
    checkCommandPage(page)
    const settled = page.rows.map((summary) => ({ summary, at: now }))
    const listed = await listedOf(settled, terminalsOf)
    const rows = listed.filter((one) => states.includes(one.state))
    after = page.next
    if (rows.length > 0 || after === undefined || pages === MOST_PAGES) {
      return after === undefined ? { rows } : { rows, next: after }
    }
  }
}

/** @throws TypeError if the filter is wrong, or the adapter has no `countCommands` */
export async function countOf(
  adapter: Pick<CommandStorage, 'countCommands'>,
  filter: CountFilter,
): Promise<CommandCounts> {
  const asked = checkMembers(filter, COUNT_CHECKS)
  if (adapter.countCommands === undefined) {
    throw wrong('adapter.countCommands', undefined, 'a function, because count() asks it')
  }
  const counts = await adapter.countCommands({ ...asked }, new Date())
  checkCounts(counts, COMMAND_STATES)
  return counts
}

async function listedOf<Issued extends IssuedCommand>(
  settled: readonly SettledSummary<Issued>[],
  terminalsOf: TerminalsOf,
): Promise<ListedCommand<Issued>[]> {
  const asked = settled.filter(({ summary }) => mayDepend(summary) || isUnsent(summary))
  const serialNumbers = asked.map(({ summary }) => summary.serialNumber)
  const terminals = await terminalsOf(serialNumbers, 'isSeen')
  return settled.map(({ summary, at }) => {
    const { family = 'attendance', isSeen } = terminals.get(summary.serialNumber) ?? {}
    const state = stateOfSummary(summary, at, family)
    const outcome = outcomeOfSummary(summary, family)
    return {
      ...summary,
      state,
      ...outcome,
      meaning: meaningOf(state, outcome),
      ...(isSeen === false && isUnsent(summary) && { neverSeen: true }),
    }
  })
}

// 0 and no code mean the same to every family.
function mayDepend({ reply }: CommandSummary): boolean {
  return Boolean(reply?.returnCode)
}

function isUnsent({ attemptsMade, reply }: CommandSummary): boolean {
  return attemptsMade === 0 && reply === undefined
}

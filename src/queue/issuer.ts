// Issues commands: checks all of them, chooses their ids and encodings, stores them in one call.
import { describe, quoted, wrong } from '../check.js'
import { type IssuedCommand, keyOf, usedId } from '../command.js'
import { type ByTerminal, byTerminal } from '../endpoint/by-terminal.js'
import { IclockError } from '../endpoint/errors.js'
import { checkRecord } from '../reply/found.js'
import { encodingOf } from './encoding.js'
import type { TerminalsOf } from './family.js'
import { newCommandId } from './id.js'
import { checkFamily, type Draft, draftOf, type Issue, queuedCommand } from './issue.js'
import { nextIds } from './number.js'
import { summariesOf } from './settled.js'
import type { CommandStorage, QueuedCommand } from './storage.js'
import { supersede } from './supersede.js'

/** What ids of commands look like. */
export type CommandIdStyle = 'text' | 'number'

/** What issuing needs of storage. */
export type IssuingStorage<Issued extends IssuedCommand> = Pick<
  CommandStorage<Issued>,
  'issue' | 'cancel' | 'findRecord' | 'findSummaries' | 'nextNumbers'
>

/** What issuing needs of the options. */
export interface IssuerOptions {
  encoding?: ByTerminal<string | undefined>
  commandIds?: ByTerminal<CommandIdStyle | undefined>
  unknownTerminals?: 'accept' | 'refuse'
}

/**
 * Makes a function that issues commands: all of them or none.
 *
 * @param onSuperseding called with the error if closing older commands with the same key fails
 * @throws TypeError if an option is wrong
 */
export function issuerOf<Issued extends IssuedCommand>(
  adapter: IssuingStorage<Issued>,
  { encoding, commandIds, unknownTerminals = 'accept' }: IssuerOptions,
  terminalsOf: TerminalsOf,
  onSuperseding: (error: unknown) => void,
): (issues: readonly Issue<Issued>[]) => Promise<Issued[]> {
  const labelOf = byTerminal('encoding', encoding, (label) => {
    return label === undefined ? undefined : encodingOf(label)
  })
  const styleOf = byTerminal('commandIds', commandIds, checkStyle)
  if (unknownTerminals !== 'accept' && unknownTerminals !== 'refuse') {
    throw wrong('unknownTerminals', unknownTerminals, '"accept" or "refuse"')
  }

  return async (issues) => {
    if (!Array.isArray(issues)) {
      throw new TypeError(
        `express-iclock: issueAll() was called with ${describe(issues)}; expected an array of { serialNumber, command }`,
      )
    }
    const issuedAt = new Date()
    const drafts = issues.map((issue) => draftOf<Issued>(issue, issuedAt))
    await checkTerminals(drafts, unknownTerminals === 'refuse', terminalsOf)
    const queued = new Map<Draft<Issued>, QueuedCommand<Issued>>()
    for (const [serialNumber, own] of draftsByTerminal(drafts)) {
      const label = await labelOf(serialNumber)
      const count = own.filter(({ commandId }) => commandId === undefined).length
      const style = await styleOf(serialNumber)
      const ids = count > 0 && style === 'number' ? await nextIds(adapter, serialNumber, count) : []
      for (const draft of own) {
        const id = draft.commandId ?? ids.shift() ?? newCommandId()
        queued.set(draft, queuedCommand(draft, id, label))
      }
    }
    const inOrder = drafts.flatMap((draft) => queued.get(draft) ?? [])
    const isAnswered = await answered(adapter, drafts)
    const fresh = inOrder.filter(({ command }) => !isAnswered(command))
    if (fresh.length > 0) {
      await adapter.issue(fresh)
      // They are stored: what goes wrong from here on must not make an app issue them again.
      await supersede(adapter, fresh, new Date()).catch(onSuperseding)
    }
    return inOrder.map(({ command }) => command)
  }
}

async function checkTerminals(
  drafts: readonly Draft<IssuedCommand>[],
  isUnknownRefused: boolean,
  terminalsOf: TerminalsOf,
): Promise<void> {
  const asked = drafts.filter(({ command }) => isUnknownRefused || command.family !== undefined)
  if (asked.length === 0) return
  const serialNumbers = asked.map(({ serialNumber }) => serialNumber)
  const terminals = await terminalsOf(serialNumbers, isUnknownRefused ? 'isSeen' : 'family')
  for (const draft of asked) {
    const { family, isFamilySure, isSeen } = terminals.get(draft.serialNumber) ?? {}
    if (isUnknownRefused && isSeen === false) throw unknownTerminal(draft.serialNumber)
    if (isFamilySure) checkFamily(draft, family)
  }
}

// Storage refuses an id that has a reply. The app that repeats an issue can't know that one came.
async function answered<Issued extends IssuedCommand>(
  adapter: IssuingStorage<Issued>,
  drafts: readonly Draft<Issued>[],
): Promise<(command: IssuedCommand) => boolean> {
  const own = drafts.filter(({ commandId }) => commandId !== undefined) as WithId<Issued>[]
  const known = await summariesOf(adapter, own)
  const isAnswered = new Set<string>()
  for (const { reply, text, serialNumber, commandId } of known) {
    if (reply === undefined || text === undefined) continue
    const key = keyOf(serialNumber, commandId)
    const record = await adapter.findRecord(serialNumber, commandId)
    if (record) checkRecord(record, serialNumber, commandId)
    const isSame = own.every((draft) => {
      return (
        keyOf(draft.serialNumber, draft.commandId) !== key ||
        draft.command.text === record?.command?.text
      )
    })
    if (!isSame) throw usedId({ serialNumber, commandId })
    isAnswered.add(key)
  }
  return ({ serialNumber, commandId }) => isAnswered.has(keyOf(serialNumber, commandId))
}

type WithId<Issued extends IssuedCommand> = Draft<Issued> & { commandId: string }

function draftsByTerminal<Issued extends IssuedCommand>(
  drafts: readonly Draft<Issued>[],
): Map<string, Draft<Issued>[]> {
  const terminals = new Map<string, Draft<Issued>[]>()
  for (const draft of drafts) {
    const own = terminals.get(draft.serialNumber)
    if (own === undefined) terminals.set(draft.serialNumber, [draft])
    else own.push(draft)
  }
  return terminals
}

function checkStyle(style: CommandIdStyle = 'text'): CommandIdStyle {
  if (style === 'text' || style === 'number') return style
  throw wrong(
    'commandIds',
    style,
    '"text", "number", or a function (serialNumber) that returns one',
  )
}

function unknownTerminal(serialNumber: string): IclockError {
  return new IclockError(
    'TERMINAL_UNKNOWN',
    `No terminal with the serial number ${quoted(serialNumber)} ever called: check its letters and their case, or ` +
      'issue to it with unknownTerminals "accept".',
  )
}

// What a pass knows when it begins: the terminal, its rows, who should be there, and how far the
// commands are. It reads a bounded number of pages.
import { capabilitiesOf } from '../biometrics/capability.js'
import { rowsOf } from '../page.js'
import { checkTerminal } from '../queue/answer.js'
import type { CommandQueue } from '../queue/calls.js'
import type { Terminal } from '../terminal/storage.js'
import { listRows } from './answer.js'
import { digestOf } from './digest.js'
import type { RosterAdapter } from './options.js'
import { idsOfTerminal, type TerminalRow } from './reading.js'
import type { PersonRow } from './row.js'
import type { Look } from './settle.js'
import { decode, idsIn, type Known } from './write.js'

/** What a pass knows of a terminal. */
export interface Snapshot {
  terminal: Terminal
  /** A digest of what it can take. */
  capabilities: string
  /** Its model and firmware; undefined if it said neither. */
  machine: string | undefined
  own: Partial<Known<TerminalRow>> & { content: TerminalRow }
  rows: Map<string, Known<PersonRow>>
  looks: Map<string, Look>
}

const PAGE = 1000
const MOST_LOOKED = 1000

/** Everything stored about a terminal; undefined if it never connected. */
export async function snapshotOf(
  serialNumber: string,
  adapter: RosterAdapter,
  commands: Pick<CommandQueue, 'look'>,
): Promise<Snapshot | undefined> {
  const found = await adapter.findTerminal(serialNumber)
  checkTerminal(found)
  if (!found) return undefined
  // A new time clock says what it is only by what it uploads; a door terminal registers first.
  const isNewClock = found.family === undefined && found.users !== undefined
  const terminal: Terminal = isNewClock ? { ...found, family: 'attendance' } : found
  const rows = new Map<string, Known<PersonRow>>()
  let own: Snapshot['own'] = { content: { places: 0 } }
  const list = rowsOf((filter) => listRows(adapter, filter), { serialNumber, limit: PAGE })
  for await (const row of list) {
    if (row.pin === '') own = decode<TerminalRow>(row)
    else rows.set(row.pin, decode<PersonRow>(row))
  }
  const { model, firmware, family } = terminal
  const { types, takesPhotos } = capabilitiesOf(terminal)
  const taken = Object.entries(types).map(([type, { free: _, ...one }]) => [type, one])
  const machine = model === undefined && firmware === undefined ? undefined : `${model} ${firmware}`
  const named = [...rows.values()].flatMap(({ content }) => idsIn(content))
  named.push(...idsOfTerminal(own.content))
  return {
    ...{ terminal, machine, own, rows },
    capabilities: digestOf([family, model, firmware, taken, takesPhotos]),
    looks: await looksOf(serialNumber, named, commands),
  }
}

async function looksOf(
  serialNumber: string,
  ids: readonly string[],
  commands: Pick<CommandQueue, 'look'>,
): Promise<Map<string, Look>> {
  const looks = new Map<string, Look>()
  for (let start = 0; start < ids.length; start += MOST_LOOKED) {
    const asked = ids.slice(start, start + MOST_LOOKED)
    const found = await commands.look(asked.map((commandId) => ({ serialNumber, commandId })))
    for (const one of found) {
      if (one === undefined) continue
      const { commandId, state, meaning, reply, attemptsMade } = one
      const { returnCode, rows } = reply ?? {}
      looks.set(commandId, {
        ...{ state, meaning, attemptsMade },
        ...(returnCode !== undefined && { returnCode }),
        ...(rows !== undefined && { rows }),
      })
    }
  }
  return looks
}

/** How many users should be on the terminal; undefined while something is on its way. */
export function expectedUsers(rows: Iterable<Known<PersonRow>>): number | undefined {
  let count = 0
  for (const { content } of rows) {
    if (idsIn(content).length > 0) return undefined
    const { owner, facets, removal, isGone } = content
    if (isGone) continue
    const { user } = facets
    const isThere = user !== undefined && user.failure === undefined
    if (owner === 'foreign' || isThere || removal !== undefined) count++
  }
  return count
}

// What is known of the terminals that commands are for: their family, and whether they ever called.
import { wrong } from '../check.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { Page } from '../page.js'
import type { Family } from '../reply/outcome.js'
import type { Terminal, TerminalFilter, TerminalSummary } from '../terminal/storage.js'
import { checkTerminal, checkTerminalPage } from './answer.js'

/** A family for all terminals, or a function of the serial number. */
export type FamilyOption = Family | ((serialNumber: string) => Awaitable<Family | undefined>)

/** What storage knows of a terminal's family. */
type FoundFamily = Pick<Terminal, 'family' | 'familyRank'>

/** Storage that may know terminals. */
export interface KnowsFamilies {
  /** Finds the terminal, as in `TerminalStorage`, with the family whose return codes it follows. */
  findTerminal?(
    serialNumber: string,
  ): Awaitable<Pick<Terminal, 'family' | 'familyRank'> | null | undefined>
  /** Finds many in one call, as `TerminalStorage` has it. */
  listTerminals?(filter: TerminalFilter): Awaitable<Page<TerminalSummary>>
}

/** What is known of a terminal. */
export interface KnownTerminal {
  /** Missing if nothing says. */
  family?: Family
  /** Whether the option, the terminal itself or what it uploaded says so. */
  isFamilySure?: boolean
  /** False if it never called; undefined if storage can't tell. */
  isSeen?: boolean
}

/**
 * Finds what is known of terminals; every one of them is in the result.
 *
 * @param needs their family, or also whether they ever called
 */
export type TerminalsOf = (
  serialNumbers: Iterable<string>,
  needs: 'family' | 'isSeen',
) => Promise<ReadonlyMap<string, KnownTerminal>>

const MOST_AT_ONCE = 1000

/**
 * Makes a function that finds what is known of terminals: their family is the option's, or else the
 * one that storage knows.
 *
 * @throws TypeError if the option is neither a family nor a function
 */
export function terminalReader(
  option: FamilyOption | undefined,
  adapter: KnowsFamilies,
): TerminalsOf {
  const isFamily = option === 'attendance' || option === 'access'
  if (option !== undefined && !isFamily && typeof option !== 'function') {
    throw wrong('family', option, '"attendance", "access", or a function (serialNumber)')
  }
  return async (serialNumbers, needs) => {
    const distinct = [...new Set(serialNumbers)]
    const isAsked = option === undefined || needs === 'isSeen'
    const known = isAsked ? await knownIn(adapter, distinct) : new Map<string, KnownTerminal>()
    if (option === undefined) return known
    for (const serialNumber of distinct) {
      const family = typeof option === 'function' ? await option(serialNumber) : option
      if (family === undefined) continue
      known.set(serialNumber, { ...known.get(serialNumber), family, isFamilySure: true })
    }
    return known
  }
}

async function knownIn(
  adapter: KnowsFamilies,
  serialNumbers: readonly string[],
): Promise<Map<string, KnownTerminal>> {
  const known = new Map<string, KnownTerminal>()
  const note = (serialNumber: string, terminal: FoundFamily | null | undefined) => {
    const { family, familyRank } = terminal ?? {}
    // What its requests look like proves nothing.
    const isFamilySure = familyRank !== undefined && familyRank !== 'seen'
    known.set(serialNumber, { ...(family && { family, isFamilySure }), isSeen: Boolean(terminal) })
  }
  if (serialNumbers.length > 1 && adapter.listTerminals !== undefined) {
    for (const serialNumber of serialNumbers) note(serialNumber, undefined)
    for (let start = 0; start < serialNumbers.length; start += MOST_AT_ONCE) {
      const asked = serialNumbers.slice(start, start + MOST_AT_ONCE)
      const page = await adapter.listTerminals({ serialNumbers: asked, limit: asked.length })
      checkTerminalPage(page, (serialNumber) => known.has(serialNumber as string))
      for (const terminal of page.rows) note(terminal.serialNumber, terminal)
    }
  } else if (adapter.findTerminal !== undefined) {
    for (const serialNumber of serialNumbers) {
      const terminal = await adapter.findTerminal(serialNumber)
      checkTerminal(terminal)
      note(serialNumber, terminal)
    }
  } else {
    for (const serialNumber of serialNumbers) known.set(serialNumber, {})
  }
  return known
}

// Terminals in memory: one for each serial number that ever connected.
import { checkFilter, cursorOf } from '../filter.js'
import type { Page } from '../kept.js'
import { cut } from '../queue/summary.js'
import {
  type Contact,
  isAsSure,
  type Terminal,
  type TerminalFilter,
  type TerminalStorage,
  type TerminalSummary,
} from '../terminal/storage.js'

/** The calls of the memory adapter on terminals. */
export interface TerminalMemory extends TerminalStorage {
  onContact(contact: Contact): void
  findTerminal(serialNumber: string): Terminal | undefined
  listTerminals(filter: TerminalFilter): Page<TerminalSummary>
}

/** Stores what all contacts of a terminal reported. */
export function terminalMemory(): TerminalMemory {
  const terminals = new Map<string, Terminal>()

  return {
    onContact(contact) {
      const { serialNumber, at, kind: _, options, stamps, family, familyRank, ...facts } = contact
      const known = terminals.get(serialNumber)
      const { firstSeenAt = at, lastSeenAt = at } = known ?? {}
      terminals.set(serialNumber, {
        ...known,
        ...facts,
        ...(isAsSure(familyRank, known?.familyRank) && family && { family }),
        ...(isAsSure(familyRank, known?.familyRank) && familyRank && { familyRank }),
        ...merged('options', known, options),
        ...merged('stamps', known, stamps),
        ...resendOf(known, contact),
        serialNumber,
        firstSeenAt: at < firstSeenAt ? at : firstSeenAt,
        lastSeenAt: at > lastSeenAt ? at : lastSeenAt,
      })
    },
    findTerminal(serialNumber) {
      const terminal = terminals.get(serialNumber)
      return terminal && copyOf(terminal)
    },
    listTerminals(filter) {
      const { limit, place, ...asked } = checkFilter('terminals', filter, ['string'])
      const after = place?.[0]
      const sorted = candidates(terminals, asked.serialNumbers).sort(inOrder)
      const rows = sorted.filter((terminal) => {
        return (after === undefined || terminal.serialNumber > after) && isAsked(terminal, asked)
      })
      const shown = rows.slice(0, limit).map(summaryOf)
      const last = shown.at(-1)
      return rows.length > limit && last !== undefined
        ? { rows: shown, next: cursorOf([last.serialNumber]) }
        : { rows: shown }
    },
  }
}

function candidates(
  terminals: ReadonlyMap<string, Terminal>,
  serialNumbers: readonly string[] | undefined,
): Terminal[] {
  if (serialNumbers === undefined) return [...terminals.values()]
  return [...new Set(serialNumbers)].flatMap((one) => terminals.get(one) ?? [])
}

function isAsked(
  { serialNumber, address = '', model = '', firmware = '', lastSeenAt }: Terminal,
  { search, since, before }: TerminalFilter,
): boolean {
  if (since !== undefined && lastSeenAt < since) return false
  if (before !== undefined && lastSeenAt >= before) return false
  if (search === undefined) return true
  const sought = lowered(search)
  return [serialNumber, address, model, firmware].some((text) => lowered(text).includes(sought))
}

function lowered(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function inOrder({ serialNumber: one }: Terminal, { serialNumber: other }: Terminal): number {
  return one < other ? -1 : 1
}

function merged(
  member: 'options' | 'stamps',
  known: Terminal | undefined,
  told: Record<string, string> | undefined,
): Pick<Terminal, 'options' | 'stamps'> {
  return told === undefined ? {} : { [member]: { ...known?.[member], ...told } }
}

function resendOf(
  { resend: known = {} }: Partial<Terminal> = {},
  { resend = {}, stamps = {} }: Contact,
): Pick<Terminal, 'resend'> {
  const left = Object.entries(known).filter(([table, state]) => {
    return state === 'asked' || !Object.hasOwn(stamps, table)
  })
  const all = { ...Object.fromEntries(left), ...resend }
  return { resend: all }
}

function summaryOf({ options: _, stamps: __, resend: ___, ...summary }: Terminal): TerminalSummary {
  for (const name of ['address', 'firmware', 'model', 'pushVersion'] as const) {
    const text = summary[name]
    if (text !== undefined) summary[name] = cut(text)
  }
  return summary
}

// Changes by a caller must not reach what is stored.
function copyOf({ resend = {}, ...terminal }: Terminal): Terminal {
  const { options, stamps } = terminal
  return {
    ...terminal,
    ...(Object.keys(resend).length > 0 && { resend: { ...resend } }),
    ...(options !== undefined && { options: { ...options } }),
    ...(stamps !== undefined && { stamps: { ...stamps } }),
  }
}

// The view of one terminal: its facts, and a list of its commands, replies, uploads or unparsed
// lines.

import type { KeptLine, KeptRecord } from '../../kept.js'
import type { CommandFilter, CommandState } from '../../queue/storage.js'
import { type ShownBytes, shownBytes } from '../bytes.js'
import { type Form, formsFor } from '../form.js'
import type { MonitorSettings } from '../option.js'
import { momentIn, type Page, pageOf } from '../page.js'
import { type CommandRow, commandRow, textOfRow } from './command-row.js'
import { type TerminalRow, terminalRow } from './terminal-row.js'

/** A line or a record that a terminal sent. Times are milliseconds. */
export interface SentRow extends ShownBytes {
  at: number
  /** A record's type, or where an unparsed line was found. */
  type: string
  kind: string
}

/** A reply. Times are milliseconds. */
export interface ReplyRow {
  commandId: string
  commandName: string
  returnCode: number | null
  outcome: string
  meaning: string
  at: number
}

/** The lists of one terminal. */
export type Tab = 'commands' | 'replies' | 'uploads' | 'unparsed'

/** One terminal. */
export interface TerminalView {
  /** Missing if no terminal with this serial number ever connected. */
  terminal?: TerminalRow & { options: [string, string][]; stamps: [string, string][] }
  tab: Tab
  /** Missing if storage doesn't list it. */
  list?: Page<CommandRow> | Page<ReplyRow> | Page<SentRow>
  /** The commands that can be issued to it with a form. */
  forms?: readonly Form[]
}

const SHOWN_BYTES = 400
const MOST_SCANNED = 2000

/** Reads the view from storage. `sn` of the query names the terminal, `tab` the list. */
export async function terminalView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<TerminalView> {
  const serialNumber = query.get('sn') ?? ''
  const terminal = (await settings.adapter.findTerminal(serialNumber)) ?? undefined
  const tab = tabIn(query)
  const list = await LISTS[tab](settings, serialNumber, query, now, terminal?.family)
  return {
    ...(terminal && {
      terminal: {
        ...terminalRow(terminal, settings, now),
        options: Object.entries(terminal.options ?? {}),
        stamps: Object.entries(terminal.stamps ?? {}),
      },
    }),
    tab,
    ...(list && { list }),
    ...(terminal && settings.commands && { forms: formsFor(terminal.family) }),
  }
}

type List = (
  settings: MonitorSettings,
  serialNumber: string,
  query: URLSearchParams,
  now: Date,
  family: 'attendance' | 'access' | undefined,
) => Promise<TerminalView['list']>

const LISTS: Readonly<Record<Tab, List>> = {
  commands({ adapter }, serialNumber, query, now, family) {
    const filter = commandFilter(query)
    const load = async (limit: number) => {
      const records = await adapter.commands({ ...filter, serialNumber, limit }, now)
      return records.map((record) => commandRow(record, now, family))
    }
    return pageOf(query, load, textOfRow)
  },

  async replies({ adapter }, serialNumber, query) {
    if (adapter.replies === undefined) return undefined
    const load = async (limit: number) => {
      const replies = (await adapter.replies?.({ serialNumber, limit })) ?? []
      return replies.map(({ receivedAt, ...reply }): ReplyRow => {
        const { commandId, commandName, returnCode, outcome, meaning } = reply
        return { commandId, commandName, returnCode, outcome, meaning, at: receivedAt.getTime() }
      })
    }
    return pageOf(query, newestFirst(load), (row) => Object.values(row).join('\n'))
  },

  async uploads({ adapter }, serialNumber, query) {
    const { uploads, attendance } = adapter
    if (uploads === undefined && attendance === undefined) return undefined
    const load = async (limit: number) => {
      const asked = { serialNumber, limit }
      const others = (await adapter.uploads?.(asked)) ?? []
      const attended = (await adapter.attendance?.(asked)) ?? []
      return [...attended, ...others].map(sentRow)
    }
    return pageOf(query, newestFirst(load), textOfSent)
  },

  async unparsed({ adapter }, serialNumber, query) {
    if (adapter.unparsed === undefined && adapter.uploads === undefined) return undefined
    const load = async (limit: number) => {
      const lines = (await adapter.unparsed?.({ serialNumber, limit })) ?? []
      const uploads = (await adapter.uploads?.({ serialNumber, limit: MOST_SCANNED })) ?? []
      const ofReplies = lines.map(({ line, receivedAt }): SentRow => {
        return {
          at: receivedAt.getTime(),
          kind: 'reply',
          type: '',
          ...shownBytes(line, SHOWN_BYTES),
        }
      })
      return [...ofReplies, ...uploads.filter(({ kind }) => kind === 'unparsed').map(sentRow)]
    }
    return pageOf(query, newestFirst(load), textOfSent)
  },
}

/** The filter that a query names by `state` (repeated) and `before`. */
export function commandFilter(query: URLSearchParams): CommandFilter {
  const states = query.getAll('state').filter((state) => state !== '') as CommandState[]
  const before = momentIn(query, 'before')
  return { ...(states.length > 0 && { state: states }), ...(before && { before }) }
}

function tabIn(query: URLSearchParams): Tab {
  const tab = query.get('tab') ?? ''
  return Object.hasOwn(LISTS, tab) ? (tab as Tab) : 'commands'
}

function newestFirst<Row extends { at: number }>(
  load: (limit: number) => Promise<Row[]>,
): (limit: number) => Promise<Row[]> {
  return async (limit) => {
    const rows = await load(limit)
    return rows.sort((one, other) => other.at - one.at).slice(0, limit)
  }
}

function sentRow({ kind, type, receivedAt, raw }: KeptRecord | KeptLine): SentRow {
  return { at: receivedAt.getTime(), kind, type, ...shownBytes(raw, SHOWN_BYTES) }
}

function textOfSent({ type, text, hex }: SentRow): string {
  return `${type}\n${text ?? hex}`
}

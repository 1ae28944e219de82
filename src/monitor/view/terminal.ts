// The view of one terminal: its facts, and a list of its commands, replies, uploads or unparsed
// lines.

import type {
  KeptAttendance,
  KeptAttendanceFilter,
  KeptReplyFilter,
  KeptUpload,
  KeptUploadFilter,
  ListFilter,
} from '../../kept.js'
import type { CommandFilter, CommandState } from '../../queue/storage.js'
import { type ShownBytes, shownBytes } from '../bytes.js'
import { type Form, formsFor } from '../form.js'
import type { MonitorSettings } from '../option.js'
import { momentIn, newestOf, type Page, pageOf } from '../page.js'
import type { MonitorStorage } from '../storage.js'
import { type CommandRow, summaryRow, textOfRow } from './command-row.js'
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
        ...(await terminalRow(terminal, settings, now)),
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
    const filter = { ...commandFilter(query), serialNumber }
    const list = (asked: CommandFilter) => adapter.listCommands(asked, now)
    const load = async (limit: number) => {
      const summaries = await newestOf(list, filter, limit)
      return summaries.map((summary) => summaryRow(summary, now, family))
    }
    return pageOf(query, load, textOfRow)
  },

  async replies({ adapter }, serialNumber, query) {
    if (adapter.listReplies === undefined) return undefined
    const list = (asked: KeptReplyFilter) => adapter.listReplies?.(asked) ?? NOTHING
    const load = async (limit: number) => {
      const replies = await newestOf(list, { serialNumber }, limit)
      return replies.map(({ receivedAt, ...reply }): ReplyRow => {
        const { commandId, commandName, returnCode, outcome, meaning } = reply
        return { commandId, commandName, returnCode, outcome, meaning, at: receivedAt.getTime() }
      })
    }
    return pageOf(query, load, (row) => Object.values(row).join('\n'))
  },

  async uploads({ adapter }, serialNumber, query) {
    const { listUploads, listAttendance } = adapter
    if (listUploads === undefined && listAttendance === undefined) return undefined
    const load = async (limit: number) => {
      const punches = (asked: KeptAttendanceFilter) => adapter.listAttendance?.(asked) ?? NOTHING
      const attended = await newestOf(punches, { serialNumber }, limit)
      return [...attended.map(punchRow), ...(await uploadRows(adapter, { serialNumber }, limit))]
    }
    return pageOf(query, newestFirst(load), textOfSent)
  },

  async unparsed({ adapter }, serialNumber, query) {
    if (adapter.listUnparsed === undefined && adapter.listUploads === undefined) return undefined
    const load = async (limit: number) => {
      const list = (asked: ListFilter) => adapter.listUnparsed?.(asked) ?? NOTHING
      const lines = await newestOf(list, { serialNumber }, limit)
      const ofReplies = lines.map((line) => sentRow({ ...line, kind: 'reply', type: '' }))
      const filter = { serialNumber, kind: 'unparsed' } as const
      return [...ofReplies, ...(await uploadRows(adapter, filter, limit))]
    }
    return pageOf(query, newestFirst(load), textOfSent)
  },
}

const NOTHING = { rows: [] }

async function uploadRows(
  adapter: MonitorStorage,
  filter: KeptUploadFilter,
  limit: number,
): Promise<SentRow[]> {
  const list = (asked: KeptUploadFilter) => adapter.listUploads?.(asked) ?? NOTHING
  return (await newestOf(list, filter, limit)).map(sentRow)
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

function sentRow(sent: Omit<KeptUpload, 'kind'> & { kind: string }): SentRow {
  const { kind, type, receivedAt, raw, size } = sent
  const shown = shownBytes(raw, raw.length, size)
  return { at: receivedAt.getTime(), kind, type, ...shown }
}

// What a list has of it is all there is to see.
function punchRow({ receivedAt, pin, time, status, verify, workCode }: KeptAttendance): SentRow {
  const line = Buffer.from([pin, time, status, verify, workCode].join('\t'))
  const shown = shownBytes(line, SHOWN_BYTES)
  return { at: receivedAt.getTime(), kind: 'attendance', type: 'attlog', ...shown }
}

function textOfSent({ type, text, hex }: SentRow): string {
  return `${type}\n${text ?? hex}`
}

// The view of one command with its reply.
import { cut, type ShownBytes, shownBytes } from '../bytes.js'
import type { MonitorSettings } from '../option.js'
import { withPeople } from './choice.js'
import { type CommandRow, commandRow } from './command-row.js'
import { summaryOf, type TerminalRow, terminalRows } from './terminal-row.js'

/** One command. */
export interface CommandView {
  terminal?: TerminalRow
  /** Missing if storage has neither the command nor a reply to it. */
  command?: CommandRow
  /** Its delivery terms. */
  terms?: { replyWithin: number; key?: string; endsAnswer?: boolean }
  /** The app's own members, each as JSON. */
  members?: [name: string, value: string][]
  /** Its reply. */
  reply?: {
    commandName: string
    returnCode: number | null
    fields: [key: string, value: string][]
    content?: ShownBytes
    raw: ShownBytes
  }
}

const LONGEST_VALUE = 1000
const LONGEST_KEY = 200
const MOST_FIELDS = 20
const MOST_MEMBERS = 10
const MOST_BYTES = 2048
const MOST_CONTENT = 8192

/** Reads the view from storage. `sn` and `id` of the query name the command. */
export async function commandView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<CommandView> {
  const { adapter } = settings
  const serialNumber = query.get('sn') ?? ''
  const [terminal, record] = await Promise.all([
    adapter.findTerminal(serialNumber),
    adapter.findRecord(serialNumber, query.get('id') ?? ''),
  ])
  const [row] = terminal ? await terminalRows([summaryOf(terminal)], settings, now) : []
  const shown = row === undefined ? {} : { terminal: row }
  if (!record) return shown
  const { command, terms, reply } = record
  const shownCommand = commandRow(record, now, terminal?.family)
  const [named] = await withPeople(settings, [shownCommand])
  return {
    ...shown,
    ...(named && { command: named }),
    ...(terms && {
      terms: {
        replyWithin: terms.replyWithin,
        ...(terms.key !== undefined && { key: terms.key }),
        ...(terms.endsAnswer && { endsAnswer: true }),
      },
    }),
    ...(command && { members: membersOf(command) }),
    ...(reply && {
      reply: {
        commandName: reply.commandName,
        returnCode: reply.returnCode,
        fields: fieldsOf(reply.fields),
        ...(reply.content && { content: shownBytes(reply.content, MOST_CONTENT) }),
        raw: shownBytes(reply.raw, MOST_BYTES),
      },
    }),
  }
}

function membersOf(command: object): [string, string][] {
  const {
    serialNumber: _,
    commandId: __,
    text: ___,
    ...members
  } = command as Record<string, unknown>
  const entries = Object.entries(members).slice(0, MOST_MEMBERS)
  return entries.map(([name, value]) => [name, cut(shownValue(value), LONGEST_VALUE)])
}

function fieldsOf(fields: Record<string, string>): [string, string][] {
  const entries = Object.entries(fields).slice(0, MOST_FIELDS)
  return entries.map(([key, value]) => [cut(key, LONGEST_KEY), cut(value, LONGEST_VALUE)])
}

// An app's own members may be of types that JSON lacks.
function shownValue(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

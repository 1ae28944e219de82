// The view of one command with its reply.

import { cut, type ShownBytes, shownBytes } from '../bytes.js'
import type { MonitorSettings } from '../option.js'
import { type CommandRow, commandRow } from './command-row.js'
import { type TerminalRow, terminalRow } from './terminal-row.js'

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
  /** Whether the command can be cancelled or issued again here. */
  canCancel: boolean
  canRetry: boolean
}

const LONGEST_VALUE = 10_000
const MOST_BYTES = 4096
const MOST_CONTENT = 20_000

/** Reads the view from storage. `sn` and `id` of the query name the command. */
export async function commandView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<CommandView> {
  const { adapter, commands } = settings
  const serialNumber = query.get('sn') ?? ''
  const [terminal, record] = await Promise.all([
    adapter.findTerminal(serialNumber),
    adapter.findRecord(serialNumber, query.get('id') ?? ''),
  ])
  const shown = terminal ? { terminal: await terminalRow(terminal, settings, now) } : {}
  if (!record) return { ...shown, canCancel: false, canRetry: false }
  const { command, terms, reply } = record
  const row = commandRow(record, now, terminal?.family)
  const isOpen = row.state === 'waiting' || row.state === 'sent'
  const isGiven = commands !== undefined && command !== undefined
  return {
    ...shown,
    command: row,
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
        fields: Object.entries(reply.fields).map(([key, value]) => [
          key,
          cut(value, LONGEST_VALUE),
        ]),
        ...(reply.content && { content: shownBytes(reply.content, MOST_CONTENT) }),
        raw: shownBytes(reply.raw, MOST_BYTES),
      },
    }),
    canCancel: isGiven && isOpen,
    canRetry: isGiven && !isOpen,
  }
}

function membersOf(command: object): [string, string][] {
  const {
    serialNumber: _,
    commandId: __,
    text: ___,
    ...members
  } = command as Record<string, unknown>
  return Object.entries(members).map(([name, value]) => [name, cut(shownValue(value), 1000)])
}

// An app's own members may be of types that JSON lacks.
function shownValue(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

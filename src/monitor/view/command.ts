// The view of one command with its reply: the beginning of what is long.
import type { ReplyBeginning } from '../../queue/storage.js'
import { cut, type ShownBytes, shownBytes } from '../bytes.js'
import type { MonitorSettings } from '../option.js'
import { withPeople } from './choice.js'
import { type CommandRow, summaryRow } from './command-row.js'
import { type TerminalRow, terminalRows } from './terminal-row.js'

/** One command. */
export interface CommandView {
  terminal?: TerminalRow
  /** Missing if storage has neither the command nor a reply to it. */
  command?: CommandRow
  /** How many bytes its text has, and how many of them are shown; missing if all are. */
  cutText?: { size: number; shown: number }
  /** Its delivery terms. */
  terms?: { replyWithin: number; key?: string; endsAnswer?: boolean }
  /** The app's own members, each as JSON. */
  members?: [name: string, value: string][]
  /** Its reply. */
  reply?: {
    commandName: string
    returnCode: number | null
    fields: [key: string, value: string][]
    hasMoreFields: boolean
    content?: ShownBytes
    raw: ShownBytes
  }
}

const LONGEST_VALUE = 1000
const LONGEST_KEY = 200
const MOST_FIELDS = 20
const MOST_MEMBERS = 10
const MOST_BYTES = 2048

/** Reads the view from storage. `sn` and `id` of the query name the command. */
export async function commandView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<CommandView> {
  const { adapter } = settings
  const serialNumber = query.get('sn') ?? ''
  const [terminal, found] = await Promise.all([
    adapter.findTerminal(serialNumber),
    adapter.findBeginning(serialNumber, query.get('id') ?? ''),
  ])
  const [row] = terminal ? await terminalRows([terminal], settings, now) : []
  const shown = row === undefined ? {} : { terminal: row }
  if (!found) return shown
  const { text, textBytes = 0, members, terms, reply } = found
  const own = summaryRow(found, now, terminal?.family)
  const [named] = await withPeople(settings, [{ ...own, ...(text !== undefined && { text }) }])
  const shownText = Buffer.byteLength(text ?? '')
  return {
    ...shown,
    ...(named && { command: named }),
    ...(shownText < textBytes && { cutText: { size: textBytes, shown: shownText } }),
    ...(terms && {
      terms: {
        replyWithin: terms.replyWithin,
        ...(terms.key !== undefined && { key: terms.key }),
        ...(terms.endsAnswer && { endsAnswer: true }),
      },
    }),
    ...(members && { members: shownMembers(members) }),
    ...(reply && {
      reply: {
        commandName: reply.commandName,
        returnCode: reply.returnCode,
        ...shownFields(reply),
        ...(reply.content && {
          content: shownBytes(reply.content, reply.content.length, reply.contentBytes),
        }),
        raw: shownBytes(reply.raw, MOST_BYTES, reply.rawBytes),
      },
    }),
  }
}

function shownMembers(members: object): [string, string][] {
  const entries = Object.entries(members).slice(0, MOST_MEMBERS)
  return entries.map(([name, value]) => [
    cut(name, LONGEST_KEY),
    cut(shownValue(value), LONGEST_VALUE),
  ])
}

function shownFields({
  fields,
  hasMoreFields,
}: ReplyBeginning): Pick<NonNullable<CommandView['reply']>, 'fields' | 'hasMoreFields'> {
  const all = Object.entries(fields)
  const shown = all.slice(0, MOST_FIELDS)
  return {
    fields: shown.map(([key, value]) => [cut(key, LONGEST_KEY), cut(value, LONGEST_VALUE)]),
    hasMoreFields: hasMoreFields || shown.length < all.length,
  }
}

// An app's own members may be of types that JSON lacks.
function shownValue(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

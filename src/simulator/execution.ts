// What a terminal replies after it has executed a command.
import type { Handling } from './outbox.js'
import { optionsAbout } from './people/fact.js'
import type { TerminalCommand } from './poll.js'
import { batch, type RecordWriter } from './records.js'
import type { Body } from './request.js'
import type { Session } from './session.js'
import type { QueryResult } from './upload.js'

/** Rows that a query asked for. The terminal uploads them, and replies with their number. */
export interface Rows {
  /** The table: `'user'` of access terminals, `'ATTLOG'` of attendance terminals. */
  table: string
  /** Without line ends. */
  rows: readonly string[]
  /** Of access terminals; `'tabledata'` by default. */
  type?: NonNullable<QueryResult['type']>
  /** Their number by default. */
  returnCode?: number
}

/** Ordinary uploads that a query asked for: nothing ties them to it. They precede the reply. */
export interface Uploads {
  /** In order; the rows are without line ends. */
  uploads: readonly { table: string; rows: readonly string[] }[]
  returnCode: number
}

/**
 * The result of a command: its return code, the rows that it asked for, or the raw record (or
 * records) to reply with. With nothing, the terminal never replies.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement returns void
export type Execution = number | Rows | Uploads | Body | undefined | void

/** Executes a command in place of a terminal. */
export type Execute = (command: TerminalCommand) => Execution | Promise<Execution>

/** The body that replies to a command; undefined if the terminal never replies. */
export function recordOf(
  { commandId, text }: TerminalCommand,
  execution: Exclude<Execution, Rows | Uploads>,
  records: RecordWriter,
  { identity, people }: Session,
): Buffer | undefined {
  if (execution === undefined) return undefined
  if (typeof execution !== 'number') return batch(isRecord(execution) ? [execution] : execution)
  const name = commandNameOf(text, identity.dialect.family === 'access')
  if (name === 'Shell') return records.shell(commandId, execution, '')
  if (name !== 'INFO') return records.reply(commandId, execution, name)
  const options = {
    '~SerialNumber': identity.serialNumber,
    FWVersion: identity.firmware,
    ...(people && optionsAbout(people)),
  }
  return records.info(commandId, options, execution)
}

/** Whether these are uploads. */
export const isUploads = (execution: Execution): execution is Uploads =>
  typeof execution === 'object' && 'uploads' in execution

/** Whether these are rows. */
export const isRows = (execution: Execution): execution is Rows =>
  typeof execution === 'object' && 'rows' in execution

/** The return code if there are rows, else what the result is. */
export function returnCodeOf(execution: Execution): Exclude<Execution, Rows | Uploads> {
  if (isUploads(execution)) return execution.returnCode
  return isRows(execution) ? (execution.returnCode ?? execution.rows.length) : execution
}

const isRecord = (body: Body): body is string | Uint8Array =>
  typeof body === 'string' || body instanceof Uint8Array

/** How firmware posts the reply to a command. */
export function handlingOf(text: string): Handling {
  const [verb] = wordsOf(text)
  if (verb === 'INFO') return 'alone'
  return verb === 'SHELL' || verb === 'GETFILE' ? 'once' : 'batched'
}

/** Whether the terminal restarts once it has replied. */
export const isReboot = (text: string): boolean => /^(REBOOT|CONTROL DEVICE 03)/i.test(text)

/** Whether the terminal repeats its handshake once it has replied. */
export const isCheck = (text: string): boolean => wordsOf(text)[0] === 'CHECK'

const NAMES: Record<string, string> = { SHELL: 'Shell', GETFILE: 'GetFile', PUTFILE: 'PutFile' }
const IN_TWO_WORDS = new Set(['SET', 'GET', 'RELOAD', 'VERIFY', 'CONTROL'])

/** `CMD` of the reply, which is shorter than the command, and not always spelled like it. */
function commandNameOf(text: string, isAccess: boolean): string {
  const [verb = '', object = ''] = wordsOf(text)
  if (verb === 'CLEAR') return `CLEAR_${object}`
  if (IN_TWO_WORDS.has(verb) || (verb === 'DATA' && isAccess)) return `${verb} ${object}`
  return NAMES[verb] ?? verb
}

const wordsOf = (text: string) => text.toUpperCase().split(/[ \t]/, 2)

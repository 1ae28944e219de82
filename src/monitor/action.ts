// The actions on the page: cancel a command, issue it again, issue a new one.
import type { IncomingMessage } from 'node:http'
import { readBody } from '../endpoint/body.js'
import { IclockError } from '../endpoint/errors.js'
import type { NewCommand } from '../queue/issue.js'
import type { CommandRecord } from '../queue/storage.js'
import { commandOf } from './form.js'
import { refusalOf } from './guard.js'
import type { MonitorSettings } from './option.js'

/** What somebody wants to do on the page. */
export interface MonitorAction {
  /**
   * Cancel a command, issue it again, or issue the command of a form; let in a terminal that was
   * refused, or only take it off the list.
   */
  action: 'cancel' | 'retry' | 'give' | 'approve' | 'leave'
  serialNumber: string
  /** The command of `cancel` and `retry`. */
  commandId?: string
  /** The form of `give`, such as `openDoor`. */
  form?: string
  /** The text of the command that is cancelled or issued. */
  text?: string
}

/**
 * The response to an action: its status and, as JSON, the id of the command or an error in words.
 */
export interface ActionAnswer {
  status: number
  body: { commandId: string } | { serialNumber: string } | { error: string; member?: string }
}

const LIMIT = 65_536

/** Runs the action that a request asks for. Rejects with the errors of storage. */
export async function act(settings: MonitorSettings, req: IncomingMessage): Promise<ActionAnswer> {
  const refusal = refusalOf(req)
  if (refusal !== undefined) return failed(403, `refused, because ${refusal}`)
  const asked = await askedFor(req)
  if (asked === undefined) return failed(400, 'the body must be a JSON object')
  const serialNumber = String(asked.serialNumber ?? '')
  const { action } = asked
  if (action === 'approve' || action === 'leave') return decide(settings, req, serialNumber, action)
  if (settings.commands === undefined) return failed(404, 'the app has not allowed actions')
  if (action === 'give') return give(settings, req, serialNumber, asked)
  if (action !== 'cancel' && action !== 'retry') return failed(400, 'no such action')
  const commandId = String(asked.commandId ?? '')
  const record = await settings.adapter.findRecord(serialNumber, commandId)
  if (!record?.command) return failed(404, 'there is no such command')
  const { text } = record.command
  if (!(await isAllowed(settings, req, { action, serialNumber, commandId, text }))) return FORBIDDEN
  return action === 'cancel' ? cancel(settings, record) : retry(settings, record)
}

const FORBIDDEN = failed(403, 'your login does not allow it')

async function isAllowed(
  settings: MonitorSettings,
  req: IncomingMessage,
  action: MonitorAction,
): Promise<boolean> {
  return (await settings.mayAct(req, action)) === true
}

/** Lets in a terminal that was refused, or takes it off the list. */
async function decide(
  settings: MonitorSettings,
  req: IncomingMessage,
  serialNumber: string,
  action: 'approve' | 'leave',
): Promise<ActionAnswer> {
  const { adapter, approve } = settings
  if (approve === undefined) return failed(404, 'the app has not allowed actions')
  const refused = (await adapter.listRefused?.()) ?? []
  const isKnown = refused.some((one) => one.serialNumber === serialNumber)
  if (!isKnown) return failed(404, 'no such terminal was refused')
  if (!(await isAllowed(settings, req, { action, serialNumber }))) return FORBIDDEN
  if (action === 'approve') await approve(serialNumber, req)
  await adapter.forgetRefused?.({ serialNumber })
  return { status: 200, body: { serialNumber } }
}

async function cancel({ commands }: MonitorSettings, record: CommandRecord): Promise<ActionAnswer> {
  const { command } = record
  if (commands === undefined || command === undefined) return failed(404, 'no such command')
  const isCancelled = await commands.cancel(command)
  if (!isCancelled) return failed(409, 'it has ended already')
  return { status: 200, body: { commandId: command.commandId } }
}

async function retry(settings: MonitorSettings, record: CommandRecord): Promise<ActionAnswer> {
  const { command, terms, issuedAt } = record
  if (command === undefined) return failed(404, 'no such command')
  const state = await settings.commands?.state(command)
  if (state === 'waiting' || state === 'sent') return failed(409, 'it has not ended yet')
  const { serialNumber, commandId: _, text, ...members } = command
  const again: NewCommand = {
    text,
    ...(terms && { attempts: terms.attempts, replyWithin: terms.replyWithin }),
    ...(terms?.key !== undefined && { key: terms.key }),
    ...(terms?.endsAnswer !== undefined && { endsAnswer: terms.endsAnswer }),
    ...(terms?.expiresAt &&
      issuedAt && { expiresAfter: Math.max(1, terms.expiresAt.getTime() - issuedAt.getTime()) }),
  }
  return issue(settings, serialNumber, again, members)
}

async function give(
  settings: MonitorSettings,
  req: IncomingMessage,
  serialNumber: string,
  { form: asked, values }: Record<string, unknown>,
): Promise<ActionAnswer> {
  const terminal = await settings.adapter.findTerminal(serialNumber)
  if (!terminal) return failed(404, 'there is no such terminal')
  const form = String(asked)
  if (typeof values !== 'object' || values === null) return failed(400, 'values must be an object')
  let command: NewCommand | undefined
  try {
    command = commandOf(form, values as Record<string, unknown>, terminal.family)
  } catch (error) {
    return refusedBy(error)
  }
  if (command === undefined) return failed(404, 'there is no such form')
  const { text } = command
  if (!(await isAllowed(settings, req, { action: 'give', serialNumber, form, text })))
    return FORBIDDEN
  return issue(settings, serialNumber, command)
}

async function issue(
  { commands }: MonitorSettings,
  serialNumber: string,
  command: NewCommand,
  members: object = {},
): Promise<ActionAnswer> {
  try {
    const issued = await commands?.issue(serialNumber, command, { members })
    return { status: 200, body: { commandId: issued?.commandId ?? '' } }
  } catch (error) {
    // Refused by the queue, such as text that the encoding lacks.
    const isRefused = error instanceof IclockError && error.status === 400
    if (isRefused || (error instanceof TypeError && error.message.startsWith(OWN))) {
      return refusedBy(error)
    }
    throw error
  }
}

const OWN = 'express-iclock: '

// How a builder of commands begins its message about a value.
const OF_MEMBER = /^[\w.]+: "(\w+)" /

// The page shows it beside the field.
function refusedBy(error: unknown): ActionAnswer {
  const message = error instanceof Error ? error.message : String(error)
  const words = message.startsWith(OWN) ? message.slice(OWN.length) : message
  const [start = '', member] = OF_MEMBER.exec(words) ?? []
  const shown = words.slice(start.length)
  return { status: 400, body: { error: shown, ...(member !== undefined && { member }) } }
}

function failed(status: number, error: string): ActionAnswer {
  return { status, body: { error } }
}

async function askedFor(
  req: IncomingMessage & { body?: unknown },
): Promise<Record<string, unknown> | undefined> {
  // A parser of the app may have read it.
  const isRead = typeof req.body === 'object' && req.body !== null && !Buffer.isBuffer(req.body)
  try {
    const asked: unknown = isRead ? req.body : JSON.parse(String(await readBody(req, LIMIT)))
    const isObject = typeof asked === 'object' && asked !== null && !Array.isArray(asked)
    return isObject ? (asked as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

// The actions on one command: cancel it, issue it again, issue a new one.
import type { NewCommand } from '../queue/issue.js'
import type { CommandRecord } from '../queue/storage.js'
import {
  type Act,
  type ActionAnswer,
  FORBIDDEN,
  failed,
  isAllowed,
  isRefusal,
  NOT_OFFERED,
  refusedBy,
} from './action.js'
import { commandOf } from './form.js'
import type { MonitorSettings } from './option.js'

/** Cancels a command, or issues it again. */
export const change: Act = async (settings, req, asked) => {
  if (settings.commands === undefined) return NOT_OFFERED
  const serialNumber = String(asked.serialNumber ?? '')
  const commandId = String(asked.commandId ?? '')
  const action = asked.action === 'cancel' ? 'cancel' : 'retry'
  const record = await settings.adapter.findRecord(serialNumber, commandId)
  if (!record?.command) return failed(404, 'there is no such command')
  const { text } = record.command
  if (!(await isAllowed(settings, req, { action, serialNumber, commandId, text }))) return FORBIDDEN
  return action === 'cancel' ? cancel(settings, record) : retry(settings, record)
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

/** Issues the command of a form to one terminal. */
export const give: Act = async (settings, req, { form: asked, values, ...rest }) => {
  if (settings.commands === undefined) return NOT_OFFERED
  const serialNumber = String(rest.serialNumber ?? '')
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
    if (isRefusal(error)) return refusedBy(error)
    throw error
  }
}

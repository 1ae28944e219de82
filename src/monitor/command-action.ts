// The actions on one command: cancel it, issue it again, issue a new one.
import type { NewCommand } from '../queue/issue.js'
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

/** Cancels a command. */
export const cancel: Act = async (settings, req, asked) => {
  const { adapter, commands } = settings
  if (commands === undefined) return NOT_OFFERED
  const { serialNumber, commandId } = namedIn(asked)
  const { text } = (await adapter.findBeginning(serialNumber, commandId)) ?? {}
  if (text === undefined) return UNKNOWN
  const action = { action: 'cancel', serialNumber, commandId, text } as const
  if (!(await isAllowed(settings, req, action))) return FORBIDDEN
  const isCancelled = await commands.cancel({ serialNumber, commandId })
  return isCancelled ? { status: 200, body: { commandId } } : failed(409, 'it has ended already')
}

/** Issues a command again, with its whole text. */
export const retry: Act = async (settings, req, asked) => {
  const { adapter, commands } = settings
  if (commands === undefined) return NOT_OFFERED
  const { serialNumber, commandId } = namedIn(asked)
  const { command, terms, issuedAt } = (await adapter.findRecord(serialNumber, commandId)) ?? {}
  if (command === undefined) return UNKNOWN
  const { serialNumber: _, commandId: __, text, ...members } = command
  const action = { action: 'retry', serialNumber, commandId, text } as const
  if (!(await isAllowed(settings, req, action))) return FORBIDDEN
  const state = await commands.state(command)
  if (state === 'waiting' || state === 'sent') return failed(409, 'it has not ended yet')
  // The PIN may be another person's by now, and only the roster knows.
  if (terms?.fence !== undefined) {
    return failed(409, 'it is a command of the roster, which sends it again if it is still wanted')
  }
  const again: NewCommand = {
    text,
    ...(terms && { attempts: terms.attempts, replyWithin: terms.replyWithin }),
    ...(terms?.key !== undefined && { key: terms.key }),
    ...(terms?.endsAnswer !== undefined && { endsAnswer: terms.endsAnswer }),
    ...(terms?.urgent && { urgent: true }),
    ...(terms?.expiresAt &&
      issuedAt && { expiresAfter: Math.max(1, terms.expiresAt.getTime() - issuedAt.getTime()) }),
  }
  return issue(settings, serialNumber, again, members)
}

const UNKNOWN = failed(404, 'there is no such command')

function namedIn({ serialNumber = '', commandId = '' }: Readonly<Record<string, unknown>>) {
  return { serialNumber: String(serialNumber), commandId: String(commandId) }
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

// What somebody may do on the page, and how the page answers.
import type { IncomingMessage } from 'node:http'
import { complaintOf } from '../commands/refusal.js'
import { IclockError } from '../endpoint/errors.js'
import type { MonitorSettings } from './option.js'
import type { Plan } from './plan.js'

/** What somebody wants to do on the page. */
export interface MonitorAction {
  /**
   * Cancel a command, issue it again, or issue the command of a form; let in a terminal that was
   * refused, or only take it off the list; see what the roster would do about a terminal, or have it
   * done.
   */
  action: 'cancel' | 'retry' | 'give' | 'approve' | 'leave' | 'plan' | 'apply'
  /**
   * The terminal; missing if the page asks what to offer for many terminals: return true if the
   * person may do it to any of them.
   */
  serialNumber?: string
  /** The command of `cancel` and `retry`. */
  commandId?: string
  /** The form of `give`, such as `openDoor`; missing if the page asks whether there is any. */
  form?: string
  /** The text of the command that is issued, or the first 4,096 characters of one that is cancelled. */
  text?: string
  /** The people whom `apply` may delete from the terminal. */
  pins?: readonly string[]
}

/**
 * The response to an action: its status and, as JSON, the id of the command or an error in words.
 */
export interface ActionAnswer {
  status: number
  body:
    | { commandId: string }
    | { serialNumber: string }
    | { sending: string }
    | { plan: Plan }
    | { error: string; member?: string }
}

/** Carries out an action; `asked` is the body of the request. */
export type Act = (
  settings: MonitorSettings,
  req: IncomingMessage,
  asked: Readonly<Record<string, unknown>>,
) => Promise<ActionAnswer>

/** An answer that says why something was not done. */
export function failed(status: number, error: string): ActionAnswer {
  return { status, body: { error } }
}

/** The answer to what the app's `mayAct` doesn't allow. */
export const FORBIDDEN: ActionAnswer = failed(403, 'your login does not allow it')

/** The answer to what the app gave the page no option for. */
export const NOT_OFFERED: ActionAnswer = failed(404, 'the app has not allowed actions')

/** Asks the app whether an action is allowed. */
export async function isAllowed(
  settings: MonitorSettings,
  req: IncomingMessage,
  action: MonitorAction,
): Promise<boolean> {
  return (await settings.mayAct(req, action)) === true
}

const OWN = 'express-iclock: '

/** The answer to a value that was refused: its field, and why. */
export function refusedBy(error: unknown, status = 400): ActionAnswer {
  const message = error instanceof Error ? error.message : String(error)
  const { complaint, ...about } = complaintOf(message)
  return { status, body: { error: complaint, ...about } }
}

/** Whether the queue refused a value, such as text that the encoding lacks. */
export function isRefusal(error: unknown): boolean {
  const isRefused = error instanceof IclockError && error.status === 400
  return isRefused || (error instanceof TypeError && error.message.startsWith(OWN))
}

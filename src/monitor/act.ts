// Runs the action that a request asks for.
import type { IncomingMessage } from 'node:http'
import { readBody } from '../endpoint/body.js'
import { type Act, type ActionAnswer, failed, type MonitorAction } from './action.js'
import { cancel, give, retry } from './command-action.js'
import { refusalOf } from './guard.js'
import { giveMany } from './many-action.js'
import type { MonitorSettings } from './option.js'
import { decide } from './refused-action.js'
import { apply, plan } from './roster-action.js'

const LIMIT = 65_536

// `mayAct` is asked about `giveMany` as about `give`, terminal by terminal.
type Name = MonitorAction['action'] | 'giveMany'

const ACTIONS: Readonly<Record<Name, Act>> = {
  cancel,
  retry,
  give,
  giveMany,
  approve: decide,
  leave: decide,
  plan,
  apply,
}

/** Runs the action that a request asks for. Rejects with the errors of storage. */
export async function act(settings: MonitorSettings, req: IncomingMessage): Promise<ActionAnswer> {
  const refusal = refusalOf(req)
  if (refusal !== undefined) return failed(403, `refused, because ${refusal}`)
  const asked = await askedFor(req)
  if (asked === undefined) return failed(400, 'the body must be a JSON object')
  const action = String(asked.action)
  if (!Object.hasOwn(ACTIONS, action)) return failed(400, 'no such action')
  return ACTIONS[action as Name](settings, req, asked)
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

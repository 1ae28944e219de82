// The endpoint over node:http: one straight line from request to answer. It knows no framework.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { inspect } from 'node:util'
import type { IssuedCommand, StorageAdapter } from './adapter.js'
import { readBody } from './body.js'
import { CommandReplyError, quoted } from './errors.js'
import {
  type CommandReplyHandlerOptions,
  type HandlerSettings,
  handlerSettings,
} from './options.js'
import { type CommandReply, parseReplies } from './reply.js'

const SERIAL_NUMBER_KEY = /^sn(\[|$)/i
// Control characters, and what stands for octets that are no UTF-8.
const NO_SERIAL_NUMBER = /[\p{Cc}\ufffd]/u

/**
 * Makes the endpoint for `POST /iclock/devicecmd` (PUSH manual, "Command Reply") as a plain function, for
 * `node:http` and for any framework on it. It looks at neither path nor method.
 *
 * It answers `200 OK` once storage has every reply of the body. What goes wrong is handed to `next`, this package's errors
 * with `status` and `code`; without `next` the answer is the error's status, or 500, and one line of text.
 *
 * @throws TypeError where an option is wrong
 */
export function commandReplyHandler<Issued extends IssuedCommand>(
  options: CommandReplyHandlerOptions<Issued>,
): (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void) => void {
  return handlerOn(handlerSettings(options))
}

/** The endpoint, on options that were checked. */
export function handlerOn<Issued extends IssuedCommand>(
  settings: HandlerSettings<Issued>,
): (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void) => void {
  return (req, res, next) => {
    keepReplies(req, settings)
      .then(() => answerOk(res))
      .catch((reason) => (next ?? answerError(res))(errorOf(reason)))
  }
}

async function keepReplies<Issued extends IssuedCommand>(
  req: IncomingMessage,
  { adapter, limit, encoding, timeout, authorize }: HandlerSettings<Issued>,
): Promise<void> {
  const serialNumber = serialNumberOf(req)
  if (authorize !== undefined) {
    const answer = async () => authorize(serialNumber, req)
    if (!(await inTime(timeout, 'authorize', answer))) throw notAuthorized(serialNumber)
  }
  const body = await readBody(req, limit)
  const { replies, unread } = parseReplies(body, serialNumber, encoding)
  await inTime(timeout, 'storage', async (isLate) => {
    await keepInStorage(replies, serialNumber, adapter, isLate)
    if (unread.length > 0 && !isLate()) {
      await keepUnread(unread, serialNumber, replies.length, adapter)
    }
  })
}

/** Runs a work that can ask, between its steps, whether its time is over. */
function inTime<T>(
  timeout: number,
  what: string,
  work: (isLate: () => boolean) => Promise<T>,
): Promise<T> {
  if (timeout === 0) return work(() => false)
  return new Promise((resolve, reject) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      const message = `No word from ${what} for ${timeout} ms; the device sends again.`
      reject(new CommandReplyError('STORAGE_TIMEOUT', message))
    }, timeout)
    const stop = () => clearTimeout(timer)
    work(() => late)
      .then(resolve, reject)
      .then(stop)
  })
}

function serialNumberOf({ url = '' }: IncomingMessage): string {
  const queryStart = url.indexOf('?')
  const query = queryStart === -1 ? '' : url.slice(queryStart + 1)
  const claims = [...new URLSearchParams(query)].filter(([key]) => SERIAL_NUMBER_KEY.test(key))
  const [claim] = claims
  if (claims.length !== 1 || claim === undefined || claim[0].length > 2 || !claim[1].trim()) {
    throw new CommandReplyError(
      'SERIAL_NUMBER_MISSING',
      `The query must name the device once, as in ?SN=0316144680030; it is ${quoted(query)}.`,
    )
  }
  const serialNumber = claim[1]
  if (serialNumber.length > 64 || NO_SERIAL_NUMBER.test(serialNumber)) {
    throw new CommandReplyError(
      'SERIAL_NUMBER_INVALID',
      `No terminal has the serial number ${quoted(serialNumber)}: it is at most 64 characters, none of them a control character.`,
    )
  }
  return serialNumber
}

function notAuthorized(serialNumber: string): CommandReplyError {
  const message = `Device ${quoted(serialNumber)} may not report here: authorize refused it.`
  return new CommandReplyError('DEVICE_NOT_AUTHORIZED', message)
}

async function keepInStorage<Issued extends IssuedCommand>(
  replies: readonly CommandReply[],
  serialNumber: string,
  adapter: StorageAdapter<Issued>,
  isLate: () => boolean,
): Promise<void> {
  if (replies.length > 1 && adapter.findCommands && adapter.onReplies) {
    const ids = new Set(replies.map(({ commandId }) => commandId))
    const commands = new Map<string, Issued>()
    for (const command of await adapter.findCommands(serialNumber, [...ids])) {
      checkIsOwn(command, serialNumber, ids)
      commands.set(command.commandId, command)
    }
    if (isLate()) return
    return adapter.onReplies(
      replies.map((reply) => ({ reply, command: commands.get(reply.commandId) })),
    )
  }
  for (const reply of replies) {
    const command = (await adapter.findCommand(serialNumber, reply.commandId)) ?? undefined
    if (command !== undefined) checkIsOwn(command, serialNumber, new Set([reply.commandId]))
    if (isLate()) return
    await adapter.onReply(reply, command)
  }
}

// A reply counts only for the device that the command was issued to, whatever a database takes for equal.
function checkIsOwn(command: IssuedCommand, serialNumber: string, ids: ReadonlySet<string>): void {
  if (command.serialNumber === serialNumber && ids.has(command.commandId)) return
  throw new CommandReplyError(
    'COMMAND_MISMATCH',
    `The adapter was asked for commands of device ${quoted(serialNumber)} with the id ${quoted([...ids].join(' or '))} and ` +
      `found { serialNumber: ${shown(command.serialNumber)}, commandId: ${shown(command.commandId)} }: ` +
      'it must compare both as text, exactly, and find nothing where there is none.',
  )
}

async function keepUnread<Issued extends IssuedCommand>(
  unread: readonly Buffer[],
  serialNumber: string,
  kept: number,
  adapter: StorageAdapter<Issued>,
): Promise<void> {
  if (adapter.onUnread !== undefined) return adapter.onUnread(unread, serialNumber)
  const first = quoted(String(unread[0]?.toString('latin1', 0, 80)))
  throw new CommandReplyError(
    'UNREADABLE_REPLY',
    `Lines of the body that are no reply: ${unread.length}, the first of them ${first}; replies kept: ${kept}. ` +
      'An adapter with onUnread keeps such lines, and the answer is OK.',
  )
}

function answerOk(res: ServerResponse): void {
  if (res.headersSent) return
  res.writeHead(200, {
    // The device sets its clock by it; an app may have switched Node's own off.
    Date: new Date().toUTCString(),
    'Content-Type': 'text/plain',
    'Content-Length': 2,
    Pragma: 'no-cache',
    'Cache-Control': 'no-store',
  })
  res.end('OK')
}

/** What errors say of the answer: this package's, and those that http-errors makes. */
interface HttpError extends Error {
  status: number
  statusCode: number
  expose: boolean
}

function answerError(res: ServerResponse): (error: unknown) => void {
  return (error) => {
    if (res.headersSent) {
      res.destroy()
      return
    }
    const { statusCode, status = statusCode, expose, message } = error as Partial<HttpError>
    const isStatus = status !== undefined && status >= 400 && status < 600
    const answered = isStatus ? status : 500
    const line = expose === true && message ? message : STATUS_CODES[answered]
    res.writeHead(answered, { 'Content-Type': 'text/plain; charset=utf-8' })
    res.end(`${line}\n`)
  }
}

// To Express's next() nothing, 'route' and 'router' are no errors: it would go on, and lose the failure.
function errorOf(reason: unknown): unknown {
  if (typeof reason === 'object' && reason !== null) return reason
  return new Error(`The adapter or authorize failed with ${shown(reason)}, which is no Error.`, {
    cause: reason,
  })
}

function shown(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : inspect(value, { depth: 0 })
}

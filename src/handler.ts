// The endpoint over node:http: one straight line from request to answer. It knows no framework.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { inspect } from 'node:util'
import type { Awaitable, IssuedCommand, StorageAdapter } from './adapter.js'
import { readBody } from './body.js'
import { CommandReplyError, quoted } from './errors.js'
import {
  type CommandReplyHandlerOptions,
  type HandlerSettings,
  handlerSettings,
} from './options.js'
import { type ParsedReplies, parseReplies } from './reply.js'

// The query of nearly every post, which needs no decoding.
const PLAIN_QUERY = /^[^?]*\?SN=([\w-]{1,64})$/i
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
    receive(req, res, settings).catch((reason) => (next ?? answerError(res))(errorOf(reason)))
  }
}

async function receive<Issued extends IssuedCommand>(
  req: IncomingMessage,
  res: ServerResponse,
  settings: HandlerSettings<Issued>,
): Promise<void> {
  const serialNumber = serialNumberOf(req)
  if (settings.authorize !== undefined) await checkIsAuthorized(serialNumber, req, settings)
  const body = await readBody(req, settings.limit)
  const parsed = parseReplies(body, serialNumber, settings.encoding)
  await keepInStorage(parsed, serialNumber, settings)
  answerOk(res)
}

function serialNumberOf({ url = '' }: IncomingMessage): string {
  const plain = PLAIN_QUERY.exec(url)?.[1]
  if (plain !== undefined) return plain
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

async function checkIsAuthorized<Issued extends IssuedCommand>(
  serialNumber: string,
  req: IncomingMessage,
  { authorize, timeout }: HandlerSettings<Issued>,
): Promise<void> {
  const deadline = new Deadline(timeout, 'authorize')
  try {
    if (await deadline.wait(authorize?.(serialNumber, req))) return
  } finally {
    deadline.end()
  }
  const message = `Device ${quoted(serialNumber)} may not report here: authorize refused it.`
  throw new CommandReplyError('DEVICE_NOT_AUTHORIZED', message)
}

async function keepInStorage<Issued extends IssuedCommand>(
  { replies, unread }: ParsedReplies,
  serialNumber: string,
  { adapter, timeout }: HandlerSettings<Issued>,
): Promise<void> {
  const deadline = new Deadline(timeout, 'storage')
  try {
    if (replies.length > 1 && adapter.findCommands && adapter.onReplies) {
      const ids = new Set(replies.map(({ commandId }) => commandId))
      const commands = new Map<string, Issued>()
      for (const command of await deadline.wait(adapter.findCommands(serialNumber, [...ids]))) {
        checkIsOwn(command, serialNumber, ids)
        commands.set(command.commandId, command)
      }
      const answered = replies.map((reply) => ({ reply, command: commands.get(reply.commandId) }))
      await deadline.wait(adapter.onReplies(answered))
    } else {
      for (const reply of replies) {
        const found = deadline.wait(adapter.findCommand(serialNumber, reply.commandId))
        // To await what is there at once would cost as much as reading the record.
        const command = (isThenable(found) ? await found : found) ?? undefined
        if (command !== undefined) checkIsOwn(command, serialNumber, new Set([reply.commandId]))
        const kept = deadline.wait(adapter.onReply(reply, command))
        if (isThenable(kept)) await kept
      }
    }
    if (unread.length > 0) {
      await deadline.wait(keepUnread(unread, serialNumber, replies.length, adapter))
    }
  } finally {
    deadline.end()
  }
}

/** The time that storage, or authorize, may take for a request. Only where something has to be waited for is there a timer. */
class Deadline {
  readonly timeout: number
  readonly who: string
  timer: NodeJS.Timeout | undefined = undefined
  giveUp: (reason: Error) => void = () => {}

  constructor(timeout: number, who: string) {
    this.timeout = timeout
    this.who = who
  }

  /** What came of a call; it rejects once the time is over, so that nothing more is handed over. */
  wait<T>(answer: Awaitable<T>): Awaitable<T> {
    if (this.timeout === 0 || !isThenable(answer)) return answer
    this.timer ??= setTimeout(() => this.giveUp(this.error()), this.timeout)
    return new Promise<T>((resolve, reject) => {
      this.giveUp = reject
      answer.then(resolve, reject)
    })
  }

  end(): void {
    clearTimeout(this.timer)
  }

  error(): CommandReplyError {
    const message = `No word from ${this.who} for ${this.timeout} ms; the device sends again.`
    return new CommandReplyError('STORAGE_TIMEOUT', message)
  }
}

function isThenable<T>(answer: Awaitable<T>): answer is PromiseLike<T> {
  return typeof (answer as PromiseLike<T> | undefined)?.then === 'function'
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

function keepUnread<Issued extends IssuedCommand>(
  unread: readonly Buffer[],
  serialNumber: string,
  kept: number,
  adapter: StorageAdapter<Issued>,
): Awaitable<void> {
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

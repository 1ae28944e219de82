// Everything a terminal asks for as one Express router: a table of endpoints, each with its place.
import { type Request, type Response, Router } from 'express'
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { Handler } from '../endpoint/endpoint.js'
import {
  checkAdapter,
  checkNames,
  ENDPOINT_OPTIONS,
  type EndpointOptions,
} from '../endpoint/options.js'
import { DELIVERY_CALLS, type DeliveryOptions, deliveryEndpoint } from '../queue/handler.js'
import type { CommandStorage } from '../queue/storage.js'
import { type CommandReplyHandlerOptions, replyEndpoint } from '../reply/handler.js'
import type { ReplyStorage } from '../reply/storage.js'
import { noticeMount } from './mount.js'

/** What `terminalRouter` needs of storage; `memoryAdapter()` has it all. */
export type TerminalAdapter<Issued extends IssuedCommand = IssuedCommand> = ReplyStorage<Issued> &
  Pick<CommandStorage<Issued>, 'openCommands' | 'claim'>

/** The options of `terminalRouter`. Those of a single endpoint nest under its name, so that they open nothing else. */
export interface TerminalRouterOptions<Issued extends IssuedCommand = IssuedCommand>
  extends EndpointOptions {
  /** The storage of all endpoints. */
  adapter: TerminalAdapter<Issued>
  /**
   * The encoding of text that is not ASCII, read and written, a `TextDecoder` label: `'utf-8'` by default, `'gb18030'` for
   * Chinese-language devices.
   */
  encoding?: string
  /** As for every endpoint, with the request of Express: `req.ip` and what else it has. */
  authorize?(serialNumber: string, req: Request): Awaitable<boolean>
  /** What concerns replies to commands alone. */
  reply?: Pick<CommandReplyHandlerOptions<Issued>, 'limit'>
  /** How commands are handed out. */
  delivery?: DeliveryOptions
}

/** An endpoint and the name that terminals know it by. */
interface Place {
  name: string
  methods: readonly ('get' | 'post')[]
  handler: Handler
}

const OPTIONS = ['adapter', 'encoding', 'reply', 'delivery', ...ENDPOINT_OPTIONS]
// The second is what terminals ask for if somebody typed the first into their server address.
const FOLDERS = ['/iclock', '/iclock/iclock']
const SMALLER =
  'an adapter that has only findCommand and onReply fits commandReplyRouter, which serves devicecmd alone'

/**
 * Makes an Express router that answers everything a terminal asks for: `getrequest` and `devicecmd` (PUSH manual, "Get
 * Request", "Command Reply"), below `/iclock/` and `/iclock/iclock/`, in any letter case, with or without `.aspx` and a
 * trailing slash. Mount it before body parsers, at the root or under any path.
 *
 * Errors go to the app's error handler, this package's with `status` and `code`. Other methods and paths go on to the app;
 * those below `/iclock/` can be watched on the diagnostics channel `express-iclock:unknown`.
 *
 * @example
 * const adapter = memoryAdapter()
 * app.use(terminalRouter({ adapter }))
 * const commands = commandQueue(adapter)
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 */
export function terminalRouter<Issued extends IssuedCommand>(
  options: TerminalRouterOptions<Issued>,
): Router {
  checkNames(options, OPTIONS)
  const { adapter, encoding, reply = {}, delivery = {}, timeout, authorize } = options
  checkNames(reply, ['limit'])
  checkAdapter(adapter, ['findCommand', 'onReply', ...DELIVERY_CALLS], [], SMALLER)
  const shared = {
    adapter,
    ...(encoding !== undefined && { encoding }),
    ...(timeout !== undefined && { timeout }),
    ...(authorize !== undefined && { authorize: authorize.bind(options) }),
  }
  const poll = deliveryEndpoint({ ...shared, delivery })
  return routerOf([
    { name: 'getrequest', methods: ['get', 'post'], handler: poll },
    { name: 'devicecmd', methods: ['post'], handler: replyEndpoint({ ...shared, ...reply }) },
  ])
}

function routerOf(places: readonly Place[]): Router {
  const router = Router()
  const all: string[] = []
  for (const { name, methods, handler } of places) {
    const paths = FOLDERS.flatMap((folder) => [`${folder}/${name}`, `${folder}/${name}.aspx`])
    all.push(...paths)
    for (const method of methods) router[method](paths, handler)
  }
  return router.use('/iclock', publishUnknown).use(noticeMount(all))
}

function publishUnknown(
  { method, baseUrl, path }: Request,
  _res: Response,
  next: () => void,
): void {
  if (CHANNELS.unknown.hasSubscribers) {
    CHANNELS.unknown.publish({ method, path: `${baseUrl}${path}` })
  }
  next()
}

// The Command Reply endpoint as an Express router. Only this file and router/ use Express.
import { type Request, Router } from 'express'
import { checkNames, wrong } from './check.js'
import type { IssuedCommand } from './command.js'
import { Bodies } from './endpoint/bodies.js'
import type { Awaitable } from './endpoint/deadline.js'
import { handlerOf } from './endpoint/node.js'
import { type CommandReplyHandlerOptions, REPLY_OPTIONS, replyEndpoint } from './reply/handler.js'
import { noticeMount } from './router/mount.js'

/** The options of `commandReplyRouter`. */
export interface CommandReplyOptions<Issued extends IssuedCommand = IssuedCommand>
  extends CommandReplyHandlerOptions<Issued> {
  /**
   * Where terminals post, below the mount path; `['/iclock/devicecmd', '/iclock/devicecmd.aspx']` by
   * default.
   */
  path?: string | string[]
  /** As for every endpoint, with the request of Express: `req.ip` and so on. */
  authorize?(serialNumber: string, req: Request): Awaitable<boolean>
}

const REPLY_PATHS = ['/iclock/devicecmd', '/iclock/devicecmd.aspx']

/**
 * Creates an Express router that answers `POST /iclock/devicecmd?SN=…` (PUSH manual, "Command
 * Reply"), in any letter case and with or without a trailing slash. Mount it before body parsers,
 * at the root or under any path. A GET with a reply in its query is answered likewise; any other
 * request goes on to the app.
 *
 * It answers `200 OK` once storage has every reply of the body; errors go to the app's error
 * handler, this package's with `status` and `code`.
 *
 * @example
 * app.use(commandReplyRouter({ adapter, authorize: (serialNumber) => known.has(serialNumber) }))
 *
 * @throws TypeError if an option is wrong
 */
export function commandReplyRouter<Issued extends IssuedCommand>(
  options: CommandReplyOptions<Issued>,
): Router {
  checkNames(options, { ...REPLY_OPTIONS, path: true })
  const paths = pathsOf(options.path)
  const replies = handlerOf(replyEndpoint(options, options, new Bodies(options)))
  return Router().post(paths, replies).get(paths, replies).use(noticeMount(paths))
}

function pathsOf(path: string | string[] = REPLY_PATHS): string[] {
  const paths = [path].flat()
  const isPath = (value: unknown) => typeof value === 'string' && value.startsWith('/')
  if (paths.length > 0 && paths.every(isPath)) return paths
  throw wrong('path', path, 'a path that begins with "/", or a list of such paths')
}

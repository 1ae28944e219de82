// The endpoint as an Express router: the only room that knows Express.
import { Router } from 'express'
import type { IssuedCommand } from './adapter.js'
import { handlerOn } from './handler.js'
import { type CommandReplyOptions, routerSettings } from './options.js'

/**
 * Makes an Express router that answers `POST /iclock/devicecmd?SN=…` (PUSH manual, "Command Reply"), in any letter case
 * and with or without a trailing slash. Mount it before body parsers, at the root or under any path.
 *
 * It answers `200 OK` once storage has every reply of the body; errors go to the app's error handler,
 * this package's with `status` and `code`.
 *
 * @throws TypeError where an option is wrong
 */
export function commandReplyRouter<Issued extends IssuedCommand>(
  options: CommandReplyOptions<Issued>,
): Router {
  const { paths, settings } = routerSettings(options)
  return Router().post(paths, handlerOn(settings))
}

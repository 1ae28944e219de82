// Everything a terminal asks for as one Express router.
import type { Request, Router } from 'express'
import { checkNames } from '../check.js'
import type { IssuedCommand } from '../command.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { placesOf } from './endpoints.js'
import { routerOf } from './mount.js'
import { TERMINAL_OPTIONS, type TerminalOptions } from './options.js'

/** The options of `terminalRouter`. */
export interface TerminalRouterOptions<Issued extends IssuedCommand = IssuedCommand>
  extends TerminalOptions<Issued> {
  /** As for every endpoint, with the request of Express: `req.ip` and so on. */
  authorize?(serialNumber: string, req: Request): Awaitable<boolean>
}

/**
 * Creates an Express router that answers everything a terminal asks for: handshakes and
 * registration, uploads, polls for commands and their replies (PUSH manuals), below `/iclock/` and
 * `/iclock/iclock/`, in any letter case, with or without `.aspx` and a trailing slash. Mount it
 * before body parsers, at the root or under any path.
 *
 * A terminal gets its offset from UTC in its handshake. If daylight saving begins or ends while it
 * runs, the router issues it a `CHECK`, with the key `utc-offset`, so that it repeats the
 * handshake.
 *
 * Errors go to the app's error handler, this package's with `status` and `code`. Other methods and
 * paths go on to the app; those below `/iclock/` can be watched on the diagnostics channel
 * `express-iclock:unknown`.
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
  checkNames(options, TERMINAL_OPTIONS)
  return routerOf(placesOf(options))
}

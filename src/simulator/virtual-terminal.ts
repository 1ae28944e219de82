// Makes a virtual terminal: checks its options, and opens its session.
import { checkNames } from '../check.js'
import { Conversation } from './conversation.js'
import { OPTION_NAMES, type VirtualTerminalOptions } from './options.js'
import { openSession } from './session.js'
import type { VirtualTerminal } from './terminal.js'

/**
 * Returns a terminal that sends what firmware sends and accepts only what firmware accepts:
 * `HTTP/1.x 200` with `text/plain`, one correct `Date` in GMT, and the body that belongs to the
 * request.
 *
 * @throws TypeError if an option is invalid
 * @example
 * const server = app.listen(0)
 * const terminal = virtualTerminal({ server, serialNumber: '0316144680030' })
 * await terminal.start(({ text }) => (text.startsWith('DATA') ? 0 : -1002), { untilIdle: true })
 */
export function virtualTerminal(options: VirtualTerminalOptions): VirtualTerminal {
  checkNames(options, OPTION_NAMES)
  return new Conversation(openSession(options))
}

// Asks for commands, and reads them as strictly as firmware.
import type { Dialect } from './dialect.js'
import type { Exchange, ExchangeOptions } from './exchange.js'
import { infoAbout } from './people/fact.js'
import { excerpt } from './response.js'
import { ask, type Session } from './session.js'

const COMMAND = /^C:([0-9A-Za-z]{1,16}):(.+)$/s

/** A command that the server sent. */
export interface TerminalCommand {
  commandId: string
  text: string
}

/** One poll and its result. */
export interface Poll extends Exchange {
  /** The commands in order. */
  commands: TerminalCommand[]
  /** Lines that firmware drops silently: not of the form `C:<id>:<text>`, or without a line end. */
  discarded: string[]
}

/**
 * Reads the lines of a poll's response. A command without a line end is discarded, like old
 * firmware does.
 */
export function parseCommands(
  body: Buffer,
  ids: Dialect['commandIds'] = 'text',
): Pick<Poll, 'commands' | 'discarded'> {
  const commands: TerminalCommand[] = []
  const discarded: string[] = []
  const text = body.toString()
  if (/^(OK)?\r?\n?$/.test(text)) return { commands, discarded }
  const lines = text.split('\n')
  const unterminated = lines.pop() ?? ''
  for (const line of lines.map((each) => each.replace(/\r$/, ''))) {
    const [, commandId, command] = COMMAND.exec(line) ?? []
    if (commandId !== undefined && command !== undefined && isTaken(commandId, ids)) {
      commands.push({ commandId, text: command })
    } else if (line !== '') discarded.push(line)
  }
  if (unterminated !== '') discarded.push(unterminated)
  return { commands, discarded }
}

const isTaken = (commandId: string, ids: Dialect['commandIds']) =>
  ids === 'text' || (/^[1-9]\d*$/.test(commandId) && Number(commandId) < 2 ** 31)

function checkBody(body: Buffer, ids: Dialect['commandIds']): string | undefined {
  if (body.length === 0) return 'the body is empty, which old firmware treats as a fault'
  const line = parseCommands(body, ids).discarded.at(-1)
  if (line === undefined) return undefined
  const [, commandId] = COMMAND.exec(line) ?? []
  if (commandId !== undefined && !isTaken(commandId, ids)) {
    return `the command ID ${excerpt(commandId)} isn't a whole number from 1 to 2147483647, so the terminal ignores the command`
  }
  return body.toString().endsWith(line)
    ? `the last line has no line end, so firmware discards it: ${excerpt(line)}`
    : `neither OK nor a command C:<id>:<text>: ${excerpt(line)}`
}

/** Polls once; never rejects because of the server. */
export async function poll(session: Session, options?: ExchangeOptions): Promise<Poll> {
  const { commandIds, clock } = session.identity.dialect
  const info = infoOf(session)
  const check = (body: Buffer) => checkBody(body, commandIds)
  const exchange = await ask(
    session,
    {
      kind: 'poll',
      method: 'GET',
      endpoint: 'getrequest',
      query: info === session.info ? [] : [['INFO', info]],
      checkBody: check,
    },
    options,
  )
  if (exchange.accepted) {
    session.info = info
    if (clock === 'date' && session.settings.TimeZone) session.clock.follow(exchange.clock)
  }
  // Firmware runs the valid lines of a response that has invalid ones; the headers must be right,
  // though.
  const isRead = exchange.refusal === undefined || exchange.refusal === check(exchange.body)
  const { commands, discarded } = parseCommands(
    isRead ? exchange.body : Buffer.alloc(0),
    commandIds,
  )
  return { ...exchange, commands, discarded }
}

/** `INFO` of attendance terminals: sent first, and when a count has changed. */
function infoOf({ identity, log, people }: Session): string {
  const { dialect, firmware } = identity
  if (dialect.family === 'access') return ''
  const nobody = { users: 0, fingers: 0, fingerVersion: 10, faceVersion: 7, faces: 0 }
  const { users, fingers, fingerVersion, faceVersion, faces } = people ? infoAbout(people) : nobody
  const rest = dialect.info === 9 ? '-1,-12,101' : `${faceVersion},15,${faces},111`
  return `${firmware},${users},${fingers},${log.size},127.0.0.1,${fingerVersion},${rest}`
}

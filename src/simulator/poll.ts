// Asks for commands, and reads them as strictly as firmware.
import type { Exchange, ExchangeOptions } from './exchange.js'
import { excerpt } from './response.js'
import { ask, type Session } from './session.js'

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
export function parseCommands(body: Buffer): Pick<Poll, 'commands' | 'discarded'> {
  const commands: TerminalCommand[] = []
  const discarded: string[] = []
  const text = body.toString()
  if (/^(OK)?\r?\n?$/.test(text)) return { commands, discarded }
  const lines = text.split('\n')
  const unterminated = lines.pop() ?? ''
  for (const line of lines.map((each) => each.replace(/\r$/, ''))) {
    const [, commandId, command] = /^C:([0-9A-Za-z]{1,16}):(.+)$/s.exec(line) ?? []
    if (commandId !== undefined && command !== undefined)
      commands.push({ commandId, text: command })
    else if (line !== '') discarded.push(line)
  }
  if (unterminated !== '') discarded.push(unterminated)
  return { commands, discarded }
}

function checkBody(body: Buffer): string | undefined {
  if (body.length === 0) return 'the body is empty, which old firmware treats as a fault'
  const line = parseCommands(body).discarded.at(-1)
  if (line === undefined) return undefined
  return body.toString().endsWith(line)
    ? `the last line has no line end, so firmware discards it: ${excerpt(line)}`
    : `neither OK nor a command C:<id>:<text>: ${excerpt(line)}`
}

/** Polls once; never rejects because of the server. */
export async function poll(session: Session, options?: ExchangeOptions): Promise<Poll> {
  const info = infoOf(session)
  const exchange = await ask(
    session,
    {
      kind: 'poll',
      method: 'GET',
      endpoint: 'getrequest',
      query: info === session.info ? [] : [['INFO', info]],
      checkBody,
    },
    options,
  )
  if (exchange.accepted) session.info = info
  // Firmware runs the valid lines of a response that has invalid ones; the headers must be right,
  // though.
  const isRead = exchange.refusal === undefined || exchange.refusal === checkBody(exchange.body)
  const { commands, discarded } = parseCommands(isRead ? exchange.body : Buffer.alloc(0))
  return { ...exchange, commands, discarded }
}

/** `INFO` of attendance terminals: sent first, and when a count has changed. */
function infoOf({ identity, log }: Session): string {
  if (identity.dialect === 'access') return ''
  return `${identity.firmware},0,0,${log.size},127.0.0.1,10,7,15,0,111`
}

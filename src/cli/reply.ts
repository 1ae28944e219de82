// The command `reply`: posts the given replies, and prints the bytes of each exchange.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Body, virtualTerminal } from '../simulator.js'
import { transcriptOf } from './transcript.js'
import {
  asUsage,
  SHARED_HELP,
  SHARED_OPTIONS,
  type Surroundings,
  terminalOptionsOf,
  UsageError,
} from './usage.js'

/** What `reply --help` prints. */
export const REPLY_HELP: string = `Usage: npx express-iclock reply --url URL --sn SERIAL [options] [REPLY...]

Posts Command Replies to a server as a ZKTeco terminal does, and prints the bytes of each exchange.

  REPLY              ID=RETURN or ID=RETURN:CMD, e.g. 1001=0 or 1002=-10:'SET OPTION'; CMD is DATA by default.
                     Each is posted on its own, in order.

  --batch            posts all replies in one request
  --file FILE        posts the bytes of a file as they are, after the replies; - reads standard input
  --path PATH        where to post below the URL, if not /iclock/devicecmd
${SHARED_HELP}
Lines that start with > were sent, those with < received. \\r and \\n are line ends; \\x and two digits stand for a byte
outside printable ASCII. It stops at the first response that a terminal would refuse.

Exit status: 0 all accepted, 1 something was refused, 2 wrong usage.

Examples:
  npx express-iclock reply --url localhost:3000 --sn 0316144680030 1001=0 1002=-10:DATA
  printf 'ID=27&Return=0&CMD=INFO\\nMAC=00:17:61:00:00:01\\n' |
    npx express-iclock reply --url localhost:3000/hr --sn 0316144680030 --file -
`

const REPLY = /^([^=:&\s]+)=([+-]?\d+)(?::(.+))?$/

/** Runs the command `reply`. Resolves with the exit status. */
export async function runReply(args: string[], surroundings: Surroundings): Promise<number> {
  const { print, warn } = surroundings
  const { terminal, posts, path } = asUsage(() => planOf(args, surroundings))
  for (const [index, post] of posts.entries()) {
    const exchange = await terminal.exchange(post, path === undefined ? {} : { path })
    if (exchange.sent.length > 0) print(`${transcriptOf(exchange)}\n`)
    if (!exchange.accepted) {
      const which = posts.length === 1 ? '' : ` (post ${index + 1} of ${posts.length})`
      warn(`express-iclock: refused${which}: ${exchange.refusal}\n`)
      return 1
    }
  }
  return 0
}

function planOf(args: string[], { readInput }: Surroundings) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...SHARED_OPTIONS,
      batch: { type: 'boolean', default: false },
      file: { type: 'string' },
      path: { type: 'string' },
    },
  })
  const { file, path, batch } = values
  const terminal = virtualTerminal(terminalOptionsOf(values))
  const replies = positionals.map((reply) => {
    const [, commandId, returnCode, commandName] = REPLY.exec(reply) ?? []
    if (commandId === undefined) {
      throw new UsageError(`"${reply}" is not a reply; expected ID=RETURN[:CMD], e.g. 1001=0`)
    }
    return terminal.records.reply(commandId, Number(returnCode), commandName)
  })
  const posts: Body[] = batch && replies.length > 0 ? [replies] : replies
  if (file !== undefined) posts.push(file === '-' ? readInput() : readFileSync(file))
  if (posts.length === 0) throw new UsageError('nothing to post: expected a reply, e.g. 1001=0')
  return { terminal, posts, path }
}

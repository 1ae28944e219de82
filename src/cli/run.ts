// Chooses the command, and turns every failure into one line and an exit status.
import { ownOf } from '../check.js'
import { REPLY_HELP, runReply } from './reply.js'
import { runTerminal, TERMINAL_HELP } from './terminal.js'
import { type Surroundings, UsageError } from './usage.js'

const HELP = `Usage: npx express-iclock COMMAND [options]

Commands:
  terminal   plays a complete ZKTeco terminal: handshake, polls, execution and replies, until Ctrl-C
  reply      posts Command Replies as a ZKTeco terminal does, and prints the bytes of each exchange

  -h, --help     prints this, or the options of a command: npx express-iclock reply --help
  -v, --version  prints the version
`

const COMMANDS: Record<
  string,
  { help: string; run(args: string[], surroundings: Surroundings): Promise<number> }
> = {
  terminal: { help: TERMINAL_HELP, run: runTerminal },
  reply: { help: REPLY_HELP, run: runReply },
}

/**
 * Runs the command line. Resolves with the exit status: 0 success, 1 refused, 2 wrong usage; never
 * rejects.
 */
export async function run(args: string[], surroundings: Surroundings): Promise<number> {
  const { print, warn } = surroundings
  const isHelp = args.includes('-h') || args.includes('--help')
  const [name = ''] = args
  const command = ownOf(COMMANDS, name)
  try {
    if (isHelp) print(command?.help ?? HELP)
    else if (name === '-v' || name === '--version') print(`${surroundings.version()}\n`)
    else if (command === undefined) {
      const given = name === '' ? 'no command' : `"${name}" is not a command`
      throw new UsageError(`${given}; expected ${Object.keys(COMMANDS).join(' or ')}`)
    } else return await command.run(args.slice(1), surroundings)
    return 0
  } catch (error) {
    const isUsage = error instanceof UsageError
    const message = error instanceof Error ? error.message : String(error)
    warn(`express-iclock: ${oneLine(message)}${isUsage ? ' (see --help)' : ''}\n`)
    return isUsage ? 2 : 1
  }
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ')

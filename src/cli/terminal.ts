// The command `terminal`: plays a complete terminal until it is interrupted, and reports what
// happens in readable lines.
import { parseArgs } from 'node:util'
import {
  DeliveryError,
  type Execute,
  type Execution,
  type Pace,
  type Punch,
  type VirtualTerminal,
  virtualTerminal,
} from '../simulator.js'
import { narrator, printable } from './narration.js'
import { transcriptOf } from './transcript.js'
import {
  asUsage,
  numberOf,
  SHARED_HELP,
  SHARED_OPTIONS,
  type Surroundings,
  terminalOptionsOf,
  UsageError,
} from './usage.js'

/** What `terminal --help` prints. */
export const TERMINAL_HELP: string = `Usage: npx express-iclock terminal --url URL --sn SERIAL [options]

Plays a complete ZKTeco terminal: performs the handshake, polls for commands, executes them and replies,
until Ctrl-C. Nothing is really executed: every command returns 0, unless --answer says otherwise.

While it runs, type
  PIN          this person comes in: uploads an attendance record
  PIN out      this person goes out
  reboot       restarts the terminal: commands it has not replied to are lost
  quit         ends it, like Ctrl-C

  --answer [COMMAND=]CODE
                     the return code of all commands, or of those that start with COMMAND, e.g. --answer -1002 or
                     --answer ENROLL_FP=6; none: never replies. May be given several times.
  --punch PIN        uploads an attendance record of this person at the start; may be given several times
  --once             ends as soon as the server has no more commands, refuses in a way that no retry changes, such as
                     403, or refuses for twice the --timeout
  --delay MS         the pause between two idle polls; by default like firmware: 1 s, then slower up to the server's Delay
  --wire             prints the bytes of each exchange
${SHARED_HELP}
Exit status: 0 ended as asked, 1 the server kept refusing with --once, 2 wrong usage.

Example:
  npx express-iclock terminal --url localhost:3000 --sn 0316144680030
`

/** Runs the command `terminal`. Resolves with the exit status. */
export async function runTerminal(args: string[], surroundings: Surroundings): Promise<number> {
  const { print } = surroundings
  const plan = asUsage(() => planOf(args))
  const { values, options, answerTo } = plan
  const say: Say = (topic, text) => {
    print(`${new Date().toTimeString().slice(0, 8)}  ${topic.padEnd(9)}  ${printable(text)}\n`)
  }
  const terminal = asUsage(() => switchedOn(plan, print, say))
  const punch = (one: Punch) => {
    terminal.remember(one)
    say('punch', `${one.pin}${one.status === 1 ? ' goes out' : ''}`)
  }

  const ending = new AbortController()
  const stop = () => ending.abort()
  const stopWatching = surroundings.onInterrupt(stop)
  const stopReading = surroundings.readLines((line) => {
    const [word = '', status] = line.trim().split(/\s+/)
    if (word === '') return
    if (word === 'quit') return stop()
    if (word === 'reboot') return terminal.reboot()
    punch({ pin: word, status: status === 'out' ? 1 : 0 })
    // Each refusal is reported when it happens, and the terminal retries by itself.
    terminal.upload().catch(() => {})
  })
  say('terminal', `${options.serialNumber} at ${options.url}; type a PIN for a punch, or quit`)
  for (const pin of values.punch) punch({ pin })
  const execute: Execute = ({ commandId, text }) => {
    const execution = answerTo(text)
    say('command', `${commandId} ${shortened(text)} → ${execution ?? 'no reply'}`)
    return execution
  }
  try {
    await terminal.start(execute, {
      signal: ending.signal,
      untilIdle: values.once,
      ...paceOf(values),
    })
  } catch (error) {
    if (error instanceof DeliveryError) return 1
    throw error
  } finally {
    stopReading()
    stopWatching()
  }
  return 0
}

type Say = (topic: string, text: string) => void

/** The terminal, which says what it exchanges. */
function switchedOn(
  { values, options }: ReturnType<typeof planOf>,
  print: Surroundings['print'],
  say: Say,
): VirtualTerminal {
  const narrate = narrator()
  return virtualTerminal({
    ...options,
    ...(values.once && { giveUpAfter: 2 * numberOf('--timeout', values.timeout) }),
    onExchange(exchange) {
      if (values.wire) print(`${transcriptOf(exchange)}\n`)
      const text = narrate(exchange)
      if (text !== undefined) say(exchange.kind, text)
    },
  })
}

function paceOf({ delay, once }: { delay?: string | undefined; once: boolean }): Pace {
  if (delay !== undefined) return { delay: numberOf('--delay', delay) }
  return once ? { delay: 500 } : { realTime: true }
}

function planOf(args: string[]) {
  const { values } = parseArgs({
    args: withSignedCodes(args),
    options: {
      ...SHARED_OPTIONS,
      answer: { type: 'string', multiple: true, default: [] as string[] },
      punch: { type: 'string', multiple: true, default: [] as string[] },
      once: { type: 'boolean', default: false },
      wire: { type: 'boolean', default: false },
      delay: { type: 'string' },
    },
  })
  if (values.delay !== undefined) numberOf('--delay', values.delay)
  const answers = values.answer.map(parseAnswer)
  return {
    values,
    options: terminalOptionsOf(values),
    /** The last matching answer wins. */
    answerTo(text: string): Execution {
      const answer = answers.findLast(({ command }) => text.startsWith(command))
      return answer === undefined ? 0 : answer.execution
    },
  }
}

function parseAnswer(given: string): { command: string; execution: Execution } {
  const [, command = '', code] = /^(?:(.*)=)?([+-]?\d{1,9}|none)$/s.exec(given) ?? []
  if (code === undefined) {
    throw new UsageError(`--answer is "${given}"; expected a code or COMMAND=CODE, e.g. CHECK=-1`)
  }
  return { command, execution: code === 'none' ? undefined : Number(code) }
}

/** Lets `--answer -1002` be written like that; parseArgs expects `--answer=-1002`. */
function withSignedCodes(args: string[]): string[] {
  return args.flatMap((arg, at) => {
    if (arg === '--answer' && /^-\d/.test(args[at + 1] ?? '')) return []
    return args[at - 1] === '--answer' && /^-\d/.test(arg) ? [`--answer=${arg}`] : [arg]
  })
}

const shortened = (text: string) => (text.length > 100 ? `${text.slice(0, 100)}…` : text)

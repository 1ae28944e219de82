// Parses the arguments that the commands share, and reports wrong usage.
import type { DialectName, VirtualTerminalOptions } from '../simulator.js'

/** What a command needs from the process that runs it. */
export interface Surroundings {
  print(text: string): void
  warn(text: string): void
  /** All of standard input. */
  readInput(): Buffer
  version(): string
  /** Calls back when the person presses Ctrl-C; returns a function that stops it. */
  onInterrupt(stop: () => void): () => void
  /** Calls back for each line typed; returns a function that stops it. */
  readLines(onLine: (line: string) => void): () => void
}

/** The command line can't be understood; its message says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Turns what `parse` throws for wrong arguments into a UsageError. */
export function asUsage<Result>(parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/^express-iclock\/simulator: /, ''))
  }
}

/** The options shared by the commands. */
export const SHARED_OPTIONS = {
  url: { type: 'string' },
  sn: { type: 'string' },
  dialect: { type: 'string', default: 'attendance' },
  timeout: { type: 'string', default: '2000' },
  'max-clock-error': { type: 'string', default: '300000' },
} as const

/** The help on the shared options. */
export const SHARED_HELP: string = `  --url URL          the server, without /iclock: localhost:3000, https://example.com/hr
  --sn SERIAL        the serial number of the terminal
  --dialect DIALECT  how the firmware speaks: attendance (default), access, clone, hostless, american, post, lines, echo,
                     pictures or rows
  --timeout MS       the time limit of one exchange; 2000 by default
  --max-clock-error MS
                     how far the server's Date may be from this computer's clock; 300000 by default
  -h, --help         prints this
`

interface TerminalValues {
  url?: string | undefined
  sn?: string | undefined
  dialect: string
  timeout: string
  'max-clock-error': string
}

/** The options of `virtualTerminal` from those of the command line. Throws a UsageError for wrong ones. */
export function terminalOptionsOf(values: TerminalValues): VirtualTerminalOptions {
  const { url, sn } = values
  if (url === undefined) throw new UsageError('--url is missing, e.g. --url localhost:3000')
  if (sn === undefined) throw new UsageError('--sn is missing, e.g. --sn 0316144680030')
  return {
    url: urlOf(url),
    serialNumber: sn,
    dialect: values.dialect as DialectName,
    timeout: numberOf('--timeout', values.timeout),
    maxClockError: numberOf('--max-clock-error', values['max-clock-error']),
  }
}

function urlOf(given: string): string {
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`
  const unfit = `--url is "${given}"; expected a server, e.g. localhost:3000 or https://example.com/hr`
  if (/^\d+$/.test(given) || !URL.canParse(url)) throw new UsageError(unfit)
  const [, endpoint] = /(\/iclock(?:\/[\w.]*)?)$/i.exec(new URL(url).pathname) ?? []
  if (endpoint !== undefined) {
    const server = given.slice(0, given.lastIndexOf(endpoint))
    throw new UsageError(
      `--url ends in ${endpoint}, which the terminal appends itself; try --url ${server}`,
    )
  }
  return url
}

/** A number on the command line, of milliseconds or seconds. */
export function numberOf(option: string, value: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw new UsageError(`${option} is "${value}"; expected a number`)
}

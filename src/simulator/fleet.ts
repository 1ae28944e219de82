// Runs many complete terminals against one server, and reports what happened to each command.
import { setMaxListeners } from 'node:events'
import { Account, type FleetCommand } from './account.js'
import { type Punch, remember } from './attendance.js'
import { checkCounts, checkDelays, wrong } from './check.js'
import { DeliveryError } from './delivery.js'
import type { ExchangeKind, ExchangeOptions } from './exchange.js'
import type { Execution } from './execution.js'
import { Gate } from './gate.js'
import { type KindReport, Ledger } from './ledger.js'
import type { VirtualTerminalOptions } from './options.js'
import { rest } from './pace.js'
import type { TerminalCommand } from './poll.js'
import { type Observer, type ServeOptions, serve } from './service.js'
import { openSession, type Session } from './session.js'
import { terminalOf, type VirtualTerminal } from './terminal.js'

/** The options of `runFleet`: those of its terminals, and how they work. */
export interface FleetOptions extends Omit<VirtualTerminalOptions, 'serialNumber'> {
  /** The number of terminals. */
  terminals: number
  /** The time limit of the whole run in ms; work in progress is finished first. */
  duration: number
  /** How many polls all terminals may make together; any number by default. */
  polls?: number
  /**
   * The pause in ms between two idle polls of a terminal, 20 % more or less each time; 10,000 by
   * default.
   */
  delay?: number
  /** The time in ms over which the terminals are switched on; `delay` by default. */
  rampUp?: number
  /** How many connections they may have open at once; 256 by default. */
  maxSockets?: number
  /** `SN` of the terminal with this index; `SIM000000`, `SIM000001`, … by default. */
  serialNumber?(terminal: number): string
  /** Executes a command; it returns 0 by default. */
  execute?(command: TerminalCommand, serialNumber: string): Execution | Promise<Execution>
  /** The punches at this terminal since its last poll; none by default. */
  punches?(serialNumber: string): readonly Punch[]
  /** What is unusual about a request, if anything. */
  faults?(kind: ExchangeKind, serialNumber: string): ExchangeOptions | undefined
  /**
   * Called when a terminal is switched on, e.g. to cut its power later: `reboot()` restarts it,
   * `crash()` ends its work for the rest of the run.
   */
  onTerminal?(terminal: VirtualTerminal): void
  /** Switches a terminal off once the server has no command for it, and it has nothing to report. */
  untilIdle?: boolean
  /** Ends the run early. */
  signal?: AbortSignal
  /** Numbers from 0 up to 1 for pauses; `Math.random` by default. */
  random?(): number
}

/** What a fleet has done. */
export interface FleetReport {
  /** Requests by what they were for. */
  requests: Partial<Record<ExchangeKind, KindReport>>
  /** Why responses were refused, and how often; digits are replaced by N. */
  refusals: Record<string, number>
  /** Each command that a terminal received, in the order of first receipt. */
  commands: FleetCommand[]
  /** Punches recorded, and how many of them the server never accepted. */
  punches: { recorded: number; unsent: number }
  /** How often a terminal restarted. */
  restarts: number
  /** The serial numbers of terminals that gave up on a failing server; with `untilIdle` only. */
  gaveUp: string[]
}

/**
 * Runs many complete terminals: each performs its handshake, polls, executes, replies and uploads
 * attendance. Reports what happened to each command. 10,000 of them fit into one process.
 *
 * @throws TypeError if an option is invalid
 * @example
 * const report = await runFleet({ url, terminals: 50, duration: 60_000, delay: 1000 })
 */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { terminals, duration, polls, delay = 10_000, rampUp = delay, maxSockets = 256 } = options
  if (terminals === undefined) throw wrong('terminals', terminals, 'a number of terminals')
  if (duration === undefined) throw wrong('duration', duration, 'a number of milliseconds')
  checkCounts({ terminals, polls, maxSockets }, ['terminals', 'polls', 'maxSockets'], 1)
  checkDelays({ duration, delay, rampUp }, ['duration', 'delay', 'rampUp'])
  const { random = Math.random, serialNumber = usualSerialNumber } = options

  const run = new FleetRun(options, new Gate(maxSockets))
  const timer = setTimeout(run.end, duration)
  options.signal?.addEventListener('abort', run.end)
  if (options.signal?.aborted) run.end()
  try {
    const working = Array.from({ length: terminals }, async (_, index) => {
      await rest(random() * rampUp, [run.signal])
      if (!run.signal.aborted) await run.work(serialNumber(index))
    })
    await Promise.all(working)
  } finally {
    run.end()
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', run.end)
  }
  return run.report()
}

const usualSerialNumber = (terminal: number) => `SIM${String(terminal).padStart(6, '0')}`

class FleetRun {
  readonly #options: FleetOptions
  readonly #gate: Gate
  readonly #over = new AbortController()
  readonly #ledger = new Ledger()
  readonly #account = new Account()
  readonly #gaveUp: string[] = []
  #polls = 0
  #restarts = 0
  #recorded = 0
  #unsent = 0

  constructor(options: FleetOptions, gate: Gate) {
    // Every terminal adds a listener.
    setMaxListeners(0, this.#over.signal)
    this.#options = options
    this.#gate = gate
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }

  end = (): void => this.#over.abort()

  /** The work of one terminal, from switching it on until the end. */
  async work(serialNumber: string): Promise<void> {
    const { execute = () => 0, onTerminal, onExchange } = this.#options
    const session = openSession(
      {
        ...this.#options,
        serialNumber,
        onExchange: (exchange) => {
          this.#ledger.count(exchange)
          if (exchange.kind === 'poll' && ++this.#polls >= (this.#options.polls ?? Infinity)) {
            this.end()
          }
          onExchange?.(exchange)
        },
      },
      this.#gate,
    )
    onTerminal?.(terminalOf(session))
    const carryOut = (command: TerminalCommand) => {
      this.#account.noteExecution(serialNumber, command)
      return execute(command, serialNumber)
    }
    try {
      const how = this.#serveOptions(serialNumber)
      const { restarts } = await serve(session, carryOut, how, true, this.#observe(serialNumber))
      this.#restarts += restarts
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      this.#gaveUp.push(serialNumber)
    }
    this.#unsent += session.log.unsent
  }

  #serveOptions(serialNumber: string): ServeOptions {
    const { delay = 10_000, random = Math.random, faults, untilIdle = false } = this.#options
    return {
      signal: this.signal,
      untilIdle,
      delay: () => delay * (0.8 + 0.4 * random()),
      faults: (kind) => faults?.(kind, serialNumber),
    }
  }

  #observe(serialNumber: string): Observer {
    return {
      beforeRound: (session: Session) => {
        const punches = this.#options.punches?.(serialNumber) ?? []
        this.#recorded += punches.length
        remember(session, punches)
      },
      onHandedOut: (commands) => this.#account.noteHandedOut(serialNumber, commands),
      onReplied: (commandIds, isAccepted) => {
        if (isAccepted) this.#account.noteAcknowledged(serialNumber, commandIds)
      },
    }
  }

  report(): FleetReport {
    return {
      requests: this.#ledger.requests(),
      refusals: this.#ledger.refusals(),
      commands: this.#account.commands(),
      punches: { recorded: this.#recorded, unsent: this.#unsent },
      restarts: this.#restarts,
      gaveUp: this.#gaveUp,
    }
  }
}

// Many complete terminals at one server.
import { setMaxListeners } from 'node:events'
import { type Punch, remember } from './attendance.js'
import { checkCounts, checkDelays, wrong } from './check.js'
import { Conversation } from './conversation.js'
import type { Dialect, DialectName } from './dialect.js'
import type { Exchange, ExchangeKind, ExchangeOptions } from './exchange.js'
import type { Execution } from './execution.js'
import { Gate } from './gate.js'
import type { VirtualTerminalOptions } from './options.js'
import { rest } from './pace.js'
import type { TerminalPeople } from './people.js'
import type { TerminalCommand } from './poll.js'
import { type Service, work } from './service.js'
import { openSession } from './session.js'
import type { VirtualTerminal } from './terminal.js'

/** The options of `runFleet`: those of its terminals, and how they work. */
export interface FleetOptions
  extends Omit<VirtualTerminalOptions, 'serialNumber' | 'dialect' | 'people' | 'onExchange'> {
  /** The number of terminals. */
  terminals: number
  /** The time limit of the whole run in ms; work in progress at that point is finished. */
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
  /** How they speak, or how the terminal with this index does. */
  dialect?: DialectName | Dialect | ((terminal: number) => DialectName | Dialect)
  /** `SN` of the terminal with this index; `SIM000000`, `SIM000001`, … by default. */
  serialNumber?(terminal: number): string
  /** The people that the terminal with this index keeps; nobody by default. */
  people?(terminal: number): TerminalPeople | undefined
  /** Executes a command; by default as `execute` of the terminal does. */
  execute?(command: TerminalCommand, serialNumber: string): Execution | Promise<Execution>
  /** The punches at this terminal since its last poll; none by default. */
  punches?(serialNumber: string): readonly Punch[]
  /** What is unusual about a request, if anything. */
  faults?(kind: ExchangeKind, serialNumber: string): ExchangeOptions | undefined
  /**
   * Called when a terminal is switched on, e.g. to cut its power at some point: `reboot()` restarts
   * it, `crash()` ends its work for the rest of the run.
   */
  onTerminal?(terminal: VirtualTerminal): void
  /** Called after every exchange, before its result is used. */
  onExchange?(exchange: Exchange, serialNumber: string): void
  /** Switches a terminal off once the server has no command for it, and it has nothing to report. */
  untilIdle?: boolean
  /** Ends the run early. */
  signal?: AbortSignal
  /** Numbers from 0 up to 1 for pauses; `Math.random` by default. */
  random?(): number
}

/** What one terminal of a fleet has done. */
export interface FleetTerminal extends Omit<Service, 'ended'> {
  serialNumber: string
  /** Why it stopped; `refused`: it gave up on a failing server, with `untilIdle` only. */
  ended: Service['ended'] | 'refused'
  /** Punches that the server has not accepted. */
  unsent: number
}

/**
 * Runs many complete terminals: each performs the handshake, polls, executes, replies and uploads
 * attendance. Resolves with what each has done. 10,000 of them fit into one process.
 *
 * @throws TypeError if an option is invalid
 * @example
 * const terminals = await runFleet({ url, terminals: 50, duration: 60_000, delay: 1000 })
 */
export async function runFleet(options: FleetOptions): Promise<FleetTerminal[]> {
  const { terminals, duration, polls = Infinity, delay = 10_000, rampUp = delay } = options
  const { maxSockets = 256, random = Math.random } = options
  if (terminals === undefined) throw wrong('terminals', terminals, 'a number of terminals')
  if (duration === undefined) throw wrong('duration', duration, 'a number of milliseconds')
  checkCounts(
    { terminals, polls: options.polls, maxSockets },
    ['terminals', 'polls', 'maxSockets'],
    1,
  )
  checkDelays({ duration, delay, rampUp }, ['duration', 'delay', 'rampUp'])

  const over = new AbortController()
  const end = () => over.abort()
  const signal = AbortSignal.any([over.signal, options.signal ?? []].flat())
  // Every terminal listens.
  setMaxListeners(0, signal)
  let made = 0
  const fleet: Fleet = {
    ...{ options, signal, gate: new Gate(maxSockets) },
    delay: () => delay * (0.8 + 0.4 * random()),
    onPoll() {
      made++
      if (made >= polls) end()
    },
  }
  const timer = setTimeout(end, duration)
  try {
    const working = Array.from({ length: terminals }, async (_, index) => {
      await rest(random() * rampUp, [signal])
      return signal.aborted ? undefined : runTerminal(index, fleet)
    })
    return (await Promise.all(working)).filter((terminal) => terminal !== undefined)
  } finally {
    clearTimeout(timer)
    end()
  }
}

interface Fleet {
  options: FleetOptions
  signal: AbortSignal
  gate: Gate
  delay(): number
  onPoll(): void
}

/** One terminal, from when it is switched on until the end. */
async function runTerminal(index: number, fleet: Fleet): Promise<FleetTerminal> {
  const { options, signal, gate, delay } = fleet
  const { dialect = 'attendance' } = options
  const serialNumber = options.serialNumber?.(index) ?? `SIM${String(index).padStart(6, '0')}`
  const { punches, faults, untilIdle = false, onTerminal, onExchange } = options
  const people = options.people?.(index)
  const { people: _, ...shared } = options
  const session = openSession(
    {
      ...shared,
      ...(people && { people }),
      serialNumber,
      dialect: typeof dialect === 'function' ? dialect(index) : dialect,
      onExchange(exchange) {
        if (exchange.kind === 'poll') fleet.onPoll()
        onExchange?.(exchange, serialNumber)
      },
    },
    gate,
  )
  const terminal = new Conversation(session)
  const { execute = terminal.execute } = options
  onTerminal?.(terminal)
  const { service, refused } = await work(
    session,
    (command) => execute(command, serialNumber),
    {
      ...{ signal, untilIdle, delay },
      ...(faults && { faults: (kind) => faults(kind, serialNumber) }),
    },
    true,
    () => remember(session, punches?.(serialNumber) ?? []),
  )
  const { unsent } = session.log
  return { ...service, ...(refused && { ended: 'refused' }), serialNumber, unsent }
}

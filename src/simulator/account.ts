// What happened to each command that a fleet's terminals received.
import type { TerminalCommand } from './poll.js'

/** What happened to one command at its terminal. */
export interface FleetCommand extends TerminalCommand {
  serialNumber: string
  /** How often the terminal received it. */
  handedOut: number
  /**
   * When the terminal executed it, by its position among all executions of the fleet: in order, one
   * entry each time.
   */
  executions: number[]
  /** How often a reply to it was accepted. */
  acknowledged: number
}

/** Counts what happened to each command of a fleet. */
export class Account {
  readonly #commands = new Map<string, FleetCommand>()
  #executions = 0

  noteHandedOut(serialNumber: string, commands: readonly TerminalCommand[]): void {
    for (const command of commands) this.#commandOf(serialNumber, command).handedOut++
  }

  noteExecution(serialNumber: string, command: TerminalCommand): void {
    this.#commandOf(serialNumber, command).executions.push(this.#executions++)
  }

  noteAcknowledged(serialNumber: string, commandIds: readonly string[]): void {
    for (const commandId of commandIds) {
      this.#commandOf(serialNumber, { commandId, text: '' }).acknowledged++
    }
  }

  commands(): FleetCommand[] {
    return [...this.#commands.values()]
  }

  #commandOf(serialNumber: string, { commandId, text }: TerminalCommand): FleetCommand {
    const key = `${serialNumber} ${commandId}`
    let command = this.#commands.get(key)
    if (command === undefined) {
      command = { serialNumber, commandId, text, handedOut: 0, executions: [], acknowledged: 0 }
      this.#commands.set(key, command)
    }
    return command
  }
}

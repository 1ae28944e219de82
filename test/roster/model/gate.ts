// Processes over one storage: each call of storage waits for its turn, and a process can be killed
// at any of them.
import type { RosterAdapter } from '../../../src/roster.js'
import type { Random } from './random.js'

interface Waiting {
  process: Process
  /** Resolves once the call has ended. */
  run(): Promise<void>
}

/** The storage that a model needs. */
export type ModelAdapter = RosterAdapter & { release(serialNumber: string, at: Date): unknown }

/** The calls of all processes, in whatever order the schedule picks. */
export class Gate {
  #waiting: Waiting[] = []

  readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0
  }

  wait(process: Process, run: Waiting['run']): void {
    this.#waiting.push({ process, run })
  }

  /** Lets one call through, and whoever waits for it go on. */
  async step(): Promise<void> {
    const [next] = this.#waiting.splice(this.random.below(this.#waiting.length), 1)
    await next?.run()
    await turn()
  }

  drop(process: Process): void {
    this.#waiting = this.#waiting.filter((one) => one.process !== process)
  }
}

/** A turn of the event loop: everything that was resolved goes on. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A process: its calls of storage never come back once it is dead. */
export class Process {
  isDead = false
  readonly adapter: ModelAdapter
  #onDeath: (() => void)[] = []
  /** How many calls of storage it made. */
  calls = 0

  constructor(storage: ModelAdapter, gate: Gate) {
    const gated =
      (call: (...args: unknown[]) => unknown) =>
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (this.isDead) return
          this.calls++
          gate.wait(this, () => {
            return Promise.resolve()
              .then(() => call(...args))
              .then(resolve, reject)
          })
        })
    const members = Object.entries(storage).map(([name, member]) => {
      return [name, typeof member === 'function' ? gated(member as never) : member]
    })
    this.adapter = Object.fromEntries(members) as ModelAdapter
  }

  /** What a task comes to; undefined if the process dies before. */
  during<Result>(task: Promise<Result>): Promise<Result | undefined> {
    if (this.isDead) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      this.#onDeath.push(() => resolve(undefined))
      task.then(resolve, reject)
    })
  }

  kill(gate: Gate): void {
    this.isDead = true
    gate.drop(this)
    for (const die of this.#onDeath) die()
  }
}

// What the app announced as changed, until a pass has taken it. It belongs to one process.

/** The changes of one terminal that a pass took. */
export interface TakenChanges {
  has(pin: string): boolean
  /** For a pass that failed. */
  putBack(): void
}

/** Terminals and PINs that the app announced. */
export class Changes {
  readonly #byTerminal = new Map<string, Set<string>>()
  readonly #whole = new Set<string>()

  /** @param pin without it everybody on the terminal */
  add(serialNumber: string, pin?: string): void {
    if (pin === undefined) {
      this.#whole.add(serialNumber)
      return
    }
    const pins = this.#byTerminal.get(serialNumber) ?? new Set()
    this.#byTerminal.set(serialNumber, pins.add(pin))
  }

  /** The changes of a terminal; they stay. */
  peek(serialNumber: string): TakenChanges {
    const pins = new Set(this.#byTerminal.get(serialNumber))
    const isWhole = this.#whole.has(serialNumber)
    return {
      has: (pin) => isWhole || pins.has(pin),
      putBack: () => {
        if (isWhole) this.add(serialNumber)
        for (const pin of pins) this.add(serialNumber, pin)
      },
    }
  }

  /** Takes the changes of a terminal. */
  take(serialNumber: string): TakenChanges {
    const taken = this.peek(serialNumber)
    this.#byTerminal.delete(serialNumber)
    this.#whole.delete(serialNumber)
    return taken
  }
}

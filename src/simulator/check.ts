// Checks of option values, and the errors for invalid ones.
import { inspect } from 'node:util'

/** setTimeout treats longer delays as 1 ms. */
const MAX_DELAY = 2 ** 31 - 1

/** Checks those of the named options that are set. */
export function checkDelays<Name extends string>(
  options: { [Key in Name]?: number | undefined },
  names: readonly Name[],
): void {
  for (const name of names) {
    const delay: unknown = options[name] ?? 0
    if (!(typeof delay === 'number' && delay >= 0 && delay <= MAX_DELAY)) {
      throw wrong(name, delay, `milliseconds from 0 to ${MAX_DELAY}`)
    }
  }
}

/** Checks those of the named options that are set. */
export function checkCounts<Name extends string>(
  options: { [Key in Name]?: number | undefined },
  names: readonly Name[],
  least: number,
): void {
  for (const name of names) {
    const count = options[name] ?? least
    if (!(Number.isSafeInteger(count) && count >= least)) {
      throw wrong(name, count, `an integer of at least ${least}`)
    }
  }
}

/** The error for an option with an invalid value. */
export function wrong(option: string, value: unknown, expected: string): TypeError {
  return new TypeError(
    `express-iclock/simulator: option "${option}" is ${describe(value)}; expected ${expected}`,
  )
}

/** Objects are only named: their members may be many, and secret. */
function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' && value.length > 80
      ? `${inspect(value.slice(0, 80))}…`
      : inspect(value)
  }
  try {
    return `an object (${value.constructor.name})`
  } catch {
    return 'an object'
  }
}

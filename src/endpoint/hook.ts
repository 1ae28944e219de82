// Functions of the app to call afterwards. They aren't awaited, so that none can withhold an
// answer.
import { setImmediate as turn } from 'node:timers/promises'
import { checkFunction, describe, type OptionNames } from '../check.js'
import { goOn } from './after.js'

/** The options of every endpoint that calls hooks. */
export interface HookOptions {
  /**
   * Receives what a hook throws, or rejects with. By default, and for errors of its own, it becomes
   * a process warning with the code `ICLOCK_HOOK`.
   */
  onError?(error: unknown): unknown
}

/** The names of the options of every endpoint that calls hooks. */
export const HOOK_OPTIONS: OptionNames<HookOptions> = { onError: true }

/**
 * Wraps a hook so that it is called after the current work, with nothing to await and nothing to
 * catch; undefined if there is no hook, so that callers can skip the work for it.
 */
export function hookOf<Args extends unknown[]>(
  name: string,
  hook: ((...args: Args) => unknown) | undefined,
  options: HookOptions,
): ((...args: Args) => void) | undefined {
  checkFunction('onError', options.onError, 'a function (error)')
  if (hook === undefined) return undefined
  return (...args) => {
    // The answer comes first: a slow hook would delay it, or use up storage's time.
    goOn(turn().then(() => run(name, () => hook(...args), options)))
  }
}

/** A function that reports an error as a hook's own are, to `onError` or as a warning. */
export function reporterOf(name: string, options: HookOptions): (error: unknown) => void {
  const throwing = (error: unknown) => {
    throw error
  }
  return hookOf(name, throwing, options) as (error: unknown) => void
}

async function run(name: string, call: () => unknown, options: HookOptions): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (options.onError === undefined) warn(name, error)
    else await run('onError', () => options.onError?.(error), {})
  }
}

function warn(name: string, error: unknown): void {
  const isError = error instanceof Error
  process.emitWarning(
    `express-iclock: ${name} failed: ${isError ? error.message : describe(error)}`,
    { code: 'ICLOCK_HOOK', ...(isError && error.stack !== undefined && { detail: error.stack }) },
  )
}

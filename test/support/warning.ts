// The warnings that a test provokes.
import { onTestFinished } from 'vitest'

/** A process warning. */
export type Warning = Error & { code?: string; detail?: string }

/** Collects the process warnings until the test ends. Node doesn't print them meanwhile. */
export function takeWarnings(): Warning[] {
  const taken: Warning[] = []
  const usual = process.listeners('warning')
  process.removeAllListeners('warning').on('warning', (warning) => void taken.push(warning))
  onTestFinished(() => {
    process.removeAllListeners('warning')
    for (const listener of usual) process.on('warning', listener)
  })
  return taken
}

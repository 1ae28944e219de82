// Notifies waiters in this process of changes to a command, so that they needn't poll storage all
// the time.
import { keyOf } from './command.js'

const listeners = new Map<string, Set<() => void>>()

/**
 * Calls `listener` whenever this process has changed a command in storage; returns a function that
 * stops it.
 */
export function listenFor(
  serialNumber: string,
  commandId: string,
  listener: () => void,
): () => void {
  const key = keyOf(serialNumber, commandId)
  const own = listeners.get(key) ?? new Set()
  listeners.set(key, own.add(listener))
  return () => {
    own.delete(listener)
    if (own.size === 0 && listeners.get(key) === own) listeners.delete(key)
  }
}

/** Notifies the waiters for a command, once storage has the change. */
export function announce(serialNumber: string, commandId: string): void {
  if (listeners.size === 0) return
  for (const listener of listeners.get(keyOf(serialNumber, commandId)) ?? []) listener()
}

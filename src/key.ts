// What makes a command, or a reply to it, one: the device and the id, as text.
import type { IssuedCommand } from './adapter.js'

/** One key for a device and an id; no two pairs of them make the same one. */
export function keyOf(serialNumber: string, id: string): string {
  return JSON.stringify([serialNumber, id])
}

/** @throws TypeError where the serial number or the command id is no text */
export function checkIdsAreText(command: IssuedCommand): void {
  for (const name of ['serialNumber', 'commandId'] as const) {
    if (typeof command[name] === 'string') continue
    const came = `${command[name]} (${typeof command[name]})`
    throw new TypeError(`issue: ${name} is ${came}; meant is a text, for "0012" is not "12"`)
  }
}

// Which family's return codes the reply in a record follows.
import { wrong } from '../check.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { Family } from '../reply/outcome.js'
import type { CommandRecord } from './storage.js'

/** A family for all terminals, or a function of the serial number. */
export type FamilyOption = Family | ((serialNumber: string) => Awaitable<Family>)

/** Storage that may know terminals. */
export interface KnowsFamilies {
  /**
   * Finds the terminal, as `TerminalStorage` has it, and with it the family whose return codes it
   * follows.
   */
  findTerminal?(serialNumber: string): Awaitable<{ family?: Family } | null | undefined>
}

/** A function that returns the family to read a record with. */
export type FamilyOf = (record: CommandRecord) => Awaitable<Family>

/**
 * Makes a function that returns the family to read a record with: the option's, the one that
 * storage knows of the terminal, or `'attendance'`. It asks only for return codes that the families
 * may disagree on.
 *
 * @throws TypeError if the option is none of these
 */
export function familyReader(option: FamilyOption | undefined, adapter: KnowsFamilies): FamilyOf {
  if (option === 'attendance' || option === 'access') return () => option
  if (option !== undefined && typeof option !== 'function') {
    throw wrong('family', option, '"attendance", "access", or a function (serialNumber)')
  }
  return async ({ reply }) => {
    if (!reply?.returnCode) return 'attendance'
    if (option !== undefined) return option(reply.serialNumber)
    return (await adapter.findTerminal?.(reply.serialNumber))?.family ?? 'attendance'
  }
}

// The family of a terminal, whose return codes it follows and whose commands it understands.
import { quoted, wrong } from '../check.js'
import type { Awaitable } from '../endpoint/deadline.js'
import { IclockError } from '../endpoint/errors.js'
import type { Family } from '../reply/outcome.js'
import type { CommandRecord } from './storage.js'

/** A family for all terminals, or a function of the serial number. */
export type FamilyOption = Family | ((serialNumber: string) => Awaitable<Family>)

/** Storage that may know terminals. */
export interface KnowsFamilies {
  /** Finds the terminal, as in `TerminalStorage`, with the family whose return codes it follows. */
  findTerminal?(serialNumber: string): Awaitable<{ family?: Family } | null | undefined>
}

/** A function that returns the family of a terminal, if it is known. */
export type FamilyFinder = (serialNumber: string) => Awaitable<Family | undefined>

/** A function that returns the family to read a record with. */
export type FamilyOf = (record: CommandRecord) => Awaitable<Family>

/**
 * Creates a function that returns the family of a terminal: the option's, or the one in storage.
 *
 * @throws TypeError if the option is none of these
 */
export function familyFinder(
  option: FamilyOption | undefined,
  adapter: KnowsFamilies,
): FamilyFinder {
  if (option === 'attendance' || option === 'access') return () => option
  if (typeof option === 'function') return option
  if (option !== undefined) {
    throw wrong('family', option, '"attendance", "access", or a function (serialNumber)')
  }
  return async (serialNumber) => (await adapter.findTerminal?.(serialNumber))?.family
}

/**
 * Creates a function that returns the family to read a record with, `'attendance'` if unknown. It
 * looks up only return codes that the families may disagree on.
 */
export function familyReader(findFamily: FamilyFinder): FamilyOf {
  return async ({ reply }) => {
    if (!reply?.returnCode) return 'attendance'
    return (await findFamily(reply.serialNumber)) ?? 'attendance'
  }
}

/**
 * Checks that no command is for a terminal of the other family, which would refuse it. Each terminal
 * is looked up once, and only for commands that name their family.
 *
 * @throws IclockError `FAMILY_MISMATCH`
 */
export async function checkFamilies(
  issues: readonly { serialNumber: string; command: { family?: Family } }[],
  findFamily: FamilyFinder,
): Promise<void> {
  const wanted = new Map<string, Family[]>()
  for (const { serialNumber, command } of issues) {
    if (command.family === undefined) continue
    wanted.set(serialNumber, [...(wanted.get(serialNumber) ?? []), command.family])
  }
  for (const [serialNumber, families] of wanted) {
    const family = await findFamily(serialNumber)
    const other = families.find((one) => one !== (family ?? one))
    if (other === undefined) continue
    throw new IclockError(
      'FAMILY_MISMATCH',
      `express-iclock: the command is for ${other} terminals, and ${quoted(serialNumber)} is an ${family} terminal; ` +
        `expected a command that ${family}.… of express-iclock/commands builds`,
    )
  }
}

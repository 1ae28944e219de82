// Whole numbers as ids, for terminals that read no letters (PUSH manual 3.2.0: `%d`).
import { quoted } from '../check.js'
import { HIGHEST_NUMBER } from '../command.js'
import { IclockError } from '../endpoint/errors.js'
import { checkFirstNumber } from './answer.js'
import { summariesOf } from './settled.js'
import type { CommandStorage } from './storage.js'

const MOST_AT_ONCE = 1000

/**
 * Takes ids from a terminal's counter; those that storage knows already are passed over.
 *
 * @throws IclockError `COMMAND_IDS_EXHAUSTED` if the counter has come to its end
 */
export async function nextIds(
  adapter: Pick<CommandStorage, 'nextNumbers' | 'findSummaries'>,
  serialNumber: string,
  count: number,
): Promise<string[]> {
  const ids: string[] = []
  for (let atOnce = 1; ids.length < count; atOnce *= 2) {
    const size = Math.min(Math.max(count - ids.length, atOnce), MOST_AT_ONCE)
    const first = await adapter.nextNumbers(serialNumber, size)
    checkFirstNumber(first)
    if (first + size - 1 > HIGHEST_NUMBER) throw exhausted(serialNumber)
    const numbers = Array.from({ length: size }, (_, index) => `${first + index}`)
    const asked = numbers.map((commandId) => ({ serialNumber, commandId }))
    const known = await summariesOf(adapter, asked)
    const isKnown = new Set(known.map(({ commandId }) => commandId))
    ids.push(...numbers.filter((id) => !isKnown.has(id)))
  }
  return ids.slice(0, count)
}

function exhausted(serialNumber: string): IclockError {
  return new IclockError(
    'COMMAND_IDS_EXHAUSTED',
    `Terminal ${quoted(serialNumber)} has had every whole number up to ${HIGHEST_NUMBER} as the id of a command: ` +
      'issue to it with commandIds "text".',
  )
}

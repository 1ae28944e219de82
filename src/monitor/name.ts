// The names that people know terminals by, asked of the app for many at once.
import { describe, wrong } from '../check.js'
import type { Awaitable } from '../endpoint/deadline.js'

/** Names in the order of what was asked; nothing for what has none. */
export type NamesAnswer = readonly (string | null | undefined)[]

/** The name of each terminal that has one. */
export type TerminalNames = (
  serialNumbers: readonly string[],
) => Promise<ReadonlyMap<string, string>>

const LONGEST = 200

/** Makes the function that asks the app for the names of terminals. */
export function terminalNames(
  nameOf: ((serialNumbers: readonly string[]) => Awaitable<NamesAnswer>) | undefined,
): TerminalNames {
  return async (serialNumbers) => {
    const asked = [...new Set(serialNumbers)]
    if (nameOf === undefined || asked.length === 0) return new Map()
    const names = checkedNames('nameOf', await nameOf(asked), asked.length)
    return new Map(
      asked.flatMap((serialNumber, index) => {
        const name = names[index]
        return name === undefined ? [] : [[serialNumber, name] as const]
      }),
    )
  }
}

/** @throws TypeError if an option didn't answer a name, or nothing, for each that was asked */
export function checkedNames(
  option: string,
  answer: unknown,
  count: number,
): (string | undefined)[] {
  const expected = `an array of ${count} names, or undefined for what has none, in the order asked`
  if (!Array.isArray(answer) || answer.length !== count) throw wrong(option, answer, expected)
  return answer.map((name) => {
    if (name === undefined || name === null || name === '') return undefined
    if (typeof name !== 'string') throw wrong(option, describe(name), expected)
    return name.slice(0, LONGEST)
  })
}

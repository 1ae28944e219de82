// Options that describe a terminal: one value for all, or a function of the serial number.
import { quoted } from '../check.js'
import { type Awaitable, type Deadline, isThenable } from './deadline.js'

/** A value that describes a terminal, or a function of the serial number that returns it. */
export type ByTerminal<Value> = Value | ((serialNumber: string) => Awaitable<Value>)

/**
 * The checked value for a terminal: at once if the option is a plain value, or its function
 * answers synchronously. A promise is waited for within the deadline of the request, if given.
 */
export type ValueOf<Value> = (serialNumber: string, deadline?: Deadline) => Awaitable<Value>

/**
 * Makes the function that reads an option for a terminal. A plain value is checked immediately,
 * and once.
 *
 * @param check returns the value, or throws a TypeError that names the option
 * @throws TypeError what `check` throws; the function that is made adds the terminal
 */
export function byTerminal<Given, Value>(
  option: string,
  given: ByTerminal<Given>,
  check: (value: Given) => Value,
): ValueOf<Value> {
  if (typeof given !== 'function') {
    const value = check(given)
    return () => value
  }
  const find = given as (serialNumber: string) => Awaitable<Given>
  return (serialNumber, deadline) => {
    const answer = find(serialNumber)
    if (!isThenable(answer)) return checkedFor(serialNumber, answer, check)
    const waited = deadline?.wait(answer, `option "${option}"`) ?? answer
    return Promise.resolve(waited).then((value) => checkedFor(serialNumber, value, check))
  }
}

/** @throws TypeError what `check` throws, with the terminal */
export function checkedFor<Given, Value>(
  serialNumber: string,
  value: Given,
  check: (value: Given) => Value,
): Value {
  try {
    return check(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const [, told = error.message] = /^express-iclock: (.*)$/s.exec(error.message) ?? []
    throw new TypeError(`express-iclock: for terminal ${quoted(serialNumber)}, ${told}`, {
      cause: error.cause,
    })
  }
}

// Which command an app means, checked: the usual mistakes are named.
import { describe } from '../check.js'
import { assertIssuable } from '../command.js'
import { isThenable } from '../endpoint/deadline.js'
import { isSerialNumber } from '../endpoint/serial-number.js'
import type { CommandIdentity } from './storage.js'

/**
 * @throws TypeError that says what came instead of a command's two ids, and what was forgotten
 */
export function checkIdentity(call: string, issued: CommandIdentity): void {
  if (typeof issued === 'string') {
    throw wrongIdentity(
      call,
      issued,
      ': an id alone names no command, because each terminal has its own',
    )
  }
  if (typeof issued !== 'object' || issued === null) throw wrongIdentity(call, issued, '')
  if (isThenable<unknown>(issued)) {
    throw wrongIdentity(call, issued, '; await issue() first')
  }
  if (Array.isArray(issued)) throw wrongIdentity(call, issued, '; look() takes many')
  const { serialNumber, commandId } = issued
  checkSerialNumber(serialNumber)
  assertIssuable({ serialNumber, commandId, text: 'CHECK' })
}

/** @throws TypeError if it is no list of what `issue` returned */
export function checkIdentities(call: string, issued: readonly CommandIdentity[]): void {
  if (!Array.isArray(issued)) {
    throw new TypeError(
      `express-iclock: ${call}() was called with ${describe(issued)}; expected an array of what issue() returned`,
    )
  }
  for (const one of issued) checkIdentity(call, one)
}

/** @throws TypeError if no terminal can have this serial number */
export function checkSerialNumber(serialNumber: string): void {
  if (typeof serialNumber === 'string' && isSerialNumber(serialNumber)) return
  throw new TypeError(
    `express-iclock: the serial number is ${describe(serialNumber)}; expected the SN of a terminal, ` +
      "such as '0316144680030': at most 64 printed characters, without blanks around them",
  )
}

function wrongIdentity(call: string, value: unknown, cure: string): TypeError {
  return new TypeError(
    `express-iclock: ${call}() was called with ${describe(value)}; expected what issue() returned, ` +
      `or { serialNumber, commandId }${cure}`,
  )
}

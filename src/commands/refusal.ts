// How a builder refuses a value: an error with a code if a person may have typed it, a TypeError if
// it has the wrong type.
import { describe, quoted } from '../check.js'
import { IclockError } from '../endpoint/errors.js'
import { encode } from '../queue/encoding.js'
import type { Value } from './value.js'

/** The error for a value of the right type that a command can't carry. */
export function refused(builder: string, member: string, complaint: string): IclockError {
  const message = `express-iclock: ${builder}: ${quoted(member)} ${complaint}`
  return new IclockError('VALUE_REFUSED', message, member)
}

/** The error for a member's value: what came (never a secret), and what was expected. */
export function wrongValue(
  builder: string,
  member: string,
  value: Value,
  came: unknown,
  encoding: string,
): Error {
  const shown = value.isSecret ? hidden(came) : describe(came)
  const complaint = `is ${shown}${sizeOf(value, came, encoding)}; expected ${expectedOf(value, encoding)}`
  if (value.isTyped(came)) return refused(builder, member, complaint)
  return new TypeError(`express-iclock: ${builder}: ${quoted(member)} ${complaint}`)
}

const OWN = /^express-iclock: (?:(?:[a-z]+\.)+\w+: )?(?:"(\w+)" )?/

/** What the message of a refusal says to whoever typed the value, and the member it is about. */
export function complaintOf(message: string): { member?: string; complaint: string } {
  const [start = '', member] = OWN.exec(message) ?? []
  return { ...(member !== undefined && { member }), complaint: message.slice(start.length) }
}

function expectedOf({ expected, mostBytes }: Value, encoding: string): string {
  if (mostBytes === undefined) return expected
  return `a string of at most ${mostBytes} bytes in ${encoding}, ${expected}`
}

function sizeOf({ mostBytes }: Value, came: unknown, encoding: string): string {
  if (mostBytes === undefined || typeof came !== 'string') return ''
  const { length } = encode(came, encoding)
  return length > mostBytes ? ` (${length} bytes)` : ''
}

function hidden(value: unknown): string {
  if (typeof value === 'string') return `a string of length ${value.length} (not shown)`
  if (value instanceof Uint8Array) return `${value.length} bytes (not shown)`
  return `of type ${value === null ? 'null' : typeof value} (not shown)`
}

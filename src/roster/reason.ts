// Why somebody can't be sent, in words for people who look at the roster. Pure.
import { complaintOf } from '../commands/refusal.js'

const LONGEST = 500
// What the developer of the app can do about it.
const ADVICE = /: yield [^:]*$/

/** The reason that an error gives: what came and what was expected, without who says so. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it could not be sent'
  const { member, complaint } = complaintOf(error.message)
  const reason = member === undefined ? complaint : `${member} ${complaint}`
  return reason.replace(ADVICE, '').slice(0, LONGEST)
}

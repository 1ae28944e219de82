// A filter of commands, checked: it may come from a query string.
import { checkNames, wrong } from '../endpoint/options.js'
import type { CommandFilter, CommandState } from './storage.js'

const NAMES = ['serialNumber', 'state', 'since', 'before', 'limit']
const STATES: readonly CommandState[] = [
  'waiting',
  'sent',
  'succeeded',
  'failed',
  'unknown',
  'unanswered',
  'expired',
  'cancelled',
  'superseded',
]

/** @throws TypeError that names the member, what came and what was expected */
export function checkFilter(filter: CommandFilter): void {
  checkNames(filter, NAMES)
  const { serialNumber, state = [], since, before, limit = 1 } = filter
  if (serialNumber !== undefined && typeof serialNumber !== 'string') {
    throw wrong('serialNumber', serialNumber, 'the SN of a terminal, as a string')
  }
  for (const one of [state].flat()) {
    if (!STATES.includes(one)) throw wrong('state', one, `one of ${STATES.join(', ')}`)
  }
  for (const [name, value] of Object.entries({ since, before })) {
    if (value === undefined) continue
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
      throw wrong(name, value, 'a valid Date')
    }
  }
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw wrong('limit', limit, 'a whole number from 1 on')
  }
}

// A filter of commands, checked: it may come from a query string.
import { checkNames, checkWhole, type OptionNames, wrong } from '../check.js'
import type { CommandFilter, CommandState } from './storage.js'

const NAMES: OptionNames<CommandFilter> = {
  serialNumber: true,
  state: true,
  since: true,
  before: true,
  limit: true,
}
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
  checkWhole('limit', limit, 1)
}

// The filters of commands, checked: they may come from a query string.
import { wrong } from '../check.js'
import { type MemberCheck, moment, someOf, text, texts } from '../page.js'
import { COMMAND_STATES, type CommandFilter, type CountFilter } from './storage.js'

type Checks<Filter> = Readonly<Record<Exclude<keyof Filter, 'limit' | 'after'>, MemberCheck>>

/** The checks of the filter by which commands are counted. */
export const COUNT_CHECKS: Checks<CountFilter> = {
  serialNumber: text('the SN of a terminal'),
  state: someOf(COMMAND_STATES),
  since: moment,
}

/** The checks of the filter by which commands are listed. */
export const COMMAND_CHECKS: Checks<CommandFilter> = {
  ...COUNT_CHECKS,
  commandIds: texts('ids'),
  key: text('the key of commands'),
  pin: text('the PIN of a person'),
  before: moment,
  members(name, value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrong(name, value, 'an object with members and the values they must have')
    }
    for (const [member, one] of Object.entries(value)) {
      const isPlain = one === null || ['string', 'boolean'].includes(typeof one)
      if (isPlain || Number.isFinite(one)) continue
      throw wrong(`${name}.${member}`, one, 'text, a number, true, false or null')
    }
  },
}

/** @throws TypeError if ids are to be listed without the terminal they are unique on */
export function checkIdsHaveTerminal({ commandIds, serialNumber }: CommandFilter): void {
  if (commandIds === undefined || serialNumber !== undefined) return
  throw wrong('serialNumber', undefined, 'the SN of the terminal whose commandIds these are')
}

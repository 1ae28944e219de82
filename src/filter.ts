// The filters of all lists, checked in the same way by every adapter.
import { wrong } from './check.js'
import {
  type CheckedFilter,
  checkMembers,
  checkPaged,
  cursorOf,
  type MemberCheck,
  moment,
  oneOf,
  text,
  texts,
} from './page.js'
import { COMMAND_CHECKS, COUNT_CHECKS, checkIdsHaveTerminal } from './queue/filter.js'
import type { CommandFilter, CountFilter } from './queue/storage.js'
import { OUTCOMES } from './reply/outcome.js'
import type { KeptUpload } from './upload/storage.js'

export { type CheckedFilter, cursorOf }

const DAY = /^\d{4}-\d\d-\d\d$/

/** Every kind of upload but attendance, which has lists of its own. */
export const UPLOAD_KINDS: readonly KeptUpload['kind'][] = [
  ...(['operation', 'fields', 'file', 'packet', 'unparsed'] as const),
]

const day: MemberCheck = (name, value) => {
  if (typeof value === 'string' && DAY.test(value)) return
  throw wrong(name, value, 'a day such as "2026-10-05"')
}
const range = { since: moment, before: moment }
const common = { serialNumber: text('the SN of a terminal'), ...range }
const pin = text('the PIN of a person')

/** The lists that have a filter. */
export type ListName = 'commands' | 'replies' | 'unparsed' | 'attendance' | 'uploads' | 'terminals'

const CHECKS: Readonly<Record<ListName, Readonly<Record<string, MemberCheck>>>> = {
  commands: COMMAND_CHECKS,
  replies: { ...common, outcome: oneOf(OUTCOMES) },
  unparsed: common,
  attendance: { ...common, pin, day },
  uploads: { ...common, pin, kind: oneOf(UPLOAD_KINDS), type: text('the type of records') },
  terminals: {
    ...range,
    serialNumbers: texts('serial numbers'),
    search: text('the text to search for'),
  },
}

/**
 * Checks the filter of a list.
 *
 * @param place the types of the parts of a place in this list
 * @throws TypeError that names the member, what came and what was expected
 */
export function checkFilter<Filter extends { limit?: number; after?: string }>(
  list: ListName,
  filter: Filter,
  place: readonly ('string' | 'number')[],
): CheckedFilter<Filter> {
  const checked = checkPaged(filter, CHECKS[list], place)
  if (list === 'commands') checkIdsHaveTerminal(checked as CommandFilter)
  return checked
}

/** Checks the filter of a count, as `checkFilter` does that of a list. */
export function checkCountFilter(filter: CountFilter): CountFilter {
  return checkMembers(filter, COUNT_CHECKS)
}

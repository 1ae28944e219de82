// What a query of the page may say: the members of each view, checked, in one order.
import { COMMAND_STATES } from '../queue/storage.js'
import { PERSON_STATES } from '../roster/row.js'

/** A query has a value that its view can't read. */
export class QueryError extends Error {
  /** The HTTP status of the answer. */
  readonly status = 400

  constructor(member: string, expected: string) {
    super(`"${member}" is not valid; expected ${expected}`)
  }
}

/** The members that views know. */
export type Member =
  | ('sn' | 'id' | 'tab' | 'q' | 'show' | 'state' | 'standing' | 'pin' | 'person' | 'day')
  | 'verdict'
  | ('since' | 'before' | 'after')

type Check = [isValid: (value: string) => boolean, expected: string]

const upTo = (most: number): Check => [
  (value) => value.length <= most,
  `at most ${most} characters`,
]
const moment: Check = [
  (value) => /^\d{1,16}$/.test(value) && !Number.isNaN(new Date(Number(value)).getTime()),
  'a moment in milliseconds since 1970',
]
const oneOf = (values: readonly string[]): Check => [
  (value) => values.includes(value),
  `one of ${values.join(', ')}`,
]

const CHECKS: Readonly<Record<Member, Check>> = {
  sn: upTo(200),
  id: upTo(200),
  tab: oneOf(['commands', 'replies', 'punches', 'uploads', 'unparsed', 'options', 'people']),
  q: upTo(100),
  show: oneOf(['online', 'silent']),
  state: oneOf(COMMAND_STATES),
  verdict: oneOf(['allowed', 'denied', 'timeout']),
  standing: oneOf(PERSON_STATES),
  pin: upTo(100),
  person: upTo(100),
  day: [isDay, 'a day such as 2026-10-05'],
  since: moment,
  before: moment,
  after: upTo(4000),
}

/**
 * The members that a view knows, checked and in one order, so that the same rows are one topic.
 * Others are left out, and empty ones.
 *
 * @throws QueryError that names the member and what was expected
 */
export function viewQuery(
  view: string,
  asked: URLSearchParams,
  members: readonly Member[],
): URLSearchParams {
  const query = new URLSearchParams({ view })
  for (const member of members) {
    const values = [...new Set(asked.getAll(member).filter((value) => value !== ''))].sort()
    const [isValid, expected] = CHECKS[member]
    const isOnce = values.length <= 1 || member === 'state'
    if (!isOnce || !values.every(isValid)) throw new QueryError(member, expected)
    for (const value of values) query.append(member, value)
  }
  return query
}

/** The moment that a checked query names in milliseconds; undefined if it names none. */
export function momentIn(query: URLSearchParams, name: Member): Date | undefined {
  const value = query.get(name)
  return value === null ? undefined : new Date(Number(value))
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return false
  const date = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
}

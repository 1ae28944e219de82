// Pages of lists: the filter of a list, checked, the cursor a page ends with, and a walk through all
// pages.
import { checkNames, wrong } from './check.js'
import type { Awaitable } from './endpoint/deadline.js'

/** A page of a list. */
export interface Page<Row> {
  /** The newest first, unless the list says otherwise. */
  rows: readonly Row[]
  /** The `after` of the next page; missing if this is the last. */
  next?: string
}

/** The members that the filters of most lists have. */
export interface ListFilter {
  /** Those of this terminal. */
  serialNumber?: string
  /** Those of this moment or later. */
  since?: Date
  /** Those before this moment. */
  before?: Date
  /** At most this many: 1 to 1,000, 100 by default. */
  limit?: number
  /** Continues after a page: its `next`. */
  after?: string
}

/** Checks a member of a filter. */
export type MemberCheck = (name: string, value: unknown) => void

/** A filter that was checked: it has its own members and no others. */
export type CheckedFilter<Filter> = Filter & {
  limit: number
  /** The place of the last row before this page, from its cursor; missing on the first page. */
  place?: readonly (string | number)[]
}

const DEFAULT_LIMIT = 100
const HIGHEST_LIMIT = 1000
const MOST_VALUES = 1000
const LONGEST_CURSOR = 2000

/**
 * Every row that a filter selects, page by page: `limit` is the size of a page.
 *
 * @example
 * for await (const punch of rowsOf((filter) => adapter.listAttendance(filter), { pin: '7' })) {
 *   console.log(punch.time)
 * }
 */
export async function* rowsOf<Filter extends object, Row>(
  list: (filter: Filter & { after?: string }) => Awaitable<Page<Row>>,
  filter: Filter & { after?: string },
): AsyncGenerator<Row, void, undefined> {
  for (let { after } = filter; ; ) {
    const { rows, next } = await list(after === undefined ? filter : { ...filter, after })
    yield* rows
    if (next === undefined) return
    after = next
  }
}

/**
 * Checks the members of a filter. An unknown one is refused, since ignoring it would list
 * everything.
 *
 * @returns a copy without a prototype: what somebody put into `Object.prototype` selects nothing
 * @throws TypeError that names the member, what came and what was expected
 */
export function checkMembers<Filter extends object>(
  filter: Filter,
  checks: Readonly<Record<string, MemberCheck>>,
): Filter {
  checkNames<object>(filter, Object.fromEntries(Object.keys(checks).map((name) => [name, true])))
  const own: Filter = Object.assign(Object.create(null), filter)
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined) checks[name]?.(name, value)
  }
  return own
}

/**
 * Checks the filter of a list that has pages.
 *
 * @param place the types of the parts of a place in this list; without it the cursor is not read
 * @throws TypeError that names the member, what came and what was expected
 */
export function checkPaged<Filter extends { limit?: number; after?: string }>(
  filter: Filter,
  checks: Readonly<Record<string, MemberCheck>>,
  place?: readonly ('string' | 'number')[],
): CheckedFilter<Filter> {
  const own = checkMembers(filter, { ...checks, limit, after: text('the `next` of a page') })
  const { after } = own
  return Object.assign(own, {
    limit: own.limit ?? DEFAULT_LIMIT,
    ...(after !== undefined && place !== undefined && { place: placeOf(after, place) }),
  })
}

/** The cursor for a place in a list: text that a URL can carry. */
export function cursorOf(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** Checks that a member is text. */
export function text(expected: string): MemberCheck {
  return (name, value) => {
    if (typeof value !== 'string') throw wrong(name, value, `${expected}, as a string`)
  }
}

/** Checks that a member is a list of texts. */
export function texts(what: string): MemberCheck {
  return (name, value) => {
    const isList = Array.isArray(value) && value.length <= MOST_VALUES
    if (isList && value.every((each) => typeof each === 'string')) return
    throw wrong(name, value, `an array of at most ${MOST_VALUES} ${what}, as strings`)
  }
}

/** Checks that a member is one of these values. */
export function oneOf(values: readonly string[]): MemberCheck {
  return (name, value) => {
    if (!values.includes(value as string)) throw wrong(name, value, `one of ${values.join(', ')}`)
  }
}

/** Checks that a member is one of these values, or a list of them. */
export function someOf(values: readonly string[]): MemberCheck {
  const check = oneOf(values)
  return (name, value) => {
    for (const each of [value].flat()) check(name, each)
  }
}

/** Checks that a member is a valid moment. */
export const moment: MemberCheck = (name, value) => {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return
  throw wrong(name, value, 'a valid Date')
}

const limit: MemberCheck = (name, value) => {
  const isWhole = Number.isSafeInteger(value)
  if (isWhole && (value as number) >= 1 && (value as number) <= HIGHEST_LIMIT) return
  throw wrong(name, value, `a whole number from 1 to ${HIGHEST_LIMIT}`)
}

function placeOf(after: string, types: readonly string[]): readonly (string | number)[] {
  const place = after.length <= LONGEST_CURSOR ? parsed(after) : undefined
  const isPlace =
    Array.isArray(place) &&
    place.length === types.length &&
    place.every((part, index) => {
      return (
        typeof part === types[index] && (typeof part === 'string' || Number.isSafeInteger(part))
      )
    })
  if (isPlace) return place
  throw wrong('after', after, 'the `next` of a page of this list')
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

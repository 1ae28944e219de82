// Lists, page by page: the rows of one list of storage, or of several in one order.
import type { Awaitable } from '../endpoint/deadline.js'
import type { Page as StoredPage } from '../kept.js'
import { QueryError } from './query.js'

/** A page of a list. */
export interface Page<Row> {
  rows: Row[]
  /** The `after` of the next page; missing if this is the last. */
  next?: string
  /** Whether pages come before it. */
  isLater: boolean
  /** How many rows were searched, if the search stopped before the end of the list. */
  searched?: number
}

/** A list of storage. */
export type Source<Row> = (asked: { limit: number; after?: string }) => Awaitable<StoredPage<Row>>

/** How rows are chosen and ordered. */
export interface Choice<Row> {
  /** Chooses rows that storage can't choose; it reads a bounded number of them. */
  matches?(row: Row): boolean
  /** Whether a row comes before one of another list; needed for several lists. */
  isBefore?(row: Row, other: Row): boolean
  /** How many rows the page has, unless they are chosen with `matches`: 50 by default. */
  size?: number
}

/** How many rows a page has. */
export const PAGE_SIZE = 50
const SEARCHED_AT_ONCE = 100
const MOST_SEARCHED = 200
// Storage may answer pages without rows.
const MOST_LOADS = 8

// Where a list goes on: the cursor of a page of storage, and how many of its rows were taken. Null is its end.
type Place = readonly [after: string, skipped: number] | null

/**
 * Reads a page. It goes on where `after` of the query says, reads each list in pages, and stops
 * when it has enough rows, or has searched enough of them.
 *
 * @throws QueryError if `after` is not a cursor of these lists
 */
export async function pageOf<Row>(
  query: URLSearchParams,
  sources: readonly Source<Row>[],
  { matches, isBefore = () => true, size = PAGE_SIZE }: Choice<Row> = {},
): Promise<Page<Row>> {
  const after = query.get('after') ?? ''
  const places = after === '' ? sources.map((): Place => ['', 0]) : placesIn(after, sources.length)
  const limit = matches === undefined ? size : SEARCHED_AT_ONCE
  const readers = sources.map((list, index) => new Reader(list, places[index] ?? null, limit))
  const rows: Row[] = []
  let searched = 0
  let loads = 0
  const most = matches === undefined ? size : MOST_SEARCHED
  while (rows.length < size && searched < most) {
    const waiting = readers.filter((reader) => reader.isEmpty && !reader.isOver)
    if (waiting.length > 0) {
      if (loads++ === MOST_LOADS) break
      await Promise.all(waiting.map((reader) => reader.load()))
      continue
    }
    const first = firstOf(readers, isBefore)
    if (first === undefined) break
    const row = first.take()
    searched++
    if (matches === undefined || matches(row)) rows.push(row)
  }
  const isOver = readers.every((reader) => reader.isEmpty && reader.isOver)
  return {
    rows,
    ...(!isOver && { next: cursorOf(readers.map((reader) => reader.place)) }),
    isLater: after !== '',
    ...(!isOver && rows.length < size && { searched }),
  }
}

/** A short list that was read as a whole. */
export function listed<Row>(all: readonly Row[]): Source<Row> {
  return ({ limit, after = '0' }) => {
    const end = (Math.trunc(Number(after)) || 0) + limit
    const rows = all.slice(end - limit, end)
    return end < all.length ? { rows, next: String(end) } : { rows }
  }
}

function firstOf<Row>(
  readers: readonly Reader<Row>[],
  isBefore: (row: Row, other: Row) => boolean,
): Reader<Row> | undefined {
  const full = readers.filter((reader) => !reader.isEmpty)
  return full.reduce<Reader<Row> | undefined>((first, reader) => {
    return first === undefined || !isBefore(first.head, reader.head) ? reader : first
  }, undefined)
}

/** Reads a list of storage page by page, and knows its place. */
class Reader<Row> {
  readonly #list: Source<Row>
  readonly #limit: number
  #rows: readonly Row[] = []
  #taken = 0
  #after: string
  #skipped: number
  #next: string | undefined
  #isLoaded = false
  isOver: boolean

  constructor(list: Source<Row>, place: Place, limit: number) {
    this.#list = list
    this.#limit = limit
    this.isOver = place === null
    ;[this.#after, this.#skipped] = place ?? ['', 0]
  }

  get isEmpty(): boolean {
    return this.#taken >= this.#rows.length
  }

  get head(): Row {
    return this.#rows[this.#taken] as Row
  }

  take(): Row {
    const row = this.head
    this.#taken++
    return row
  }

  async load(): Promise<void> {
    if (this.#isLoaded) [this.#after, this.#skipped] = [this.#next ?? '', 0]
    const { rows, next } = await this.#page()
    this.#rows = rows
    this.#taken = Math.min(this.#skipped, rows.length)
    this.#next = next
    this.#isLoaded = true
    this.isOver = next === undefined
  }

  /** Where the list goes on after the rows that were taken. */
  get place(): Place {
    if (!this.#isLoaded) return this.isOver ? null : [this.#after, this.#skipped]
    if (!this.isEmpty) return [this.#after, this.#taken]
    return this.#next === undefined ? null : [this.#next, 0]
  }

  async #page(): Promise<StoredPage<Row>> {
    if (this.#after === '') return this.#list({ limit: this.#limit })
    try {
      return await this.#list({ limit: this.#limit, after: this.#after })
    } catch (error) {
      // Storage checks its cursor, which came from the query.
      const isCursor = error instanceof TypeError && error.message.includes('"after"')
      throw isCursor ? new QueryError('after', 'the next of a page of this list') : error
    }
  }
}

function cursorOf(places: readonly Place[]): string {
  return Buffer.from(JSON.stringify(places)).toString('base64url')
}

function placesIn(cursor: string, count: number): readonly Place[] {
  const places = parsed(cursor)
  const isList = Array.isArray(places) && places.length === count
  if (isList && places.every(isPlace) && places.some((place) => place !== null)) return places
  throw new QueryError('after', 'the next of a page of this list')
}

function isPlace(place: unknown): place is Place {
  if (place === null) return true
  if (!Array.isArray(place) || place.length !== 2) return false
  const [after, skipped] = place
  const isCount = Number.isSafeInteger(skipped) && skipped >= 0 && skipped <= SEARCHED_AT_ONCE
  return typeof after === 'string' && isCount
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}

// Rows in the order of their moments, of all terminals and of each: for lists, the newest first.
import { type CheckedFilter, cursorOf } from '../filter.js'
import type { ListFilter, Page } from '../kept.js'

/** A row that has its place: of one moment, the one added last comes last. */
export interface Placed {
  serialNumber: string
  at: number
  /** Set when it is added. */
  position: number
  isGone?: true
}

/** The types of the parts of a place, as cursors have them. */
export const PLACE = ['number', 'number'] as const

// One count for all timelines, so that rows of several can be put in their order.
let added = 0

/** Rows in order. What is taken out leaves its place when there are as many gaps as rows. */
class Line<Row extends Placed> {
  #rows: Row[] = []
  #gaps = 0

  add(row: Row): void {
    const last = this.#rows.at(-1)
    if (last === undefined || last.at <= row.at) this.#rows.push(row)
    else this.#rows.splice(this.#indexOf(row.at, row.position), 0, row)
  }

  noteGap(): void {
    this.#gaps++
    if (this.#gaps * 2 <= this.#rows.length) return
    this.#rows = this.#rows.filter(({ isGone }) => isGone === undefined)
    this.#gaps = 0
  }

  *newest(before: number, position: number): Generator<Row> {
    for (let index = this.#indexOf(before, position) - 1; index >= 0; index--) {
      const row = this.#rows[index]
      if (row !== undefined && row.isGone === undefined) yield row
    }
  }

  // How many rows come before this place.
  #indexOf(at: number, position: number): number {
    let [low, high] = [0, this.#rows.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const row = this.#rows[middle] as Row
      if (row.at < at || (row.at === at && row.position < position)) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Rows in the order of their moments. */
export class Timeline<Row extends Placed> {
  readonly #all = new Line<Row>()
  readonly #byTerminal = new Map<string, Line<Row>>()
  /** Those that are not in the lines of their terminals yet. */
  #recent: Row[] = []

  /** Adds a row to this timeline, and to no other. */
  add(row: Row): void {
    row.position = ++added
    this.#all.add(row)
    // Optimization: the lines of terminals are brought up to date when somebody asks for them.
    this.#recent.push(row)
  }

  #lineOf(serialNumber: string): Line<Row> | undefined {
    for (const row of this.#recent) {
      const line = this.#byTerminal.get(row.serialNumber) ?? new Line<Row>()
      line.add(row)
      this.#byTerminal.set(row.serialNumber, line)
    }
    this.#recent = []
    return this.#byTerminal.get(serialNumber)
  }

  /** Takes a row out. */
  remove(row: Row | undefined): void {
    if (row === undefined || row.isGone) return
    row.isGone = true
    this.#all.noteGap()
    this.#lineOf(row.serialNumber)?.noteGap()
  }

  /** The rows that a filter asks for, the newest first. */
  *rows(
    { serialNumber, since, before }: ListFilter,
    [at, position]: readonly (string | number)[] = [],
  ): Generator<Row> {
    const line = serialNumber === undefined ? this.#all : this.#lineOf(serialNumber)
    const end = before?.getTime() ?? Number.POSITIVE_INFINITY
    const isLater = at !== undefined && Number(at) < end
    const start = isLater ? [Number(at), Number(position)] : [end, 0]
    for (const row of line?.newest(start[0] as number, start[1] as number) ?? []) {
      if (since !== undefined && row.at < since.getTime()) return
      yield row
    }
  }

  /** A page of what a filter asks for. */
  page<Shown>(
    filter: CheckedFilter<ListFilter>,
    isAsked: (row: Row) => boolean,
    show: (row: Row) => Shown,
  ): Page<Shown> {
    const rows: Shown[] = []
    let last: Row | undefined
    for (const row of this.rows(filter, filter.place)) {
      if (!isAsked(row)) continue
      if (last !== undefined && rows.length === filter.limit) {
        return { rows, next: cursorOf([last.at, last.position]) }
      }
      rows.push(show(row))
      last = row
    }
    return { rows }
  }
}

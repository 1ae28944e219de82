// Rows in the order of their moments, of all terminals and of each: for lists, the newest first.
import { type CheckedFilter, cursorOf } from '../filter.js'
import type { ListFilter, Page } from '../kept.js'

/** A row with its place: of one moment, the one added last comes last. */
export interface Placed<Row> {
  row: Row
  serialNumber: string
  at: number
  position: number
  isGone?: true
}

/** The types of the parts of a place, as cursors have them. */
export const PLACE = ['number', 'number'] as const

/** Rows in order. What is taken out leaves its place when there are as many gaps as rows. */
class Line<Row> {
  #rows: Placed<Row>[] = []
  #gaps = 0

  add(placed: Placed<Row>): void {
    const last = this.#rows.at(-1)
    if (last === undefined || last.at <= placed.at) this.#rows.push(placed)
    else this.#rows.splice(this.#indexOf(placed.at, placed.position), 0, placed)
  }

  noteGap(): void {
    this.#gaps++
    if (this.#gaps * 2 <= this.#rows.length) return
    this.#rows = this.#rows.filter(({ isGone }) => isGone === undefined)
    this.#gaps = 0
  }

  *newest(before: number, position: number): Generator<Placed<Row>> {
    for (let index = this.#indexOf(before, position) - 1; index >= 0; index--) {
      const placed = this.#rows[index]
      if (placed !== undefined && placed.isGone === undefined) yield placed
    }
  }

  // How many rows come before this place.
  #indexOf(at: number, position: number): number {
    let [low, high] = [0, this.#rows.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const placed = this.#rows[middle] as Placed<Row>
      if (placed.at < at || (placed.at === at && placed.position < position)) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Rows in the order of their moments. */
export class Timeline<Row> {
  readonly #all = new Line<Row>()
  readonly #byTerminal = new Map<string, Line<Row>>()
  #position = 0

  /** Adds a row; returns its place, to remove it by. */
  add(row: Row, serialNumber: string, at: Date): Placed<Row> {
    const placed = { row, serialNumber, at: at.getTime(), position: ++this.#position }
    this.#all.add(placed)
    const own = this.#byTerminal.get(serialNumber) ?? new Line<Row>()
    own.add(placed)
    this.#byTerminal.set(serialNumber, own)
    return placed
  }

  /** Takes a row out. */
  remove(placed: Placed<Row> | undefined): void {
    if (placed === undefined || placed.isGone) return
    placed.isGone = true
    this.#all.noteGap()
    this.#byTerminal.get(placed.serialNumber)?.noteGap()
  }

  /** The rows that a filter asks for, the newest first. */
  *rows(
    { serialNumber, since, before }: ListFilter,
    [at, position]: readonly (string | number)[] = [],
  ): Generator<Placed<Row>> {
    const line = serialNumber === undefined ? this.#all : this.#byTerminal.get(serialNumber)
    const end = before?.getTime() ?? Number.POSITIVE_INFINITY
    const isLater = at !== undefined && Number(at) < end
    const start = isLater ? [Number(at), Number(position)] : [end, 0]
    for (const placed of line?.newest(start[0] as number, start[1] as number) ?? []) {
      if (since !== undefined && placed.at < since.getTime()) return
      yield placed
    }
  }

  /** A page of what a filter asks for. */
  page<Shown>(
    filter: CheckedFilter<ListFilter>,
    isAsked: (row: Row) => boolean,
    show: (row: Row) => Shown,
  ): Page<Shown> {
    const rows: Shown[] = []
    let last: Placed<Row> | undefined
    for (const placed of this.rows(filter, filter.place)) {
      if (!isAsked(placed.row)) continue
      if (last !== undefined && rows.length === filter.limit) {
        return { rows, next: cursorOf([last.at, last.position]) }
      }
      rows.push(show(placed.row))
      last = placed
    }
    return { rows }
  }
}

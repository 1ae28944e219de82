// Groups rows into the uploads that firmware makes of them.
import type { Dialect } from '../dialect.js'
import type { Memory } from './memory.js'
import type { Change } from './person.js'
import { type Row, rowOf } from './row.js'

/** Rows of one table that follow each other, at most `size` in each batch. */
export function batchesOf(rows: readonly Row[], size: number): { table: string; rows: string[] }[] {
  const batches: { table: string; rows: string[] }[] = []
  for (const { table, line } of rows) {
    const last = batches.at(-1)
    if (last?.table === table && last.rows.length < size) last.rows.push(line)
    else batches.push({ table, rows: [line] })
  }
  return batches
}

/** The next upload of what happened at the terminal, and the changes that are in it. */
export function nextUpload(
  memory: Memory,
  family: Dialect['family'],
  time: string,
): { table: string; rows: string[]; changes: Change[] } {
  const changes: Change[] = []
  const rows: string[] = []
  let used = ''
  for (const change of memory.changes) {
    const written = rowOf(change, family, memory, time)
    const { table = used } = written[0] ?? {}
    const isOther = used !== '' && table !== used
    if (isOther || rows.length >= memory.habits.batchSize) break
    used = table
    rows.push(...written.map(({ line }) => line))
    changes.push(change)
  }
  return { table: used, rows, changes }
}

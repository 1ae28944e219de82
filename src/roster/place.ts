// Places that became free on a terminal.
import { writeRows } from './answer.js'
import type { Executing, Written } from './execute.js'
import type { TerminalRow } from './reading.js'
import type { Snapshot } from './snapshot.js'
import { decode, writeOf } from './write.js'

/** Notes that places became free: those for whom there was none are tried again. */
export async function countPlaces(
  snapshot: Snapshot,
  { adapter }: Pick<Executing, 'adapter'>,
  written: readonly Written[],
): Promise<void> {
  const freed = written.filter(({ before, row }) => {
    return row.state === 'removed' && before?.content.removal !== undefined
  }).length
  const { row, content } = snapshot.own
  if (freed === 0 || row === undefined) return
  const { version: _, content: __, ...rest } = row
  const write = writeOf(rest, { ...content, places: content.places + freed }, row)
  const [isWritten] = await writeRows(adapter, [write])
  if (isWritten === true) snapshot.own = decode<TerminalRow>(write.row)
}

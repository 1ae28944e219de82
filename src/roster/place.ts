// Places that became free on a terminal.
import type { Executing, Written } from './execute.js'
import type { Snapshot } from './snapshot.js'

/** Notes that places became free: those for whom there was none are tried again. */
export async function countPlaces(
  snapshot: Snapshot,
  executing: Executing,
  written: readonly Written[],
): Promise<void> {
  const freed = written.filter(({ before, row }) => {
    return row.state === 'removed' && before?.content.removal !== undefined
  }).length
  const { row, content } = snapshot.own
  if (freed === 0 || row === undefined) return
  const next = { ...content, places: content.places + freed }
  const write = {
    ...row,
    content: JSON.stringify(next),
    version: (await executing.newIds(1))[0] ?? '',
  }
  const [isWritten] = await executing.adapter.writeRoster([{ row: write, replaces: row.version }])
  if (isWritten === true) snapshot.own = { row: write, content: next }
}

// The calls of the roster's storage, with what they answer checked: a wrong shape must never pass for
// "nobody there", nor another person's row for this one's.
import { describe } from '../check.js'
import type { Page } from '../page.js'
import { checkRosterRows, FENCED_MEMBERS, isText, type RowMembers } from '../queue/fence.js'
import { checkPage, misanswered, shapeOf } from '../reply/found.js'
import type {
  RosterCountFilter,
  RosterFilter,
  RosterRow,
  RosterStorage,
  RosterWrite,
} from './storage.js'

const MOST_TRIES = 10
const MEMBERS: RowMembers = {
  ...FENCED_MEMBERS,
  ...{ serialNumber: isText, version: isText, state: isText, content: isText },
  // Under Jest a Date may come from another realm.
  changedAt: (value) => Object.prototype.toString.call(value) === '[object Date]',
}

/** @throws IclockError `STORAGE_MISMATCH` if `findRoster` answers anything but rows of these PINs */
export async function findRows(
  adapter: Pick<RosterStorage, 'findRoster'>,
  serialNumber: string,
  pins: readonly string[],
): Promise<readonly RosterRow[]> {
  const rows = await adapter.findRoster(serialNumber, pins)
  checkRosterRows('findRoster', rows, MEMBERS)
  const asked = new Set(pins)
  checkAsked('findRoster', rows, (row) => row.serialNumber === serialNumber && asked.has(row.pin))
  return rows
}

/** @throws IclockError `STORAGE_MISMATCH` if `listRoster` answers anything but a page of these rows */
export async function listRows(
  adapter: Pick<RosterStorage, 'listRoster'>,
  filter: RosterFilter,
): Promise<Page<RosterRow>> {
  const page = await adapter.listRoster(filter)
  checkPage('listRoster', page)
  const { rows } = page
  checkRosterRows('listRoster', rows, MEMBERS)
  const { serialNumber, pin } = filter
  checkAsked('listRoster', rows, (row) => {
    return row.serialNumber === (serialNumber ?? row.serialNumber) && row.pin === (pin ?? row.pin)
  })
  return page
}

/** @throws IclockError `STORAGE_MISMATCH` if `writeRoster` doesn't answer for each write */
export async function writeRows(
  adapter: Pick<RosterStorage, 'writeRoster'>,
  writes: readonly RosterWrite[],
): Promise<readonly boolean[]> {
  const written: unknown = await adapter.writeRoster(writes)
  const isList = Array.isArray(written) && written.length === writes.length
  if (isList && written.every((one) => typeof one === 'boolean')) return written
  const expected = `an array of ${writes.length}: of each write, true or false for whether it was written`
  throw misanswered('writeRoster', describe(written), expected)
}

/**
 * Calls a function, which reads rows and writes them, until nobody has changed them in between.
 *
 * @param attempt returns whether it wrote them
 */
export async function untilWritten(attempt: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) if (await attempt()) return
  throw new Error(
    `express-iclock: writeRoster of the adapter didn't write rows that were just read, ${MOST_TRIES} times: ` +
      'others change them all the time; the same call, or the same upload, may be tried again',
  )
}

/** @throws IclockError `STORAGE_MISMATCH` if `countRoster` answers anything but numbers */
export async function countRows(
  adapter: Pick<RosterStorage, 'countRoster'>,
  filter: RosterCountFilter,
): Promise<Readonly<Record<string, number>>> {
  const counts: unknown = await adapter.countRoster(filter)
  const isObject = typeof counts === 'object' && counts !== null
  const values = isObject ? Object.entries(counts) : []
  const wrong = values.find(([, count]) => !Number.isSafeInteger(count))
  if (isObject && wrong === undefined) return counts as Readonly<Record<string, number>>
  const answer = wrong
    ? `${describe(wrong[1])} for the state ${describe(wrong[0])}`
    : shapeOf(counts)
  throw misanswered('countRoster', answer, 'an object with the number of rows of each state')
}

function checkAsked(
  call: 'findRoster' | 'listRoster',
  rows: readonly RosterRow[],
  isAsked: (row: RosterRow) => boolean,
): void {
  const other = rows.find((row) => !isAsked(row))
  if (other === undefined) return
  throw misanswered(
    call,
    `the row of PIN ${describe(other.pin)} of terminal ${describe(other.serialNumber)}, which it was not asked for`,
    'rows that it was asked for: it must compare both as text, exactly',
  )
}

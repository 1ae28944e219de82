// Serial numbers that were refused: a row for each of them and its address.
import {
  MOST_REFUSED,
  MOST_REFUSED_OF_ADDRESS,
  type Refusals,
  type RefusedFilter,
  type RefusedTerminal,
} from '../terminal/refused.js'
import { insert, type Row, read, type Steps, write } from './step.js'
import { ascii, serial, unascii } from './text.js'

const KEY = 'serial_number = ? AND address = ?'
const COUNT = 'SELECT COUNT(*) AS found FROM iclock_refused'

/** Adds refusals: see `RefusedStorage.onRefused`. */
export function* noteRefused(refusals: Refusals): Steps<void> {
  const own = serial(refusals.serialNumber)
  const address = ascii(refusals.address)
  const model = refusals.model === undefined ? null : ascii(refusals.model)
  const at = refusals.at.getTime()
  const sql = `UPDATE iclock_refused SET times = times + ?, model = COALESCE(?, model),
    first_at = CASE WHEN first_at > ? THEN ? ELSE first_at END,
    last_at = CASE WHEN last_at < ? THEN ? ELSE last_at END WHERE ${KEY}`
  const update = () => write(sql, refusals.times, model, at, at, at, at, own, address)
  if ((yield* update()) > 0) return
  const [all] = yield* read(COUNT)
  const [ofAddress] = yield* read(`${COUNT} WHERE address = ?`, address)
  if (Number(all?.found) >= MOST_REFUSED) return
  if (Number(ofAddress?.found) >= MOST_REFUSED_OF_ADDRESS) return
  const first = { serial_number: own, address, model: null, times: 0, first_at: at, last_at: at }
  yield* insert('iclock_refused', ['serial_number', 'address'], [first])
  yield* update()
}

/** All that are stored: see `RefusedStorage.listRefused`. */
export function* listRefused(): Steps<RefusedTerminal[]> {
  const rows = yield* read(
    `SELECT * FROM iclock_refused ORDER BY last_at DESC LIMIT ${MOST_REFUSED}`,
  )
  return rows.map(refusedOf)
}

/** Deletes some: see `RefusedStorage.forgetRefused`. */
export function forgetRefused(filter: RefusedFilter): Steps<number> {
  return 'before' in filter
    ? write('DELETE FROM iclock_refused WHERE last_at < ?', filter.before.getTime())
    : write('DELETE FROM iclock_refused WHERE serial_number = ?', serial(filter.serialNumber))
}

function refusedOf({
  serial_number,
  address,
  model,
  times,
  first_at,
  last_at,
}: Row): RefusedTerminal {
  return {
    serialNumber: unascii(String(serial_number)),
    address: unascii(String(address)),
    ...(typeof model === 'string' && { model: unascii(model) }),
    times: Number(times),
    firstAt: new Date(Number(first_at)),
    lastAt: new Date(Number(last_at)),
  }
}

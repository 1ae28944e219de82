// Serial numbers that were refused: a row for each of them and its address.
import type { Promised } from '../promised.js'
import {
  MOST_REFUSED,
  MOST_REFUSED_OF_ADDRESS,
  type RefusedStorage,
  type RefusedTerminal,
} from '../terminal/refused.js'
import { type Database, milliseconds, moment } from './query.js'

const ADD = `
  INSERT INTO :schema.refused AS known (serial_number, address, model, times, first_at, last_at)
  SELECT $1, $2, $3, $4::bigint, ${moment('$5')}, ${moment('$5')}
  WHERE EXISTS (SELECT FROM :schema.refused WHERE serial_number = $1 AND address = $2)
    OR ((SELECT count(*) FROM :schema.refused) < ${MOST_REFUSED}
      AND (SELECT count(*) FROM :schema.refused WHERE address = $2) < ${MOST_REFUSED_OF_ADDRESS})
  ON CONFLICT (serial_number, address) DO UPDATE SET
    model = coalesce(excluded.model, known.model), times = known.times + excluded.times,
    first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at)`

const LIST = `
  SELECT json_build_object('serialNumber', serial_number, 'address', address, 'model', model, 'times', times,
    'firstAt', ${milliseconds('first_at')}, 'lastAt', ${milliseconds('last_at')})::text AS row
  FROM :schema.refused ORDER BY last_at DESC LIMIT ${MOST_REFUSED}`

const FORGET = (condition: string) => `
  WITH gone AS (DELETE FROM :schema.refused WHERE ${condition} RETURNING 1)
  SELECT count(*)::text AS row FROM gone`

interface RefusedRow extends Omit<RefusedTerminal, 'model' | 'firstAt' | 'lastAt'> {
  model: string | null
  firstAt: number
  lastAt: number
}

/** Stores what was refused: see `RefusedStorage`. */
export function refusedOn(database: Database): Promised<RefusedStorage> {
  return {
    async onRefused({ serialNumber, address, model = null, at, times }) {
      await database.rows(ADD, [serialNumber, address, model, times, at.getTime()])
    },
    async listRefused() {
      const rows = await database.rows<RefusedRow>(LIST)
      return rows.map(({ model, firstAt, lastAt, ...row }) => ({
        ...row,
        ...(model !== null && { model }),
        firstAt: new Date(firstAt),
        lastAt: new Date(lastAt),
      }))
    },
    async forgetRefused(filter) {
      const [count = 0] =
        'before' in filter
          ? await database.rows<number>(FORGET(`last_at < ${moment('$1')}`), [
              filter.before.getTime(),
            ])
          : await database.rows<number>(FORGET('serial_number = $1'), [filter.serialNumber])
      return count
    },
  }
}

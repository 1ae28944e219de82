// Offers of files: a row for each.
import { checkOfferFilter, type FileOffer, type OfferStorage } from '../files/storage.js'
import { cursorOf } from '../page.js'
import type { Promised } from '../promised.js'
import { Values } from './list.js'
import { type Database, dateOf, Json, milliseconds, moment } from './query.js'

const ROW = `json_build_object('token', token, 'serialNumber', serial_number, 'offeredAt', ${milliseconds('offered_at')},
  'expiresAt', ${milliseconds('expires_at')}, 'served', served, 'servedAt', ${milliseconds('served_at')},
  'content', content)::text AS row`

const ADD = `
  INSERT INTO :schema.offers (token, serial_number, offered_at, expires_at, served, served_at, content)
  VALUES ($1, $2, ${moment('$3')}, ${moment('$4')}, $5, ${moment('$6')}, $7) ON CONFLICT DO NOTHING`

// An update waits for another one of its row, and looks at what this one left.
const NOTE = `
  UPDATE :schema.offers SET served = $2, served_at = ${moment('$3')}
  WHERE token = $1 AND served >= $4 AND served < $2`

const DELETE = 'DELETE FROM :schema.offers WHERE token = $1 RETURNING to_json(true)::text AS row'

type Content = Pick<FileOffer, 'name' | 'file' | 'size' | 'md5' | 'platform' | 'isBase64' | 'once'>

interface Stored extends Pick<FileOffer, 'token' | 'serialNumber' | 'served'> {
  offeredAt: number
  expiresAt: number
  servedAt: number | null
  content: Content
}

/** Stores offers: see `OfferStorage`. */
export function offersOn(database: Database): Promised<OfferStorage> {
  return {
    async addOffer({ token, serialNumber, offeredAt, expiresAt, served, servedAt, ...content }) {
      const times = [offeredAt.getTime(), expiresAt.getTime()]
      const rest = [served, servedAt?.getTime() ?? null, new Json(content)]
      await database.rows(ADD, [token, serialNumber, ...times, ...rest])
    },
    async findOffer(token) {
      const sql = `SELECT ${ROW} FROM :schema.offers WHERE token = $1`
      const [row] = await database.rows<Stored>(sql, [token])
      return row && offerOf(row)
    },
    async noteServed(token, { from, to, at }) {
      await database.rows(NOTE, [token, to, at.getTime(), from])
    },
    async listOffers(given) {
      const { serialNumber, limit, place } = checkOfferFilter(given)
      const values = new Values()
      const conditions: string[] = []
      if (serialNumber !== undefined) conditions.push(`serial_number = ${values.add(serialNumber)}`)
      if (place !== undefined) {
        const [at, token] = place.map((part) => values.add(part))
        conditions.push(`(offered_at, token) < (${moment(String(at))}, ${token})`)
      }
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
      const found = await database.rows<Stored>(
        `SELECT ${ROW} FROM :schema.offers ${where} ORDER BY offered_at DESC, token DESC LIMIT ${limit + 1}`,
        values.all,
      )
      const rows = found.slice(0, limit).map(offerOf)
      const last = rows.at(-1)
      if (found.length <= limit || last === undefined) return { rows }
      return { rows, next: cursorOf([last.offeredAt.getTime(), last.token]) }
    },
    async deleteOffer(token) {
      return (await database.rows(DELETE, [token])).length > 0
    },
  }
}

/** Deletes the offers that expired before this moment. */
export async function forgetOffers(database: Database, before: number): Promise<void> {
  await database.rows(`DELETE FROM :schema.offers WHERE expires_at < ${moment('$1')}`, [before])
}

function offerOf({ offeredAt, expiresAt, servedAt, content, ...row }: Stored): FileOffer {
  const served = dateOf(servedAt)
  return {
    ...content,
    ...row,
    offeredAt: new Date(offeredAt),
    expiresAt: new Date(expiresAt),
    ...(served !== undefined && { servedAt: served }),
  }
}

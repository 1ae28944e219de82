// Offers of files: a row for each, of which the database compares a few columns.
import {
  checkOfferFilter,
  type FileOffer,
  type OfferFilter,
  type ServedPart,
} from '../files/storage.js'
import type { Page } from '../page.js'
import { all, equal, pageOf, stretch } from './page.js'
import { insert, type Row, read, type Steps, write } from './step.js'
import { ascii, moment, pack, serial, unascii, unpack } from './text.js'

const TABLE = 'iclock_offers'

/** Stores a new offer. */
export function* addOffer(offer: FileOffer): Steps<void> {
  const { token, serialNumber, offeredAt, expiresAt, served, servedAt, ...content } = offer
  const row = {
    token: ascii(token),
    serial_number: serial(serialNumber),
    offered_at: offeredAt.getTime(),
    expires_at: expiresAt.getTime(),
    served,
    served_at: servedAt?.getTime() ?? null,
    content: pack(content),
  }
  yield* insert(TABLE, ['token'], [row])
}

/** The offer of a token. */
export function* findOffer(token: string): Steps<FileOffer | undefined> {
  const [row] = yield* read(`SELECT * FROM ${TABLE} WHERE token = ?`, ascii(token))
  return row && offerOf(row)
}

/** Notes how far an offer was sent: see `OfferStorage.noteServed`. */
export function* noteServed(token: string, { from, to, at }: ServedPart): Steps<void> {
  const sql = `UPDATE ${TABLE} SET served = ?, served_at = ? WHERE token = ? AND served >= ? AND served < ?`
  yield* write(sql, to, at.getTime(), ascii(token), from, to)
}

/** Lists offers, the newest first. */
export function* listOffers(given: OfferFilter): Steps<Page<FileOffer>> {
  const { serialNumber, limit, place } = checkOfferFilter(given)
  const own = { serial_number: serialNumber === undefined ? undefined : serial(serialNumber) }
  const range = place === undefined ? {} : { place: [place[0] ?? 0, ascii(String(place[1]))] }
  const [where, values] = all([...equal(own), ...stretch('offered_at', 'token', range)])
  const sql = `SELECT * FROM ${TABLE} WHERE ${where} ORDER BY offered_at DESC, token DESC LIMIT ?`
  const rows = yield* read(sql, ...values, limit + 1)
  const placeOf = (row: Row) => [Number(row.offered_at), unascii(String(row.token))]
  return pageOf(rows, limit, placeOf, offerOf)
}

/** Deletes an offer. */
export function* deleteOffer(token: string): Steps<boolean> {
  return (yield* write(`DELETE FROM ${TABLE} WHERE token = ?`, ascii(token))) > 0
}

/** Deletes the offers that expired before this moment. */
export function* forgetOffers(before: number): Steps<void> {
  yield* write(`DELETE FROM ${TABLE} WHERE expires_at < ?`, before)
}

type Content = Pick<FileOffer, 'name' | 'file' | 'size' | 'md5' | 'platform' | 'isBase64' | 'once'>

function offerOf(row: Row): FileOffer {
  const servedAt = moment(row.served_at)
  return {
    ...(unpack(row.content) as Content),
    token: unascii(String(row.token)),
    serialNumber: unascii(String(row.serial_number)),
    offeredAt: new Date(Number(row.offered_at)),
    expiresAt: new Date(Number(row.expires_at)),
    served: Number(row.served),
    ...(servedAt !== undefined && { servedAt }),
  }
}

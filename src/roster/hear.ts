// Hears what terminals upload about people, before they get their `OK`.
import { type Capabilities, capabilitiesOf } from '../biometrics/capability.js'
import { checkTerminal } from '../queue/answer.js'
import { summariesOf } from '../queue/settled.js'
import type { Contact } from '../terminal/storage.js'
import type { Upload } from '../upload/upload.js'
import { findRows, untilWritten, writeRows } from './answer.js'
import { digestOf } from './digest.js'
import { enrolledIn, type News, newsIn, type UserSending, withPieces, withUser } from './heard.js'
import { withMissing } from './missing.js'
import type { RosterAdapter, RosterOptions } from './options.js'
import { lateOf, type Reading, type TerminalRow } from './reading.js'
import type { PersonRow, PersonState } from './row.js'
import type { RosterRow, RosterWrite } from './storage.js'
import { decode, type Known, personWrite, writeOf } from './write.js'

/** What hearing needs. */
export interface Hearing {
  adapter: RosterAdapter
  onEnrollment: RosterOptions['onEnrollment']
}

const MOST_AT_ONCE = 500

type Rows = Map<string, Known<PersonRow>>

/** Notes what an upload says, and reports what was enrolled. Rejects if storage or the app fails. */
export async function hear(upload: Upload, hearing: Hearing): Promise<void> {
  const { serialNumber, records } = upload
  const terminal = await hearing.adapter.findTerminal(serialNumber)
  checkTerminal(terminal)
  const source = capabilitiesOf(terminal)
  const all = [...newsIn(records, source)]
  for (let start = 0; start < all.length; start += MOST_AT_ONCE) {
    const news = new Map(all.slice(start, start + MOST_AT_ONCE))
    await noteUsers(serialNumber, news, upload.receivedAt, hearing)
    await reportPieces(upload, news, source, hearing)
  }
}

/** Notes that somebody was enrolled on command, should no template of it come. */
export async function hearEnrolled(
  serialNumber: string,
  pin: string,
  adapter: RosterAdapter,
): Promise<void> {
  await untilWritten(async () => {
    const { rows } = await rowsOf(serialNumber, [pin], adapter)
    const before = rows.get(pin)
    const content = before && withMissing(before.content, Date.now())
    if (content === undefined) return true
    const state = before?.row.state as PersonState
    const write = personWrite({ serialNumber, pin }, before?.row, content, state, new Date())
    return (await lostOf([write], adapter)).length === 0
  })
}

/** Notes how many users a terminal has, if a reading waits for that, and returns whether it did. */
export async function hearCount(contact: Contact, adapter: RosterAdapter): Promise<boolean> {
  const { serialNumber, users, at } = contact
  if (users === undefined) return false
  const [row] = await findRows(adapter, serialNumber, [''])
  if (row === undefined) return false
  const { content } = decode<TerminalRow>(row)
  const { reading } = content
  // What was counted before the query ended proves nothing.
  if (reading?.ended === undefined || reading.users !== undefined) return false
  if (at.getTime() <= reading.ended.at) return false
  const { version: _, content: __, ...rest } = row
  const write = writeOf(rest, { ...content, reading: { ...reading, users } }, row)
  const [isWritten] = await writeRows(adapter, [write])
  return isWritten === true
}

async function noteUsers(
  serialNumber: string,
  news: Map<string, News>,
  at: Date,
  { adapter }: Hearing,
): Promise<void> {
  let left = [...news].flatMap(([pin, { held }]) => (held === undefined ? [] : [pin]))
  await untilWritten(async () => {
    const { rows, reading } = await rowsOf(serialNumber, left, adapter)
    const { token, sentOf } = await sendings(serialNumber, [...rows.values()], reading, adapter)
    const writes: RosterWrite[] = []
    for (const pin of left) {
      const held = news.get(pin)?.held
      const before = rows.get(pin)
      if (held === undefined) continue
      const next = withUser(before?.content, held, token, sentOf(before?.content))
      if (next === undefined) continue
      const state = next.state ?? (before?.row.state as PersonState)
      writes.push(personWrite({ serialNumber, pin }, before?.row, next.content, state, at))
    }
    left = await lostOf(writes, adapter)
    return left.length === 0
  })
}

/** How far the users are that are on their way, and whether a reading shows them: one call. */
async function sendings(
  serialNumber: string,
  rows: readonly Known<PersonRow>[],
  reading: Reading | undefined,
  adapter: RosterAdapter,
): Promise<{ token: string | undefined; sentOf(row: PersonRow | undefined): UserSending }> {
  const query = reading?.ended === undefined ? (reading?.ids ?? []) : []
  const ids = [...query, ...rows.flatMap(({ content }) => content.facets.user?.ids ?? [])]
  const asked = ids.map((commandId) => ({ serialNumber, commandId }))
  const found = await summariesOf(adapter, asked)
  const known = new Map(found.map((one) => [one.commandId, one]))
  return {
    token: tokenOf(reading, (id) => known.get(id)?.attemptsMade ?? 0),
    sentOf(row) {
      const own = row?.facets.user?.ids
      if (own === undefined) return 'settled'
      const all = own.map((id) => known.get(id))
      if (all.every((one) => one?.reply !== undefined)) return 'settled'
      return all.every((one) => (one?.attemptsMade ?? 0) === 0 && !one?.reply) ? 'unsent' : 'sent'
    },
  }
}

/** Marks what comes now; undefined if no reading shows it. */
function tokenOf(
  reading: Reading | undefined,
  attemptsOf: (id: string) => number,
): string | undefined {
  if (reading === undefined) return undefined
  // What comes after the query ended was not shown by it: it may have been added since.
  if (reading.ended !== undefined) return lateOf(reading.token)
  // What comes before the query was sent may have been deleted since.
  return reading.ids?.some((id) => attemptsOf(id) > 0) ? reading.token : undefined
}

async function reportPieces(
  { serialNumber, receivedAt: at }: Upload,
  news: Map<string, News>,
  source: Capabilities,
  { adapter, onEnrollment }: Hearing,
): Promise<void> {
  let left = [...news].flatMap(([pin, { pieces, isEnrolled }]) => {
    return pieces.length > 0 || isEnrolled ? [pin] : []
  })
  if (left.length === 0) return
  const { rows } = await rowsOf(serialNumber, left, adapter)
  for (const pin of left) {
    const own = rows.get(pin)?.content
    const enrolled = own === undefined ? [] : enrolledIn(own, news.get(pin) ?? { pieces: [] })
    if (enrolled.length === 0) continue
    const key = digestOf([serialNumber, pin, enrolled.map((one) => [one.key, one.digest])])
    const fresh = enrolled.map(({ record }) => record)
    await onEnrollment?.({ serialNumber, pin, records: fresh, key, source })
  }
  await untilWritten(async () => {
    const { rows: now } = await rowsOf(serialNumber, left, adapter)
    const writes = left.flatMap((pin) => {
      const before = now.get(pin)
      const heard = news.get(pin) ?? { pieces: [] }
      const content = before && withPieces(before.content, heard, at.getTime())
      if (content === undefined) return []
      const state = before?.row.state as PersonState
      return [personWrite({ serialNumber, pin }, before?.row, content, state, at)]
    })
    left = await lostOf(writes, adapter)
    return left.length === 0
  })
}

async function rowsOf(
  serialNumber: string,
  pins: readonly string[],
  adapter: RosterAdapter,
): Promise<{ rows: Rows; reading: Reading | undefined }> {
  const found = pins.length === 0 ? [] : await findRows(adapter, serialNumber, [...pins, ''])
  const rows: Rows = new Map()
  let terminal: RosterRow | undefined
  for (const row of found) {
    if (row.pin === '') terminal = row
    else rows.set(row.pin, decode<PersonRow>(row))
  }
  return { rows, reading: terminal && decode<TerminalRow>(terminal).content.reading }
}

async function lostOf(writes: readonly RosterWrite[], adapter: RosterAdapter): Promise<string[]> {
  if (writes.length === 0) return []
  const written = await writeRows(adapter, writes)
  return writes.flatMap(({ row }, index) => (written[index] === true ? [] : [row.pin]))
}

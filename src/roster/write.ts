// How what is known of a PIN becomes a row of storage, and is read back. Pure.
import { newCommandId } from '../queue/id.js'
import type { PersonRow, PersonState } from './row.js'
import { LONGEST_CONTENT, type RosterRow, type RosterWrite } from './storage.js'

/** A row with what was decoded of it. */
export interface Known<Content> {
  row: RosterRow
  content: Content
}

/** Decodes what a row holds. */
export function decode<Content>(row: RosterRow): Known<Content> {
  return { row, content: JSON.parse(row.content) as Content }
}

/** The row of a PIN as it is to be stored. */
export function personWrite(
  place: Pick<RosterRow, 'serialNumber' | 'pin'>,
  before: RosterRow | undefined,
  content: PersonRow,
  state: PersonState,
  at: Date,
  isRemoval = false,
): RosterWrite {
  const removedAt = isRemoval ? at : before?.removedAt
  return writeOf(
    {
      ...{ serialNumber: place.serialNumber, pin: place.pin, state },
      changedAt: before?.state === state ? before.changedAt : at,
      ...(removedAt !== undefined && { removedAt }),
      commandIds: idsIn(content),
    },
    content,
    before,
  )
}

/** A write of a row with a new version. */
export function writeOf(
  row: Omit<RosterRow, 'version' | 'content'>,
  content: object,
  before: RosterRow | undefined,
): RosterWrite {
  const text = JSON.stringify(content)
  if (Buffer.byteLength(text) > LONGEST_CONTENT) {
    throw new Error(
      `express-iclock: the row of the roster would have ${Buffer.byteLength(text)} bytes; expected at most ${LONGEST_CONTENT}: this person has too many templates`,
    )
  }
  return {
    row: { ...row, version: newCommandId(), content: text },
    ...(before !== undefined && { replaces: before.version }),
  }
}

/** Every command that a row names. */
export function idsIn({ facets, removal, asked, missing, presence }: PersonRow): string[] {
  const others = [removal ?? {}, asked ?? {}, missing ?? {}, presence ?? {}]
  return [...Object.values(facets), ...others].flatMap(({ ids = [] }) => ids)
}

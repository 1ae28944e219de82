// How a terminal writes what it keeps of people, by family.
import type { Dialect } from '../dialect.js'
import type { Memory } from './memory.js'
import {
  type Change,
  TEMPLATE_TYPES,
  type TerminalAuthorization,
  type TerminalPhoto,
  type TerminalTemplate,
  type TerminalUser,
} from './person.js'

/** A line, and the table that it is uploaded to. */
export interface Row {
  table: string
  line: string
}

type Fields = Readonly<Record<string, string | number>>

/** The last version of fingers that the older tables carry. */
export const LAST_OLD_FINGER = 10

const line = (keyword: string, fields: Fields) =>
  `${keyword} ${Object.entries(fields)
    .map(([key, value]) => `${key}=${value}`)
    .join('\t')}`

/** A change as it is uploaded; a door terminal uploads no operations. */
export function rowOf(
  change: Change,
  family: Dialect['family'],
  { habits }: Memory,
  time: string,
): Row[] {
  const isAccess = family === 'access'
  switch (change.kind) {
    case 'user':
      return [isAccess ? accessUser(change.user) : user(change.user)]
    case 'template': {
      const isOld = isInOldTable(change.template, habits.announces)
      return [isAccess ? accessTemplate(change.template) : template(change.template, isOld)]
    }
    case 'photo':
      return [
        isAccess
          ? lowered('biophoto', photoFields(change.photo))
          : { table: 'BIOPHOTO', line: line('BIOPHOTO', photoFields(change.photo)) },
      ]
    case 'operation': {
      const { operation, pin } = change
      const columns = [operation, 0, time, pin, 0, 0, 0].join('\t')
      return isAccess ? [] : [{ table: 'OPERLOG', line: `OPLOG ${columns}` }]
    }
  }
}

/** The user, templates and photo of a person, or of everybody, as changes. */
export function changesOf(memory: Memory, pin?: string): Change[] {
  return [
    ...memory.users(pin).map((user) => ({ kind: 'user', user }) as const),
    ...memory.templates(pin).map((template) => ({ kind: 'template', template }) as const),
    ...memory.photos(pin).map((photo) => ({ kind: 'photo', photo }) as const),
  ]
}

/** Whether a template goes to a table of its own (FP, FACE) rather than to BIODATA. */
export function isInOldTable(
  { type, majorVersion }: Pick<TerminalTemplate, 'type' | 'majorVersion'>,
  announces: 'lists' | 'flat',
): boolean {
  if (type === 'finger') return majorVersion <= LAST_OLD_FINGER
  return type === 'infraredFace' && announces === 'flat'
}

function user(kept: TerminalUser): Row {
  const fields = {
    PIN: kept.pin,
    Name: kept.name,
    Pri: kept.privilege,
    Passwd: kept.password,
    Card: kept.card,
    Grp: kept.group,
    TZ: kept.timeZones,
    Verify: -1,
    ViceCard: '',
    StartDatetime: kept.validFrom,
    EndDatetime: kept.validUntil,
  }
  return { table: 'OPERLOG', line: line('USER', fields) }
}

function accessUser(kept: TerminalUser): Row {
  const fields = {
    uid: kept.pin,
    cardno: kept.card,
    pin: kept.pin,
    password: kept.password,
    group: kept.group,
    starttime: kept.validFrom,
    endtime: kept.validUntil,
    name: kept.name,
    privilege: kept.privilege,
    disable: 0,
    verify: 0,
  }
  return { table: 'user', line: line('user', fields) }
}

function template(kept: TerminalTemplate, isOld: boolean): Row {
  if (!isOld) return { table: 'BIODATA', line: line('BIODATA', unified(kept)) }
  const { pin: PIN, no, index, template: TMP, isDuress } = kept
  const valid = isDuress ? 3 : 1
  const written =
    kept.type === 'finger'
      ? line('FP', { PIN, FID: no, Size: TMP.length, Valid: valid, TMP })
      : line('FACE', { PIN, FID: index, SIZE: TMP.length, VALID: valid, TMP })
  return { table: 'OPERLOG', line: written }
}

function accessTemplate(kept: TerminalTemplate): Row {
  if (!isInOldTable(kept, 'lists')) return lowered('biodata', unified(kept))
  const { pin, no, template: content, isDuress } = kept
  const fields = {
    size: content.length,
    uid: pin,
    pin,
    fingerid: no,
    valid: isDuress ? 3 : 1,
    template: content,
    resverd: '',
    endtag: '',
  }
  return { table: 'templatev10', line: line('templatev10', fields) }
}

const unified = (kept: TerminalTemplate): Fields => ({
  Pin: kept.pin,
  No: kept.no,
  Index: kept.index,
  Valid: 1,
  Duress: kept.isDuress ? 1 : 0,
  Type: TEMPLATE_TYPES.indexOf(kept.type),
  MajorVer: kept.majorVersion,
  MinorVer: kept.minorVersion,
  Format: 0,
  Tmp: kept.template,
})

const photoFields = ({ pin, content }: TerminalPhoto): Fields => ({
  PIN: pin,
  FileName: `${pin}.jpg`,
  Type: 9,
  Size: content.length,
  Content: content,
})

/** The row of an access table, whose keys are in lower case. */
function lowered(table: string, fields: Fields): Row {
  const entries = Object.entries(fields).map(([key, value]) => [key.toLowerCase(), value])
  return { table, line: line(table, Object.fromEntries(entries)) }
}

/** The row of an authorization. */
export const authorizationRow = ({ pin, timeZone, doors }: TerminalAuthorization): string =>
  line('userauthorize', { pin, authorizetimezoneid: timeZone, authorizedoorid: doors })

// Reads the fields of a command about people, as firmware does: by exact key, between TABs.
import type { Memory } from './memory.js'
import { TEMPLATE_TYPES, type TerminalTemplate, type TerminalUser } from './person.js'

/** The fields of a command. */
export type Fields = Readonly<Record<string, string>>

/** Reads `Key=Value` between TABs. */
export function fieldsOf(text: string): Fields {
  const pairs = text.split('\t').flatMap((field) => {
    const at = field.indexOf('=')
    return at < 1 ? [] : [[field.slice(0, at), field.slice(at + 1)] as const]
  })
  return Object.fromEntries(pairs)
}

// The keys of the members of a user, by family.
const TIME_CLOCK = {
  ...{ name: 'Name', password: 'Passwd', card: 'Card', group: 'Grp', timeZones: 'TZ' },
  ...{ validFrom: 'StartDatetime', validUntil: 'EndDatetime' },
} as const
const DOOR = {
  ...{ name: 'Name', password: 'Password', card: 'CardNo', group: 'Group' },
  ...{ validFrom: 'StartTime', validUntil: 'EndTime' },
} as const

/** The user that a command names; only the fields that it has. */
export function userIn(
  fields: Fields,
  isAccess: boolean,
): Partial<TerminalUser> & Pick<TerminalUser, 'pin'> {
  const { PIN, Pin, Pri, Privilege } = fields
  const privilege = isAccess ? Privilege : Pri
  const members = Object.entries(isAccess ? DOOR : TIME_CLOCK).flatMap(([member, key]) => {
    const value = fields[key]
    return value === undefined ? [] : [[member, value]]
  })
  return {
    pin: (isAccess ? Pin : PIN) ?? '',
    ...(privilege !== undefined && { privilege: Number(privilege) || 0 }),
    ...Object.fromEntries(members),
  }
}

const isContent = (text = '') => /^[A-Za-z0-9+/]+={0,2}$/.test(text)

/** A unified template (BIODATA), or undefined if a value is wrong. */
export function unifiedIn(fields: Fields): TerminalTemplate | undefined {
  const { Pin = '', No = '0', Index = '0', Duress = '0', Format = '0', Tmp = '' } = fields
  const { Type = '', MajorVer = '', MinorVer = '' } = fields
  const type = TEMPLATE_TYPES[Number(Type)]
  const numbers = [Type, No, Index, MajorVer, MinorVer, Format]
  const areWhole = numbers.every((text) => /^\d{1,3}$/.test(text))
  if (type === undefined || !areWhole || !isContent(Tmp)) return undefined
  return {
    ...{ pin: Pin, type, no: Number(No), index: Number(Index), isDuress: Duress === '1' },
    ...{ majorVersion: Number(MajorVer), minorVersion: Number(MinorVer), template: Tmp },
  }
}

/** A template of an older table (FINGERTMP, FACE, FVEIN), in the version of the terminal. */
export function olderIn(
  type: 'finger' | 'infraredFace' | 'fingerVein',
  fields: Fields,
  { habits }: Memory,
): TerminalTemplate {
  const { PIN, Pin, FID, FingerID, Index = '0', TMP, Tmp, Template, Valid, VALID } = fields
  const { major = 0, minor = 0 } = habits.versions.get(type) ?? {}
  const place = Number(FID ?? FingerID ?? 0)
  const isFace = type === 'infraredFace'
  return {
    ...{ pin: PIN ?? Pin ?? '', type, majorVersion: major, minorVersion: minor },
    // The pieces of a face are numbered as fingers are.
    ...{ no: isFace ? 0 : place, index: isFace ? place : Number(Index) },
    ...{ isDuress: (Valid ?? VALID) === '3', template: TMP ?? Tmp ?? Template ?? '' },
  }
}

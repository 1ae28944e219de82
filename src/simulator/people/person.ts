// What a terminal keeps of a person: a user, templates, a photo, and the doors that open.

/** The names of the types of biometric data, by their number in the manuals. */
export const TEMPLATE_TYPES = [
  'general',
  'finger',
  'infraredFace',
  'voice',
  'iris',
  'retina',
  'palmPrint',
  'fingerVein',
  'palmVein',
  'face',
  'palm',
] as const

/** A type of biometric data. */
export type TemplateType = (typeof TEMPLATE_TYPES)[number]

/** A user as a terminal keeps it. */
export interface TerminalUser {
  /** `PIN`. */
  pin: string
  /** `Name`, cut to what the terminal keeps. */
  name: string
  /** `Pri`, `Privilege`: 0 user, 14 administrator. */
  privilege: number
  /** `Passwd`, `Password`. */
  password: string
  /** `Card`, `CardNo`. */
  card: string
  /** `Grp`, `Group`. */
  group: string
  /** `TZ` of a time clock. */
  timeZones: string
  /** `StartDatetime`, `StartTime`. */
  validFrom: string
  /** `EndDatetime`, `EndTime`. */
  validUntil: string
}

/** A template, or one piece of it. */
export interface TerminalTemplate {
  pin: string
  type: TemplateType
  /** `No`, `FID`: the finger 0–9, or the hand or eye. */
  no: number
  /** `Index`: the piece. */
  index: number
  majorVersion: number
  minorVersion: number
  /** `Duress`. */
  isDuress: boolean
  /** `Tmp`: base64. */
  template: string
  /** The photo that the terminal made it from, if it did. */
  photo?: string
}

/** The photo that a terminal compares a face with. */
export interface TerminalPhoto {
  pin: string
  /** Base64. */
  content: string
}

/** The doors that a user may open, of a door terminal. */
export interface TerminalAuthorization {
  pin: string
  /** `AuthorizeTimezoneId`. */
  timeZone: string
  /** `AuthorizeDoorId`: a sum of 1, 2, 4, 8 and so on. */
  doors: string
}

/** Something that happened at the terminal, to be uploaded. */
export type Change =
  | { kind: 'user'; user: TerminalUser }
  | { kind: 'template'; template: TerminalTemplate }
  | { kind: 'photo'; photo: TerminalPhoto }
  /** An operation by a person: 9 deleted, 30 enrolled, 36 edited, 6 a finger. */
  | { kind: 'operation'; operation: number; pin: string }

/** A user with what is usual. */
export function userOf(user: Partial<TerminalUser> & { pin: string }): TerminalUser {
  const usual = { name: '', privilege: 0, password: '', card: '', group: '1' }
  return { ...usual, timeZones: '0000000100000000', validFrom: '0', validUntil: '0', ...user }
}

/** The name without the characters that don't fit into this many bytes. */
export function cutName(name: string, most: number): string {
  let bytes = 0
  const characters = [...name]
  const end = characters.findIndex((character) => {
    bytes += Buffer.byteLength(character)
    return bytes > most
  })
  return end === -1 ? name : characters.slice(0, end).join('')
}

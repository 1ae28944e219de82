// Who belongs on a terminal, as the app says it, and what is sent for each. Pure.

import type { Capabilities } from '../biometrics/capability.js'
import { attemptsOf } from '../biometrics/conversion.js'
import * as access from '../commands/access.js'
import * as attendance from '../commands/attendance.js'
import type { BuiltCommand } from '../commands/built.js'
import { cutText } from '../commands/cut.js'
import type { Privilege } from '../commands/privilege.js'
import type { Awaitable } from '../endpoint/deadline.js'
import type { Family } from '../reply/outcome.js'
import { newFields } from '../upload/fields.js'
import type { UploadRecord } from '../upload/upload.js'
import { contentDigest, digestOf } from './digest.js'

/** Content that is loaded only if its version isn't on the terminal yet. */
export interface Loaded<Content> {
  /** Changes whenever the content does, such as the time of the last change. */
  version: string
  /** Loads it. */
  load(): Awaitable<Content>
}

/** A person who belongs on a terminal. */
export interface RosterPerson {
  /** The PIN on this terminal: 1 to 24 digits, letters or `_`. */
  pin: string
  /** Cut to what the family takes: 24 bytes on time clocks, 64 on door terminals. */
  name?: string
  /** Decimal, or bytes in hex such as `'[15CD5B07]'`. */
  card?: string
  /** At most 8 digits. It isn't compared with what the terminal has. */
  password?: string
  /** If it is missing, an administrator stays one, and anybody else is an ordinary user. */
  privilege?: Privilege
  /** The access group. */
  group?: number
  /** As in `putUser` of the terminal's family; needs `validUntil`. */
  validFrom?: string
  /** As `validFrom`. */
  validUntil?: string
  /**
   * Who it is, whatever the name: an employee's id. A PIN whose `person` changes is emptied, and
   * proved empty, before it becomes the other one's. Without it a changed name is a new name.
   */
  person?: string
  /**
   * Templates straight from `upload.records` or `onEnrollment`. If it is missing, the roster leaves
   * this person's templates alone.
   */
  templates?: readonly UploadRecord[] | Loaded<readonly UploadRecord[]>
  /** What the terminal that sent the templates can do: see `conversions`. */
  source?: Capabilities
  /** A JPEG of the face, as bytes or base64: it is sent if no template of the face fits. */
  photo?: string | Uint8Array | Loaded<string | Uint8Array>
  /** Door terminals: which doors, and when. If it is missing, the roster leaves them alone. */
  access?: readonly Omit<access.Authorization, 'pin'>[]
}

/** What can be sent of one slot, such as `finger 6`, `face 0` or `photo 0`. */
export interface Slot {
  digest: string
  /** The digests of its contents: what comes back with one of them is an echo. */
  pieces: string[]
  commands: BuiltCommand[]
}

/** A person's templates and photo, converted for a terminal. */
export interface Slots {
  slots: Map<string, Slot>
  /** Why what can't come can't, by slot. */
  unfit: Record<string, string>
}

/** A person, checked for a terminal. */
export interface Wish {
  pin: string
  person?: string
  /** The name as it is sent; undefined if the app gave none. */
  name?: string
  card?: string
  privilege?: Privilege
  userDigest: string
  /** @param keeps the privilege that the terminal has, if the app names none */
  putUser(keeps?: Privilege): BuiltCommand
  /** The authorizations; undefined if the app leaves them alone. */
  doors?: { digest: string; commands: BuiltCommand[] }
  /** The versions of templates and photo; undefined if the app leaves both alone. */
  version?: string
  convert(): Promise<Slots>
}

const NAME_BYTES: Readonly<Record<Family, number>> = { attendance: 24, access: 64 }

/**
 * Checks a person for a terminal.
 *
 * @throws IclockError `VALUE_REFUSED` if a value can't be sent; TypeError for anything else
 */
export function wishOf(
  given: RosterPerson,
  family: Family,
  capabilities: Capabilities,
  encoding = 'utf-8',
): Wish {
  const { pin, person, card, password, privilege, group, validFrom, validUntil } = given
  const text = { encoding }
  const name = given.name && cutText(given.name, { bytes: NAME_BYTES[family], encoding })
  const members = { pin, name, card, password, group, validFrom, validUntil }
  const build = family === 'access' ? access.putUser : attendance.putUser
  const putUser = (keeps?: Privilege) => {
    const own = { ...members, privilege: privilege ?? keeps }
    return build(defined(own) as attendance.User & access.User, text)
  }
  const doors = family === 'access' ? doorsOf(pin, given.access) : undefined
  const version = versionOf(given)
  return {
    ...{ pin, userDigest: digestOf(putUser().text), putUser },
    ...defined({ person, name, card, privilege, doors, version }),
    convert: () => slotsOf(given, capabilities),
  }
}

function doorsOf(pin: string, given: RosterPerson['access']): Pick<Wish, 'doors'>['doors'] {
  if (given === undefined) return undefined
  const commands = given.map((one) => access.authorize({ ...one, pin }))
  const lines = commands.map(({ text }) => text).sort()
  // What is there and is no longer wanted goes first.
  return { digest: digestOf(lines), commands: [access.deleteAuthorizations({ pin }), ...commands] }
}

function versionOf({ templates, photo }: RosterPerson): string | undefined {
  if (templates === undefined && photo === undefined) return undefined
  const records = isLoaded(templates)
    ? templates.version
    : templates?.map((record) => (record.kind === 'fields' ? digestOf(record.fields) : record.kind))
  const picture = isLoaded(photo) ? photo.version : photo && contentDigest(base64Of(photo))
  return digestOf([records, picture])
}

async function slotsOf(
  { pin, templates, photo, source }: RosterPerson,
  capabilities: Capabilities,
): Promise<Slots> {
  const records = (isLoaded(templates) ? await templates.load() : templates) ?? []
  const picture = isLoaded(photo) ? await photo.load() : photo
  const all = picture === undefined ? records : [...records, photoRecord(pin, base64Of(picture))]
  const result: Slots = { slots: new Map(), unfit: {} }
  // Places are the terminal's to count: it answers that it is full, and here they'd be counted twice.
  const person = { pin, records: all, isStored: true, ...(source && { source }) }
  for (const { type, no, commands, contents, isPhoto, reason } of attemptsOf(
    person,
    capabilities,
  )) {
    const name = isPhoto ? 'photo 0' : `${type} ${no}`
    if (reason !== undefined) result.unfit[name] = reason
    else {
      const digest = digestOf(commands.map(({ text }) => text))
      result.slots.set(name, { digest, pieces: contents.map(contentDigest), commands })
    }
  }
  return result
}

function isLoaded<Content>(given: unknown): given is Loaded<Content> {
  return typeof (given as Loaded<Content> | undefined)?.load === 'function'
}

function base64Of(photo: string | Uint8Array): string {
  return typeof photo === 'string' ? photo : Buffer.from(photo).toString('base64')
}

function photoRecord(pin: string, content: string): UploadRecord {
  const fields = Object.assign(newFields(), { PIN: pin, Type: '9', Content: content })
  return { kind: 'fields', type: 'biophoto', fields, raw: Buffer.alloc(0) }
}

/** The members that are not undefined. */
function defined<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as never
}

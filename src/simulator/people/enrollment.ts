// What people do at a terminal: they enroll, are edited and deleted.
import type { Memory } from './memory.js'
import type { Change, TemplateType, TerminalTemplate, TerminalUser } from './person.js'
import { CODES, newTemplate } from './put.js'
import { changesOf } from './row.js'

const DELETED = 9
const NEW = 30
const EDITED = 36
const ENROLLED = 6

/** A finger, a face or a hand that a person shows to the terminal. */
export interface TerminalEnrollment {
  /** The person, who must be a user of the terminal. */
  pin: string
  /** `'finger'` by default. */
  type?: TemplateType
  /** The finger 0–9, or the hand or eye; 0 by default. */
  no?: number
  /** Base64; one of its own by default. */
  template?: string
  /** The photo that the terminal took of a face, in base64; by default it takes none. */
  photo?: string
}

/** Adds or edits a user by hand. */
export function editUser(
  memory: Memory,
  user: Partial<TerminalUser> & Pick<TerminalUser, 'pin'>,
): void {
  const operation = memory.has(user.pin) ? EDITED : NEW
  const kept = memory.putUser(user, false)
  report(memory, operation, kept.pin, [{ kind: 'user', user: kept }])
}

/** Deletes a user by hand, with all that belongs to it. */
export function deleteByHand(memory: Memory, pin: string): void {
  removePerson(memory, pin)
  report(memory, DELETED, pin, [])
}

/** Deletes a user, with all that belongs to it. */
export function removePerson(memory: Memory, pin?: string): void {
  memory.removeUsers(pin)
  memory.removeTemplates(pin)
  if (!memory.habits.keepsPhotos) memory.removePhotos(pin)
  memory.removeAuthorizations(pin)
}

/** Keeps what a person shows, and uploads it. */
export function enroll(memory: Memory, enrollment: TerminalEnrollment): TerminalTemplate {
  const { pin, type = 'finger', no = 0 } = enrollment
  const made = newTemplate(memory, pin, type, no, `${pin} ${Math.random()}`)
  const template = { ...made, template: enrollment.template ?? made.template }
  memory.putTemplate(template)
  const rows: Change[] = memory.users(pin).map((user) => ({ kind: 'user', user }))
  rows.push({ kind: 'template', template })
  if (enrollment.photo !== undefined) {
    const photo = { pin, content: enrollment.photo }
    memory.putPhoto(photo)
    rows.push({ kind: 'photo', photo })
  }
  report(memory, ENROLLED, pin, rows)
  return template
}

/** Enrolls because the server asked for it. */
export function enrollOnCommand(
  memory: Memory,
  enrollment: TerminalEnrollment,
  overwrites: boolean,
): number {
  const { pin, type = 'finger', no = 0 } = enrollment
  if (!memory.habits.versions.has(type)) return CODES.notSupported
  if (!memory.has(pin)) return CODES.noUserToEnroll
  const isThere = memory.templates(pin).some((each) => each.type === type && each.no === no)
  if (isThere && !overwrites) return CODES.isEnrolled
  if (!memory.hasPlace({ pin, type, no })) return CODES.full
  enroll(memory, enrollment)
  return CODES.done
}

/** Uploads everybody, as a handshake with a stamp of 0 asks for. */
export function sendEverybody(memory: Memory): void {
  memory.changes.push(...changesOf(memory))
}

function report(memory: Memory, operation: number, pin: string, rows: Change[]): void {
  const { reports } = memory.habits
  if (reports === 'nothing') return
  memory.changes.push({ kind: 'operation', operation, pin })
  if (reports === 'rows') memory.changes.push(...rows)
}

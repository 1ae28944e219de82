// Puts a user, a template or a photo on a terminal, or says why it can't: the return codes of the manuals.
import { createHash } from 'node:crypto'
import type { Memory } from './memory.js'
import type { TemplateType, TerminalPhoto, TerminalTemplate, TerminalUser } from './person.js'

/** Return codes, as both families have them, and as each has its own. */
export const CODES = {
  done: 0,
  wrongParameter: -1,
  wrongPhotoSize: -2,
  noUserToEnroll: -2,
  isEnrolled: -3,
  wrongSize: -9,
  noUser: -10,
  wrongValue: -12,
  emptyTemplate: -26,
  noUserAtDoor: -27,
  otherVersion: -30,
  wrongTable: -629,
  wrongLength: -631,
  full: -1001,
  notSupported: -1002,
  otherFamily: -1004,
} as const

/** Keeps a user, if there is a place. */
export function putUser(
  memory: Memory,
  user: Partial<TerminalUser> & Pick<TerminalUser, 'pin'>,
): number {
  const { capacity, resetsFields } = memory.habits
  if (!memory.has(user.pin) && memory.userCount >= capacity) return CODES.full
  memory.putUser(user, resetsFields)
  return CODES.done
}

/** Keeps a template, if its user is there, its version is the terminal's, and it fits. */
export function putTemplate(memory: Memory, template: TerminalTemplate, noUser: number): number {
  if (!memory.has(template.pin)) return noUser
  const version = memory.habits.versions.get(template.type)
  if (version?.major !== template.majorVersion) return CODES.otherVersion
  if (!memory.hasPlace(template)) return CODES.full
  memory.putTemplate(template)
  return CODES.done
}

/** Keeps a photo, and makes a template of the face. */
export function putPhoto(
  memory: Memory,
  photo: TerminalPhoto,
  size: string,
  noUser: number,
): number {
  if (!memory.habits.takesPhotos) return CODES.notSupported
  if (!memory.has(photo.pin)) return noUser
  if (Number(size) !== photo.content.length) return CODES.wrongPhotoSize
  const template = madeOf(memory, photo)
  if (!memory.hasPlace(template)) return CODES.full
  memory.putPhoto(photo)
  memory.putTemplate(template)
  return CODES.done
}

/** The template that the terminal makes of a photo, always the same one. */
function madeOf(memory: Memory, { pin, content }: TerminalPhoto): TerminalTemplate {
  const template = newTemplate(memory, pin, 'face', 0, content)
  return { ...template, photo: content }
}

/** A template in the terminal's version, made from anything that tells people apart. */
export function newTemplate(
  memory: Memory,
  pin: string,
  type: TemplateType,
  no: number,
  from: string,
): TerminalTemplate {
  const { major = 0, minor = 0 } = memory.habits.versions.get(type) ?? {}
  const template = createHash('sha256').update(`${type} ${no} ${from}`).digest('base64')
  return {
    ...{ pin, type, no, index: 0, isDuress: false },
    ...{ majorVersion: major, minorVersion: minor, template },
  }
}

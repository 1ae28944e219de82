// The base64 contents of uploaded records, and their numbers.
import { CONTENT, MOST_CONTENT } from '../commands/value.js'
import { fieldOf } from '../upload/fields.js'

/** The fields of a record. */
export type Fields = Record<string, string>

/** Why a content can't be sent: it is cut or missing, or longer than a command may be. */
export type Fault = 'incomplete' | 'size'

/** Base64 as it was uploaded. */
export interface Content {
  text: string
  fault?: Fault
}

/** The photo in a record of `biophoto`. */
export function photoIn(fields: Fields): Content | undefined {
  const type = fieldOf(fields, 'type') ?? ''
  return ['', '0', '9'].includes(type) ? contentIn(fields, 'content') : undefined
}

/** The photo that the result of an enrollment may have beside the template, whose size it states. */
export function enrolledPhotoIn(fields: Fields): Content | undefined {
  const text = fieldOf(fields, 'biophoto') ?? ''
  return text === '' ? undefined : contentIn({ content: text }, 'content')
}

/** The content of a field, and what is wrong with it. */
export function contentIn(fields: Fields, key: string): Content {
  const text = fieldOf(fields, key) ?? ''
  if (text.length > MOST_CONTENT) return { text, fault: 'size' }
  const size = wholeOf(fields, 'size')
  const isCut = size !== undefined && size !== text.length
  return isCut || CONTENT.text(text) === undefined ? { text, fault: 'incomplete' } : { text }
}

/** A whole number in a field; `absent` if there is none. */
export function wholeOf(fields: Fields, key: string, absent?: number): number | undefined {
  const text = fieldOf(fields, key)?.trim()
  if (text === undefined || text === '') return absent
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

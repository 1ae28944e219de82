// Photos: both families write them nearly the same way.
import { BIO_TYPE } from './biodata.js'
import { type Person, person } from './person.js'
import { type Field, fixed, optional, required, type Shape, updating } from './shape.js'
import { CONTENT, CONTENT_SIZE, flag, URL_TEXT } from './value.js'

/** A photo: either its content, or a URL the terminal fetches it from. */
export interface UserPhoto extends Person {
  /** `Content`: a JPEG as bytes or base64; old terminals take 30 KB at most. */
  content?: string | Uint8Array
  /** `Url`: relative to `/iclock/`, or absolute. */
  url?: string
}

/** A photo that the terminal turns into a template. */
export interface FacePhoto extends UserPhoto {
  /** `Type` (see `Biodata`): 9, a visible-light face, by default. */
  type?: number
  /** `PostBackTmpFlag`: whether the terminal uploads that template; false by default. */
  returnsTemplate?: boolean
}

/** The keys of a photo, whether it is sent along or fetched. */
export const PHOTO_KEYS: readonly string[] = ['Size', 'Content', 'Format', 'Url']

const CONTENT_FIELDS = [
  required('Size', 'content', CONTENT_SIZE),
  required('Content', 'content', CONTENT),
]
const URL_FIELDS = [fixed('Format', '1'), required('Url', 'url', URL_TEXT)]
const FACE_HEAD = [person(), optional('Type', 'type', BIO_TYPE, '9')]
const FACE_END = optional('PostBackTmpFlag', 'returnsTemplate', flag(), '0')

/** The fields of a photo by content, or by URL. */
export function photoFields(photo: { url?: string }): readonly Field[] {
  return photo?.url === undefined ? CONTENT_FIELDS : URL_FIELDS
}

/** The form of a comparison photo by content, or by URL. */
export function facePhotoShape(table: string, photo: { url?: string }): Shape {
  const fields =
    photo?.url === undefined
      ? [...FACE_HEAD, ...CONTENT_FIELDS, fixed('Format', '0'), fixed('Url', ''), FACE_END]
      : [...FACE_HEAD, fixed('Size', '0'), fixed('Content', ''), ...URL_FIELDS, FACE_END]
  return updating(table, fields, ['PIN', 'Type'])
}

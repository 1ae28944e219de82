// Photos: both families write them nearly the same way.
import { BIO_TYPE } from './biodata.js'
import { OFFER_URL, type Offered } from './offer.js'
import { type Person, person } from './person.js'
import { type Field, fixed, optional, required, type Shape, updating } from './shape.js'
import { CONTENT, CONTENT_SIZE, flag, URL_TEXT } from './value.js'

/** A photo: its content, or where the terminal fetches it: at a URL, or as it was offered. */
export interface UserPhoto extends Person, Partial<Offered> {
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
const OFFER_FIELDS = [fixed('Format', '1'), required('Url', 'offer', OFFER_URL)]
const FACE_HEAD = [person(), optional('Type', 'type', BIO_TYPE, '9')]
const FACE_END = optional('PostBackTmpFlag', 'returnsTemplate', flag(), '0')

type Fetched = Pick<UserPhoto, 'url' | 'offer'>

/** The fields of a photo by content, or by where it is fetched. */
export function photoFields(photo: Fetched): readonly Field[] {
  if (photo?.offer !== undefined) return OFFER_FIELDS
  return photo?.url === undefined ? CONTENT_FIELDS : URL_FIELDS
}

/** The form of a comparison photo by content, or by where it is fetched. */
export function facePhotoShape(table: string, photo: Fetched): Shape {
  const own = photoFields(photo)
  const fields =
    own === CONTENT_FIELDS
      ? [...FACE_HEAD, ...own, fixed('Format', '0'), fixed('Url', ''), FACE_END]
      : [...FACE_HEAD, fixed('Size', '0'), fixed('Content', ''), ...own, FACE_END]
  return updating(table, fields, ['PIN', 'Type'])
}

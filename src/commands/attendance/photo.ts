// Photos on attendance terminals. A user's photo needs the user: issue the user first.
import { BIO_TYPE } from '../biodata.js'
import { type BuiltCommand, DATA } from '../built.js'
import { build, optional, required, type Shape } from '../line.js'
import {
  type FacePhoto,
  facePhotoShape,
  PHOTO_KEYS,
  photoFields,
  type UserPhoto,
} from '../photo.js'
import { CONTENT, CONTENT_SIZE, choice, integer, PIN } from '../value.js'

export type { FacePhoto, UserPhoto }

/** A picture on an idle screen. */
export interface Advertisement {
  /** `Index`: its place. */
  index: number
  /** `Extension` of the file. */
  extension: 'jpg' | 'jpeg' | 'png' | 'gif' | 'bmp'
  /** `Content`: the file as bytes or base64. */
  content: string | Uint8Array
}

const INDEX = integer(0, 255)
const EXTENSION = choice({ jpg: 'jpg', jpeg: 'jpeg', png: 'png', gif: 'gif', bmp: 'bmp' })

/**
 * Adds or replaces the photo shown for a user (`DATA UPDATE USERPIC`). Reply: 0; -2 for a
 * wrong size.
 */
export function putUserPhoto(userPhoto: UserPhoto): BuiltCommand {
  const fields = [required('PIN', 'pin', PIN), ...photoFields(userPhoto)]
  const head = 'DATA UPDATE USERPIC'
  const shape = { head, fields, nature: DATA, alsoRead: PHOTO_KEYS, intent: ['PIN'] }
  return build('attendance.putUserPhoto', shape, userPhoto)
}

/** Deletes the photo shown for a user (`DATA DELETE USERPIC`). Reply: 0. */
export function deleteUserPhoto(user: { pin: string }): BuiltCommand {
  const fields = [required('PIN', 'pin', PIN)]
  return build(
    'attendance.deleteUserPhoto',
    { head: 'DATA DELETE USERPIC', fields, nature: DATA },
    user,
  )
}

/**
 * Adds or replaces the photo that a visible-light terminal compares a face with (`DATA UPDATE
 * BIOPHOTO`). Reply: 0; -1001 if it refuses the photo: portraits of 45 to 60 KB worked,
 * larger ones did not. Send either the photo or a template of the same face, never both.
 */
export function putFacePhoto(facePhoto: FacePhoto): BuiltCommand {
  const shape = facePhotoShape('DATA UPDATE BIOPHOTO', facePhoto)
  return build('attendance.putFacePhoto', shape, facePhoto)
}

/**
 * Deletes a user's comparison photo (`DATA DELETE BIOPHOTO`). Reply: 0. Newer terminals need
 * `type`.
 */
export function deleteFacePhoto(photo: { pin: string; type?: number }): BuiltCommand {
  const fields = [required('PIN', 'pin', PIN), optional('Type', 'type', BIO_TYPE)]
  return build(
    'attendance.deleteFacePhoto',
    { head: 'DATA DELETE BIOPHOTO', fields, nature: DATA },
    photo,
  )
}

const PUT_ADVERTISEMENT: Shape = {
  head: 'DATA UPDATE ADPIC',
  fields: [
    required('Index', 'index', INDEX),
    required('Size', 'content', CONTENT_SIZE),
    required('Extension', 'extension', EXTENSION),
    required('Content', 'content', CONTENT),
  ],
  nature: DATA,
  intent: ['Index'],
}

/** Adds or replaces a picture for the idle screen (`DATA UPDATE ADPIC`). Reply: 0. */
export function putAdvertisement(advertisement: Advertisement): BuiltCommand {
  return build('attendance.putAdvertisement', PUT_ADVERTISEMENT, advertisement)
}

/** Deletes a picture of the idle screen (`DATA DELETE ADPIC`). Reply: 0. */
export function deleteAdvertisement(advertisement: { index: number }): BuiltCommand {
  const fields = [required('Index', 'index', INDEX)]
  const shape = { head: 'DATA DELETE ADPIC', fields, nature: DATA }
  return build('attendance.deleteAdvertisement', shape, advertisement)
}

// Photos on attendance terminals. A user's photo needs the user: issue the user first.
import { BIO_TYPE } from '../biodata.js'
import type { BuiltCommand } from '../built.js'
import { build } from '../line.js'
import { whileOffered } from '../offer.js'
import { type Person, person } from '../person.js'
import {
  type FacePhoto,
  facePhotoShape,
  PHOTO_KEYS,
  photoFields,
  type UserPhoto,
} from '../photo.js'
import { deleting, optional, required, updating } from '../shape.js'
import { CONTENT, CONTENT_SIZE, choice, integer } from '../value.js'

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
  const shape = updating('USERPIC', [person(), ...photoFields(userPhoto)], ['PIN'])
  const command = build('attendance.putUserPhoto', { ...shape, alsoRead: PHOTO_KEYS }, userPhoto)
  return whileOffered(command, userPhoto)
}

/** Deletes the photo shown for a user (`DATA DELETE USERPIC`). Reply: 0. */
export function deleteUserPhoto(user: Person): BuiltCommand {
  return build('attendance.deleteUserPhoto', deleting('USERPIC', person()), user)
}

/**
 * Adds or replaces the photo that a visible-light terminal compares a face with (`DATA UPDATE
 * BIOPHOTO`). Reply: 0; -1001 if it refuses the photo: portraits of 45 to 60 KB worked,
 * larger ones did not. Send either the photo or a template of the same face, never both.
 */
export function putFacePhoto(facePhoto: FacePhoto): BuiltCommand {
  const shape = facePhotoShape('BIOPHOTO', facePhoto)
  return whileOffered(build('attendance.putFacePhoto', shape, facePhoto), facePhoto)
}

/**
 * Deletes a user's comparison photo (`DATA DELETE BIOPHOTO`). Reply: 0. Newer terminals need
 * `type`.
 */
export function deleteFacePhoto(photo: Person & { type?: number }): BuiltCommand {
  const shape = deleting('BIOPHOTO', person(), optional('Type', 'type', BIO_TYPE))
  return build('attendance.deleteFacePhoto', shape, photo)
}

const PUT_ADVERTISEMENT = updating(
  'ADPIC',
  [
    required('Index', 'index', INDEX),
    required('Size', 'content', CONTENT_SIZE),
    required('Extension', 'extension', EXTENSION),
    required('Content', 'content', CONTENT),
  ],
  ['Index'],
)

/** Adds or replaces a picture for the idle screen (`DATA UPDATE ADPIC`). Reply: 0. */
export function putAdvertisement(advertisement: Advertisement): BuiltCommand {
  return build('attendance.putAdvertisement', PUT_ADVERTISEMENT, advertisement)
}

/** Deletes a picture of the idle screen (`DATA DELETE ADPIC`). Reply: 0. */
export function deleteAdvertisement(advertisement: { index: number }): BuiltCommand {
  const shape = deleting('ADPIC', required('Index', 'index', INDEX))
  return build('attendance.deleteAdvertisement', shape, advertisement)
}

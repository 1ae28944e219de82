// Photos on access terminals. A photo needs its user: issue the user first.
import type { BuiltCommand } from '../built.js'
import { build } from '../line.js'
import { type Person, person } from '../person.js'
import { type FacePhoto, facePhotoShape, type UserPhoto } from '../photo.js'
import { deleting, fixed, required, updating } from '../shape.js'
import { CONTENT, CONTENT_SIZE, URL_TEXT } from '../value.js'

export type { FacePhoto, UserPhoto }

// The manual prints these keys in lower case.
const PUT_PHOTO = updating(
  'userpic',
  [
    ...[person('pin'), required('size', 'content', CONTENT_SIZE), fixed('format', '0')],
    ...[fixed('url', ''), required('content', 'content', CONTENT)],
  ],
  ['pin'],
)
const PUT_PHOTO_URL = updating(
  'userpic',
  [
    ...[person('pin'), fixed('size', '0'), fixed('format', '1')],
    ...[required('url', 'url', URL_TEXT), fixed('content', '')],
  ],
  ['pin'],
)

/** Adds or replaces the photo shown for a user (`DATA UPDATE userpic`). Reply: 0 or more. */
export function putUserPhoto(userPhoto: UserPhoto): BuiltCommand {
  const shape = userPhoto?.url === undefined ? PUT_PHOTO : PUT_PHOTO_URL
  return build('access.putUserPhoto', shape, userPhoto)
}

/** Deletes the photo shown for a user (`DATA DELETE userpic`). Reply: 0 or more. */
export function deleteUserPhoto(user: Person): BuiltCommand {
  return build('access.deleteUserPhoto', deleting('userpic', person('pin')), user)
}

/**
 * Adds or replaces the photo that a visible-light terminal compares a face with (`DATA UPDATE
 * biophoto`). Reply: 0 or more. Send either the photo or a template of the same face, never
 * both.
 */
export function putFacePhoto(facePhoto: FacePhoto): BuiltCommand {
  return build('access.putFacePhoto', facePhotoShape('biophoto', facePhoto), facePhoto)
}

/** Deletes a user's comparison photo (`DATA DELETE biophoto`). Reply: 0 or more. */
export function deleteFacePhoto(user: Person): BuiltCommand {
  return build('access.deleteFacePhoto', deleting('biophoto', person()), user)
}

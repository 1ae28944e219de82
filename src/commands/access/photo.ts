// Photos on access terminals. A photo needs its user: issue the user first.
import { type BuiltCommand, DATA } from '../built.js'
import { build, type Field, fixed, required, type Shape } from '../line.js'
import { type FacePhoto, facePhotoShape, type UserPhoto } from '../photo.js'
import { CONTENT, CONTENT_SIZE, PIN, URL_TEXT } from '../value.js'
import { deletion } from './deletion.js'

export type { FacePhoto, UserPhoto }

// The manual prints these keys in lower case.
const PUT_PHOTO = photo([
  required('size', 'content', CONTENT_SIZE),
  fixed('format', '0'),
  fixed('url', ''),
  required('content', 'content', CONTENT),
])
const PUT_PHOTO_URL = photo([
  fixed('size', '0'),
  fixed('format', '1'),
  required('url', 'url', URL_TEXT),
  fixed('content', ''),
])

function photo(fields: readonly Field[]): Shape {
  const all = [required('pin', 'pin', PIN), ...fields]
  return { head: 'DATA UPDATE userpic', fields: all, nature: DATA, intent: ['pin'] }
}

/** Adds or replaces the photo shown for a user (`DATA UPDATE userpic`). Reply: 0 or more. */
export function putUserPhoto(userPhoto: UserPhoto): BuiltCommand {
  const shape = userPhoto?.url === undefined ? PUT_PHOTO : PUT_PHOTO_URL
  return build('access.putUserPhoto', shape, userPhoto)
}

/** Deletes the photo shown for a user (`DATA DELETE userpic`). Reply: 0 or more. */
export function deleteUserPhoto(user: { pin: string }): BuiltCommand {
  return deletion('access.deleteUserPhoto', 'userpic', user, 'pin')
}

/**
 * Adds or replaces the photo that a visible-light terminal compares a face with (`DATA UPDATE
 * biophoto`). Reply: 0 or more. Send either the photo or a template of the same face, never
 * both.
 */
export function putFacePhoto(facePhoto: FacePhoto): BuiltCommand {
  return build('access.putFacePhoto', facePhotoShape('DATA UPDATE biophoto', facePhoto), facePhoto)
}

/** Deletes a user's comparison photo (`DATA DELETE biophoto`). Reply: 0 or more. */
export function deleteFacePhoto(user: { pin: string }): BuiltCommand {
  return deletion('access.deleteFacePhoto', 'biophoto', user, 'PIN')
}

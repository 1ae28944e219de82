// Photos on access terminals. A photo needs its user: issue the user first.
import type { BuiltCommand } from '../built.js'
import { build } from '../line.js'
import { OFFER_URL, whileOffered } from '../offer.js'
import { type Person, person } from '../person.js'
import { type FacePhoto, facePhotoShape, type UserPhoto } from '../photo.js'
import { deleting, type Field, fixed, required, type Shape, updating } from '../shape.js'
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
const PUT_PHOTO_URL = fetching(required('url', 'url', URL_TEXT))
const PUT_PHOTO_OFFER = fetching(required('url', 'offer', OFFER_URL))

function fetching(url: Field): Shape {
  const head = [person('pin'), fixed('size', '0'), fixed('format', '1')]
  return updating('userpic', [...head, url, fixed('content', '')], ['pin'])
}

/** Adds or replaces the photo shown for a user (`DATA UPDATE userpic`). Reply: 0 or more. */
export function putUserPhoto(userPhoto: UserPhoto): BuiltCommand {
  const byUrl = userPhoto?.url === undefined ? PUT_PHOTO : PUT_PHOTO_URL
  const shape = userPhoto?.offer === undefined ? byUrl : PUT_PHOTO_OFFER
  return whileOffered(build('access.putUserPhoto', shape, userPhoto), userPhoto)
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
  const command = build('access.putFacePhoto', facePhotoShape('biophoto', facePhoto), facePhoto)
  return whileOffered(command, facePhoto)
}

/** Deletes a user's comparison photo (`DATA DELETE biophoto`). Reply: 0 or more. */
export function deleteFacePhoto(user: Person): BuiltCommand {
  return build('access.deleteFacePhoto', deleting('biophoto', person()), user)
}

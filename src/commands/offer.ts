// Offered files in commands: their address, size and MD5, and no longer than the offer lasts.
import { urlOf } from '../files/offer.js'
import type { FileOffer } from '../files/storage.js'
import type { BuiltCommand } from './built.js'
import type { Value } from './value.js'

/** A member that is an offer, as `fileOffers().offer()` returns it. */
export interface Offered {
  /** The file, offered to the terminal that gets this command. */
  offer: FileOffer
}

const EXPECTED = 'an offer that fileOffers().offer() returned'

/** What of an offer a field holds. */
function fieldOf(write: (offer: FileOffer) => string): Value {
  return {
    expected: EXPECTED,
    isTyped: () => false,
    text(value) {
      const { token, name, md5, size, expiresAt } = Object(value) as Partial<FileOffer>
      const isOffer = [token, name, md5].every((each) => typeof each === 'string')
      const isWhole = isOffer && typeof size === 'number' && expiresAt instanceof Date
      return isWhole ? write(value as FileOffer) : undefined
    },
  }
}

/** Its URL, relative to `/iclock/`. */
export const OFFER_URL: Value = fieldOf(urlOf)
/** Its size in bytes. */
export const OFFER_SIZE: Value = fieldOf(({ size }) => String(size))

/** Its MD5, if its platform was compared with that of the terminal. */
export const FIRMWARE_MD5: Value = {
  ...OFFER_URL,
  expected: `${EXPECTED} with a platform`,
  text: (value) => {
    const md5 = fieldOf((offer) => offer.md5).text(value)
    return (value as FileOffer | undefined)?.platform === undefined ? undefined : md5
  },
}

/** A command that isn't sent once the offer has expired. */
export function whileOffered(command: BuiltCommand, { offer }: Partial<Offered>): BuiltCommand {
  if (offer === undefined) return command
  return { ...command, expiresAfter: Math.max(1, offer.expiresAt.getTime() - Date.now()) }
}

// What an adapter's calls on offers answered, checked where it comes back.
import { describe, isMoment, isWhole } from '../check.js'
import { checkPage, misanswered, shapeOf } from '../reply/found.js'
import type { FileOffer } from './storage.js'

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => isWhole(value, 0, Number.MAX_SAFE_INTEGER)
const isFlag: Check = (value) => typeof value === 'boolean'

const MEMBERS: Readonly<Record<Exclude<keyof FileOffer, 'platform' | 'servedAt'>, Check>> = {
  ...{ token: isText, serialNumber: isText, name: isText, file: isText, md5: isText },
  ...{ size: isNumber, served: isNumber, isBase64: isFlag, once: isFlag },
  ...{ offeredAt: isMoment, expiresAt: isMoment },
}

/** @throws IclockError `STORAGE_MISMATCH` if it is no offer */
export function checkOffer(call: 'findOffer' | 'listOffers', offer: unknown): void {
  if (typeof offer !== 'object' || offer === null || Array.isArray(offer)) {
    throw misanswered(call, shapeOf(offer), 'the offer as addOffer was given it')
  }
  const values = offer as Record<string, unknown>
  for (const [member, isRight] of Object.entries(MEMBERS)) {
    if (isRight(values[member])) continue
    throw misanswered(
      call,
      `an offer whose ${member} is ${describe(values[member])}`,
      'the offer as addOffer was given it, moments as Dates',
    )
  }
}

/** @throws IclockError `STORAGE_MISMATCH` if it is no page of offers */
export function checkOfferPage(answer: unknown): void {
  checkPage('listOffers', answer)
  for (const row of answer.rows) checkOffer('listOffers', row)
}

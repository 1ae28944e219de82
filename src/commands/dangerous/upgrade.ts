// The firmware upgrade, the same for both families.
import { type BuiltCommand, TRANSFER } from '../built.js'
import { type BuilderName, build } from '../line.js'
import { FIRMWARE_MD5, OFFER_SIZE, OFFER_URL, type Offered, whileOffered } from '../offer.js'
import { fixed, optional, required, type Shape } from '../shape.js'
import { flag, integer, matching, URL_TEXT } from '../value.js'

/** A firmware file. */
export interface Firmware {
  /** `url`: where to fetch it; most models go through `/iclock/file`. */
  url: string
  /** `checksum`: its MD5 in hex. */
  checksum: string
  /** `size`: its length in bytes. */
  size: number
}

/** Firmware that was offered to the terminal, with its `platform`. */
export interface OfferedFirmware extends Offered {
  /**
   * `supportsubcontracting`: the terminal fetches it in pieces, if its option
   * `SubcontractingUpgradeFunOn` is 1; false by default.
   */
  inPieces?: boolean
}

const UPGRADE: Shape = {
  head: 'UPGRADE',
  fields: [
    fixed('type', '1'),
    required('checksum', 'checksum', matching(/^[0-9A-Fa-f]{32}$/, 'a string: an MD5 in hex')),
    required('size', 'size', integer(1, 2 ** 31 - 1)),
    required('url', 'url', URL_TEXT),
  ],
  nature: TRANSFER,
  between: ',',
  alsoRead: ['supportsubcontracting'],
}
const OFFER_FIELDS = [
  required('checksum', 'offer', FIRMWARE_MD5),
  required('size', 'offer', OFFER_SIZE),
  required('url', 'offer', OFFER_URL),
  optional('supportsubcontracting', 'inPieces', flag()),
]
const UPGRADE_OFFERED: Shape = { ...UPGRADE, fields: [fixed('type', '1'), ...OFFER_FIELDS] }
const UPGRADE_IN_BASE64: Shape = { ...UPGRADE, fields: OFFER_FIELDS }

/** The upgrade, without a family: both read it alike. */
export function upgrading(
  builder: BuilderName,
  firmware: Firmware | OfferedFirmware,
): BuiltCommand {
  const { family: _, ...command } = build(builder, shapeOf(firmware), firmware)
  return whileOffered(command, firmware as Partial<Offered>)
}

function shapeOf(firmware: Firmware | OfferedFirmware): Shape {
  if (!('offer' in Object(firmware))) return UPGRADE
  const { offer } = firmware as OfferedFirmware
  return offer?.isBase64 === true ? UPGRADE_IN_BASE64 : UPGRADE_OFFERED
}

// The firmware upgrade, the same for both families.
import { type BuiltCommand, TRANSFER } from '../built.js'
import { build } from '../line.js'
import { fixed, required, type Shape } from '../shape.js'
import { integer, matching, URL_TEXT } from '../value.js'

/** A firmware file. */
export interface Firmware {
  /** `url`: where to fetch it; most models go through `/iclock/file`. */
  url: string
  /** `checksum`: its MD5 in hex. */
  checksum: string
  /** `size`: its length in bytes. */
  size: number
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

/**
 * Replaces the firmware (`UPGRADE type=1,…`: the file as it is, not as base64). Reply: 0
 * after the download, then the terminal restarts. Firmware for another model can destroy a
 * terminal.
 */
export function upgrade(firmware: Firmware): BuiltCommand {
  return build('dangerous.upgrade', UPGRADE, firmware)
}

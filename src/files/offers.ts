// What an app offers to terminals: fileOffers().
import { randomBytes } from 'node:crypto'
import {
  checkAdapter,
  checkFlag,
  checkNames,
  checkWhole,
  type OptionNames,
  wrong,
} from '../check.js'
import { isSerialNumber } from '../endpoint/serial-number.js'
import type { Page } from '../page.js'
import type { TerminalStorage } from '../terminal/storage.js'
import { checkOfferPage } from './answer.js'
import { checkBytes, checkPlatform } from './firmware.js'
import { FILE_NAME, type OfferState, stateOfOffer, urlOf } from './offer.js'
import type { OpenFile } from './open.js'
import { type FileOffer, OFFER_CALLS, type OfferFilter, type OfferStorage } from './storage.js'

/** The storage that offers need; `findTerminal` only for firmware. */
export type OfferAdapter = OfferStorage & Partial<Pick<TerminalStorage, 'findTerminal'>>

/** The options of `fileOffers`. */
export interface FileOffersOptions {
  /** The storage of offers; every adapter of this package has it. */
  adapter: OfferAdapter
  /** The same function as that of the router; needed for firmware, which is read before it is offered. */
  openFile?: OpenFile
}

/** A file to offer. */
export interface NewOffer {
  /** What the terminal sees at the end of the URL: 1 to 64 letters, digits, `_`, `-` and `.`. */
  name: string
  /** Your own reference to the file, for `openFile`: at most 500 characters; `name` by default. */
  file?: string
  /** How many bytes it has. */
  size: number
  /** The MD5 of its bytes, in hex. */
  md5: string
  /**
   * Says that it is firmware, and for which `Platform`, such as `'ZAM170_TFT'`: the terminal must have
   * stated the same, and the file is read once to compare its size and MD5.
   */
  platform?: string
  /** Whether the terminal gets it as base64, as `UPGRADE` without `type=1` wants it; false by default. */
  isBase64?: boolean
  /** Whether it ends once it was sent whole; false by default. */
  once?: boolean
  /** After how many milliseconds it ends; a week by default, a year at most. */
  expiresAfter?: number
}

/** An offer with its address, as commands take it. */
export interface OfferedFile extends FileOffer {
  /** Where the terminal fetches it, relative to `/iclock/`. Nobody can guess it. */
  url: string
}

/** An offer in a list. */
export interface ListedOffer extends OfferedFile {
  state: OfferState
}

/** Offers of files to terminals. */
export interface FileOffers {
  /**
   * Offers a file to one terminal.
   *
   * @throws TypeError if a member is wrong; IclockError `TERMINAL_UNKNOWN`, `PLATFORM_MISMATCH`,
   * `FILE_MISMATCH` for firmware
   */
  offer(serialNumber: string, file: NewOffer): Promise<OfferedFile>
  /** Lists offers with their state and progress (`served` of `size` bytes), the newest first. */
  list(filter?: OfferFilter): Promise<Page<ListedOffer>>
  /** Ends an offer. @returns whether there was one */
  withdraw(offer: Pick<FileOffer, 'token'>): Promise<boolean>
}

const OPTIONS: OptionNames<FileOffersOptions> = { adapter: true, openFile: true }
const MEMBERS: OptionNames<NewOffer> = {
  ...{ name: true, file: true, size: true, md5: true, platform: true, isBase64: true },
  ...{ once: true, expiresAfter: true },
}
const DAY = 24 * 60 * 60 * 1000
const LARGEST = 2 ** 31 - 1
const LONGEST_FILE = 500

/**
 * Creates the calls by which an app offers files to terminals. The bytes stay in the app: the option
 * `openFile` of `terminalRouter` opens them, in whatever process the terminal asks.
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 *
 * @example
 * const files = fileOffers({ adapter })
 * const photo = await files.offer('3399954200002', { name: '7.jpg', size, md5, once: true })
 * await commands.issue('3399954200002', access.putUserPhoto({ pin: '7', offer: photo }))
 */
export function fileOffers(options: FileOffersOptions): FileOffers {
  checkNames(options, OPTIONS)
  const { adapter, openFile } = options
  checkAdapter(adapter, OFFER_CALLS)
  return {
    async offer(serialNumber, file) {
      const offer = newOffer(serialNumber, file)
      if (offer.platform !== undefined) {
        await checkPlatform(offer, offer.platform, adapter)
        await checkBytes(offer, openFile)
      }
      await adapter.addOffer(offer)
      return { ...offer, url: urlOf(offer) }
    },
    async list(filter = {}) {
      const page = await adapter.listOffers(filter)
      checkOfferPage(page)
      const { rows, ...rest } = page
      const now = new Date()
      return {
        ...rest,
        rows: rows.map((row) => ({ ...row, url: urlOf(row), state: stateOfOffer(row, now) })),
      }
    },
    async withdraw({ token }) {
      return adapter.deleteOffer(token)
    },
  }
}

function newOffer(serialNumber: string, given: NewOffer): FileOffer {
  if (typeof serialNumber !== 'string' || !isSerialNumber(serialNumber)) {
    throw wrong('serialNumber', serialNumber, 'the SN of a terminal')
  }
  checkNames(given, MEMBERS)
  const { name, file = name, size, md5, platform, isBase64 = false, once = false } = given
  const { expiresAfter = 7 * DAY } = given
  if (typeof name !== 'string' || !FILE_NAME.test(name)) {
    throw wrong('name', name, "1 to 64 letters, digits, '_', '-' and '.', such as 'photo.jpg'")
  }
  if (typeof file !== 'string' || file === '' || file.length > LONGEST_FILE) {
    throw wrong('file', file, `text of 1 to ${LONGEST_FILE} characters`)
  }
  checkWhole('size', size, 1, LARGEST)
  if (typeof md5 !== 'string' || !/^[0-9a-f]{32}$/i.test(md5)) {
    throw wrong('md5', md5, 'the MD5 of the file, 32 digits of hex')
  }
  if (platform !== undefined && (typeof platform !== 'string' || platform.trim() === '')) {
    throw wrong('platform', platform, "the Platform of a terminal, such as 'ZAM170_TFT'")
  }
  checkFlag('isBase64', isBase64)
  checkFlag('once', once)
  checkWhole('expiresAfter', expiresAfter, 1, 366 * DAY)
  const offeredAt = new Date()
  return {
    ...{ token: randomBytes(16).toString('hex'), serialNumber, name, file, size },
    ...{ md5: md5.toLowerCase(), ...(platform !== undefined && { platform }), isBase64, once },
    ...{ offeredAt, expiresAt: new Date(offeredAt.getTime() + expiresAfter), served: 0 },
  }
}

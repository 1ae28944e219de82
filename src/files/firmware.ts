// Firmware is checked before it is offered: that of another platform, or half of it, can destroy a
// terminal.
import { createHash } from 'node:crypto'
import { checkAdapter, quoted, wrong } from '../check.js'
import { IclockError } from '../endpoint/errors.js'
import type { TerminalStorage } from '../terminal/storage.js'
import { type OpenFile, openPart } from './open.js'
import type { FileOffer } from './storage.js'

const TIMEOUT = 10_000

/**
 * Checks that the terminal has stated this platform.
 *
 * @throws IclockError `TERMINAL_UNKNOWN` or `PLATFORM_MISMATCH`
 */
export async function checkPlatform(
  { serialNumber }: FileOffer,
  platform: string,
  adapter: Partial<Pick<TerminalStorage, 'findTerminal'>>,
): Promise<void> {
  checkAdapter(adapter, ['findTerminal'])
  const terminal = await adapter.findTerminal?.(serialNumber)
  if (!terminal) {
    throw new IclockError(
      'TERMINAL_UNKNOWN',
      `No terminal ${quoted(serialNumber)} ever called, so its platform isn't known.`,
    )
  }
  const { options = {} } = terminal
  const stated = options['~Platform'] ?? options.Platform
  if (stated === platform) return
  throw new IclockError(
    'PLATFORM_MISMATCH',
    `The firmware is for ${quoted(platform)}, and terminal ${quoted(serialNumber)} ` +
      (stated === undefined
        ? "has not stated its platform: issue access.getOptions(['~Platform']) first, or attendance.info()."
        : `is ${quoted(stated)}.`),
  )
}

/**
 * Reads the file once, and compares its size and its MD5.
 *
 * @throws IclockError `FILE_MISMATCH`
 */
export async function checkBytes(offer: FileOffer, openFile: OpenFile | undefined): Promise<void> {
  if (typeof openFile !== 'function') {
    throw wrong('openFile', openFile, 'a function (offer, { start, end, signal }), for firmware')
  }
  const part = await openPart(openFile, offer, { first: 0, last: offer.size - 1 }, TIMEOUT)
  const hash = createHash('md5')
  try {
    for (let piece = await part.read(); piece; piece = await part.read()) hash.update(piece)
  } finally {
    part.close()
  }
  const md5 = hash.digest('hex')
  if (md5 === offer.md5) return
  const message = `The file ${quoted(offer.file)} has the MD5 ${md5}; its offer was to say ${offer.md5}.`
  throw new IclockError('FILE_MISMATCH', message)
}

// The text of commands as the octets that a terminal reads.
import iconv from 'iconv-lite'
import { describe, quoted, wrong } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { bodySettings } from '../endpoint/options.js'

const ASCII = /^[\0-\x7f]*$/

/**
 * Checks an option `encoding`: a `TextDecoder` label that text can be written in as well.
 *
 * @throws TypeError that names the option
 */
export function encodingOf(encoding = 'utf-8'): string {
  const { encoding: label } = bodySettings({ encoding })
  const name = new TextDecoder(label).encoding
  if (iconv.encodingExists(name)) return name
  throw wrong('encoding', encoding, 'an encoding that text can be written in, such as "gb18030"')
}

/** The octets of a text; what the encoding lacks becomes `?`. */
export function encode(text: string, encoding: string): Buffer {
  return encoding === 'utf-8' ? Buffer.from(text) : iconv.encode(text, encoding)
}

/**
 * Checks that a command can be written in an encoding.
 *
 * @throws TypeError if a character of its text is missing in the encoding
 */
export function checkIsEncodable({ commandId, text }: IssuedCommand, encoding: string): void {
  if (ASCII.test(text)) return
  const octets = encode(text, encoding)
  if (iconv.decode(octets, encoding, { stripBOM: false }) === text) return
  throw new TypeError(
    `express-iclock: the text of command ${quoted(commandId)} has a character that ${describe(encoding)} lacks; ` +
      'expected text that the encoding of commandQueue(adapter, { encoding }) can carry',
  )
}

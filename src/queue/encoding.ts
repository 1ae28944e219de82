// Encodes the text of commands as octets.
import { TextDecoder } from 'node:util'
import iconv from 'iconv-lite'
import { describe, quoted, wrong } from '../check.js'
import type { IssuedCommand } from '../command.js'
import { IclockError } from '../endpoint/errors.js'
import { decoderLabel } from '../endpoint/options.js'

const ASCII = /^[\0-\x7f]*$/
// Encodings without the additions of later standards: terminals have the older tables.
const OLDER: Readonly<Record<string, string>> = { gbk: 'cp936', big5: 'cp950' }
// The 2022 edition of GB 18030 changed the octets of these.
const MOVED = /[\ufe10-\ufe19\u9fb4-\u9fbb]/

/**
 * Checks an option `encoding`: a `TextDecoder` label that text can be written in as well.
 *
 * @throws TypeError that names the option
 */
export function encodingOf(encoding = 'utf-8'): string {
  const name = new TextDecoder(decoderLabel(encoding)).encoding
  if (iconv.encodingExists(name)) return name
  throw wrong('encoding', encoding, 'an encoding that text can be written in, such as "gb18030"')
}

/** The octets of a text; characters that the encoding lacks become `?`. */
export function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text)
  return iconv.encode(text, OLDER[encoding] ?? encoding)
}

/**
 * The first character that would not come back unchanged: the encoding lacks it, or writers and
 * readers have different tables, such as for rare characters of euc-kr and gb18030.
 */
export function lostCharacter(text: string, encoding: string): string | undefined {
  if (ASCII.test(text)) return undefined
  const decoder = new TextDecoder(encoding, { ignoreBOM: true })
  const isLost = (part: string) => {
    if (encoding === 'gb18030' && MOVED.test(part)) return true
    return decoder.decode(encode(part, encoding)) !== part
  }
  if (!isLost(text)) return undefined
  for (const character of text) if (isLost(character)) return character
  return text
}

/**
 * Checks that a command can be written in an encoding.
 *
 * @throws IclockError `VALUE_REFUSED` if a character of its text would be lost
 */
export function checkIsEncodable({ commandId, text }: IssuedCommand, encoding: string): void {
  const lost = lostCharacter(text, encoding)
  if (lost === undefined) return
  throw new IclockError(
    'VALUE_REFUSED',
    // The text may hold a password: only the offending character is shown.
    `express-iclock: the text of command ${quoted(commandId)} has ${quoted(lost)}, which ${describe(encoding)} lacks; ` +
      'expected text that the encoding of commandQueue(adapter, { encoding }) can carry',
    'text',
  )
}

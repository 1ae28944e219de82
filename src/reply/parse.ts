// What a device says: the records of a Command Reply body, read byte by byte.
// Pure: no HTTP, no storage, no clock.
import { TextDecoder } from 'node:util'
import type { CommandReply, ParsedReplies } from './reply.js'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const AMPERSAND = 0x26
const PLUS = 0x2b
const MINUS = 0x2d
const ZERO = 0x30
const EQUALS = 0x3d
const LOWER_CASE = 0x20

// The keys that the protocol knows, a bit each, so that one number holds a set of them.
const OTHER = 0
const ID = 1
const RETURN = 2
const CMD = 4
const SN = 8
const FILENAME = 16
const CONTENT = 32

const FOLLOWS_ID = RETURN | CMD | SN
const HEADER = RETURN | CMD | SN | FILENAME

const KNOWN_KEYS = [
  { name: ID, letters: Buffer.from('id') },
  { name: SN, letters: Buffer.from('sn') },
  { name: CMD, letters: Buffer.from('cmd') },
  { name: RETURN, letters: Buffer.from('return') },
  { name: CONTENT, letters: Buffer.from('content') },
  { name: FILENAME, letters: Buffer.from('filename') },
]

const WINDOW = 1 << 12
const UTF_8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Reads the records of a Command Reply body (PUSH manual, "Command Reply"): compact, tailed and block form,
 * any number of them. It never throws on what a device sends, and its work grows in step with the body.
 *
 * @param body the request's bytes
 * @param serialNumber `SN` of the query, handed on to each reply
 * @param encoding a `TextDecoder` label for values that are not ASCII, `'utf-8'` by default (`'gb18030'` for
 *   Chinese-language devices); `content` and `raw` stay bytes
 * @throws TypeError where `body` is no Buffer; RangeError where no decoder has that label
 */
export function parseReplies(
  body: Buffer,
  serialNumber: string,
  encoding = 'utf-8',
): ParsedReplies {
  if (!Buffer.isBuffer(body)) {
    throw new TypeError(`parseReplies: body must be a Buffer, not ${typeof body}`)
  }
  const reader = new BodyReader(body, serialNumber, encoding)
  reader.readLines()
  return { replies: reader.replies, unparsed: reader.unparsed }
}

// Most records have no other fields, and then an instance is half as large as a `{}`.
class Fields {
  [key: string]: string
}

class BodyReader {
  readonly replies: CommandReply[] = []
  readonly unparsed: Buffer[] = []
  readonly body: Buffer
  readonly serialNumber: string
  readonly decoder: TextDecoder

  // The pair that was read last: what its key is, where key and value lie, without the blanks around them, and where the
  // reading has come to: the `=` behind the key, or the end of the pair.
  name = OTHER
  keyStart = 0
  keyEnd = 0
  hasValue = false
  valueStart = 0
  valueEnd = 0
  at = 0

  // The record that is open, where it lies in the body so far, and which known keys it has had.
  reply: CommandReply | undefined = undefined
  recordStart = 0
  recordEnd = 0
  given = 0

  // The command that was read last, and where it lies: the records of a batch mostly have the same.
  command = ''
  commandStart = 0
  commandEnd = 0

  // A stretch of the body as text: a slice of it costs a quarter of one of the body.
  window = ''
  windowStart = 0
  windowEnd = 0

  constructor(body: Buffer, serialNumber: string, encoding: string) {
    this.body = body
    this.serialNumber = serialNumber
    this.decoder = encoding === 'utf-8' ? UTF_8 : new TextDecoder(encoding, { ignoreBOM: true })
  }

  readLines(): void {
    let at = this.skipBlanks(0)
    while (at < this.body.length) at = this.skipBlanks(this.readLine(at))
    this.close()
  }

  /** Reads a line, with the content that begins in it, and returns where they end. */
  readLine(start: number): number {
    this.readKey(start, true)
    if (this.name === ID) {
      this.readValue(true)
      const { valueStart, valueEnd, at } = this
      const lineEnd = this.skipSpaces(at, this.body.length)
      if (!this.endsLine(lineEnd)) {
        this.readKey(at + 1, true)
        if ((this.name & FOLLOWS_ID) !== 0) {
          return this.readPairs(at + 1, this.open(start, valueStart, valueEnd))
        }
      } else if (this.beginsBlock()) {
        this.open(start, valueStart, valueEnd)
        this.recordEnd = this.withoutCr(lineEnd)
        return lineEnd
      }
      this.readKey(start, false)
    } else if (!this.hasValue) this.readKey(start, false)
    if (this.name === CONTENT && this.reply !== undefined) return this.readContent(this.reply)
    this.readValue(false)
    const lineEnd = this.withoutCr(this.at)
    if (this.reply !== undefined && this.isInTail(this.reply)) {
      this.addPair(this.reply)
      this.recordEnd = lineEnd
    } else {
      this.close()
      this.unparsed.push(this.body.subarray(start, lineEnd))
    }
    return this.at
  }

  // A bare `ID=…` is a record only by the lines below it: among INFO's lines it is an option of that name. A block that
  // lacks Return is known by its Content, lest what stands there be taken for records.
  beginsBlock(): boolean {
    let given = 0
    do {
      given |= this.name
      this.readKey(this.skipBlanks(this.at), false)
      this.readValue(false)
    } while ((this.name & HEADER) !== 0 && this.name !== RETURN)
    return this.name === RETURN || (this.name === CONTENT && (given & CMD) !== 0)
  }

  // A line below a record's first one that goes on with it.
  isInTail(reply: CommandReply): boolean {
    return (this.name & HEADER) !== 0 || isCommand(reply, 'INFO')
  }

  /** Reads what follows `ID=…` on its line, the first key of which has been read, and any further record there. */
  readPairs(start: number, opened: CommandReply): number {
    let pairStart = start
    let reply = opened
    for (;;) {
      this.recordEnd = pairStart
      if (this.name === CONTENT) return this.readContent(reply)
      this.readValue(true)
      if (this.name === ID) reply = this.open(pairStart, this.valueStart, this.valueEnd)
      else this.addPair(reply)
      if (this.endsLine(this.at)) break
      pairStart = this.at + 1
      this.readKey(pairStart, true)
    }
    this.recordEnd = this.withoutCr(this.at)
    return this.at
  }

  /** Reads the bytes behind `Content=`, whose key has been read. */
  readContent(reply: CommandReply): number {
    const { body } = this
    const start = this.at + 1
    const remaining = body.length - start
    const size = isCommand(reply, 'GETFILE') ? (reply.returnCode ?? -1) : -1
    this.recordEnd = start + (size >= 0 && size < remaining ? size : remaining)
    reply.content = body.subarray(start, this.recordEnd)
    this.close()
    return this.recordEnd
  }

  open(start: number, idStart: number, idEnd: number): CommandReply {
    this.close()
    this.recordStart = start
    this.given = 0
    this.reply = {
      serialNumber: this.serialNumber,
      commandId: this.textOf(idStart, idEnd),
      returnCode: null,
      commandName: '',
      // Object.create(null) would make a hash table at once, which takes many times the room.
      fields: Object.setPrototypeOf(new Fields(), null),
      raw: this.body,
    }
    return this.reply
  }

  close(): void {
    if (this.reply === undefined) return
    this.reply.raw = this.body.subarray(this.recordStart, this.recordEnd)
    this.replies.push(this.reply)
    this.reply = undefined
  }

  addPair(reply: CommandReply): void {
    const { name, keyStart, keyEnd, valueStart, valueEnd } = this
    if ((this.given & name) !== 0) return
    this.given |= name
    if (name === RETURN) {
      reply.returnCode = this.wholeNumber(valueStart, valueEnd)
    } else if (name === CMD) {
      reply.commandName = this.commandOf(valueStart, valueEnd)
    } else if (this.hasValue || keyStart < keyEnd) {
      const key = this.textOf(keyStart, keyEnd)
      if (!(key in reply.fields)) reply.fields[key] = this.textOf(valueStart, valueEnd)
    }
  }

  // In the first line of a record `&` and TAB separate pairs; any other line is one pair.
  readKey(start: number, inFirstLine: boolean): void {
    const { body } = this
    const { length } = body
    let at = start
    while (at < length) {
      const octet = body[at] as number
      if (octet <= EQUALS && (octet === EQUALS || endsPair(octet, inFirstLine))) break
      at++
    }
    this.at = at
    this.hasValue = body[at] === EQUALS
    this.keyStart = this.skipSpaces(start, at)
    this.keyEnd = this.trimSpaces(this.keyStart, at)
    this.name = this.nameOf(this.keyStart, this.keyEnd)
    // ID and Content mean something only with their `=`.
    if (!this.hasValue) this.name &= HEADER
  }

  readValue(inFirstLine: boolean): void {
    const { body } = this
    const { length } = body
    const start = this.hasValue ? this.at + 1 : this.at
    let at = start
    while (at < length) {
      const octet = body[at] as number
      if (octet <= AMPERSAND && endsPair(octet, inFirstLine)) break
      at++
    }
    this.at = at
    this.valueStart = this.skipSpaces(start, at)
    this.valueEnd = this.trimSpaces(this.valueStart, at)
  }

  nameOf(start: number, end: number): number {
    const { body } = this
    const length = end - start
    for (const { name, letters } of KNOWN_KEYS) {
      if (letters.length !== length) continue
      let at = 0
      while (at < length && ((body[start + at] as number) | LOWER_CASE) === letters[at]) at++
      if (at === length) return name
    }
    return OTHER
  }

  commandOf(start: number, end: number): string {
    const { body, commandStart } = this
    const length = end - start
    let same = 0
    while (same < length && body[start + same] === body[commandStart + same]) same++
    if (same < length || commandStart + length !== this.commandEnd) {
      this.command = this.textOf(start, end)
      this.commandStart = start
      this.commandEnd = end
    }
    return this.command
  }

  textOf(start: number, end: number): string {
    const { body } = this
    for (let at = start; at < end; at++) {
      if ((body[at] as number) > 0x7f) return this.decoder.decode(body.subarray(start, end))
    }
    if (end > this.windowEnd) {
      this.windowStart = start
      this.windowEnd = Math.max(end, Math.min(start + WINDOW, body.length))
      this.window = body.toString('latin1', start, this.windowEnd)
    }
    return this.window.slice(start - this.windowStart, end - this.windowStart)
  }

  /** The whole number that stands there; null where there is none, or none that a number holds exactly. */
  wholeNumber(start: number, end: number): number | null {
    const { body } = this
    let at = start
    const isNegative = body[at] === MINUS
    if (isNegative || body[at] === PLUS) at++
    if (at >= end) return null
    let value = 0
    for (; at < end; at++) {
      const digit = (body[at] as number) - ZERO
      if (digit < 0 || digit > 9) return null
      value = value * 10 + digit
      if (value > Number.MAX_SAFE_INTEGER) return null
    }
    return isNegative && value > 0 ? -value : value
  }

  skipSpaces(from: number, to: number): number {
    let at = from
    while (at < to && isSpace(this.body[at])) at++
    return at
  }

  trimSpaces(from: number, to: number): number {
    let at = to
    while (at > from && isSpace(this.body[at - 1])) at--
    return at
  }

  skipBlanks(from: number): number {
    const { body } = this
    let at = from
    while (at < body.length && (isSpace(body[at]) || body[at] === LF)) at++
    return at
  }

  endsLine(at: number): boolean {
    return at >= this.body.length || this.body[at] === LF
  }

  withoutCr(lineEnd: number): number {
    return this.body[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd
  }
}

function isCommand(reply: CommandReply, command: string): boolean {
  return reply.commandName.toUpperCase() === command
}

function endsPair(byte: number, inFirstLine: boolean): boolean {
  return byte === LF || (inFirstLine && (byte === AMPERSAND || byte === TAB))
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB || byte === CR
}

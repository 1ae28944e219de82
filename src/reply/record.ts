// Pairs to records, and the lines that belong to none. Pure.
import { IclockError } from '../endpoint/errors.js'
import { Octets } from '../octets.js'
import { CMD, CONTENT, HEADER, ID, PairReader, RETURN, SN } from './pairs.js'
import type { CommandReply } from './reply.js'
import { hasOptions, hasRows, sizeOfFile } from './tail.js'
import { idOf, wholeNumberOf } from './value.js'

const FOLLOWS_ID = RETURN | CMD | SN

/** Reads record after record of a Command Reply body (PUSH manual, "Command Reply"). */
export class RecordReader {
  readonly replies: CommandReply[] = []
  readonly unparsed: Buffer[] = []
  readonly #octets: Octets
  readonly #pairs: PairReader
  readonly #serialNumber: string
  readonly #maxRecords: number
  #taken = 0

  // The open record, its position in the body so far, the known keys it has had, and where the rows
  // below it begin. One without an id isn't a reply: when it ends, it is unparsed, including its
  // content, so that the content isn't read as records.
  #reply: CommandReply | undefined = undefined
  #recordStart = 0
  #recordEnd = 0
  #given = 0
  #rowsStart = -1

  constructor(body: Buffer, serialNumber: string, encoding: string, maxRecords: number) {
    this.#octets = new Octets(body, encoding)
    this.#pairs = new PairReader(this.#octets)
    this.#serialNumber = serialNumber
    this.#maxRecords = maxRecords
  }

  readLines(): void {
    const pairs = this.#pairs
    const { length } = this.#octets.body
    let at = pairs.skipBlankLines(0)
    while (at < length) at = pairs.skipBlankLines(this.#readLine(at))
    this.#close()
  }

  /** Reads a line, with the content that begins in it, and returns where they end. */
  #readLine(start: number): number {
    const pairs = this.#pairs
    pairs.readKey(start, true)
    if (pairs.name === ID) {
      pairs.readValue(true)
      const { valueStart, valueEnd, at } = pairs
      const lineEnd = pairs.skipSpaces(at)
      if (!pairs.endsLine(lineEnd)) {
        pairs.readKey(at + 1, true)
        if ((pairs.name & FOLLOWS_ID) !== 0) {
          return this.#readPairs(at + 1, this.#open(start, valueStart, valueEnd))
        }
      } else if (pairs.beginsBlock()) {
        this.#open(start, valueStart, valueEnd)
        this.#recordEnd = lineEnd
        return lineEnd
      }
      pairs.readKey(start, false)
    } else {
      if ((pairs.name & HEADER) !== 0) {
        const id = this.#mayBeRecord() ? pairs.laterIdOf(start) : undefined
        pairs.readKey(start, true)
        if (id !== undefined) {
          return this.#readPairs(start, this.#open(start, id.start, id.end), id.at)
        }
      }
      if (!pairs.hasValue) pairs.readKey(start, false)
    }
    const reply = this.#reply
    if (pairs.name === CONTENT && reply !== undefined) return this.#readContent(reply)
    pairs.readValue(false)
    if (reply !== undefined && this.#isInTail(reply)) {
      this.#addPair(reply)
      this.#recordEnd = pairs.at
    } else if (reply !== undefined && hasRows(reply.commandName) && pairs.isRow(start)) {
      if (this.#rowsStart < 0) this.#rowsStart = start
      this.#recordEnd = pairs.at
    } else {
      this.#close()
      this.#take()
      this.unparsed.push(this.#octets.body.subarray(start, pairs.at))
    }
    return pairs.at
  }

  // Among INFO's lines, every key is that of an option.
  #mayBeRecord(): boolean {
    return this.#reply === undefined || !hasOptions(this.#reply.commandName)
  }

  // Whether a line below a record's first one continues it, as a pair.
  #isInTail(reply: CommandReply): boolean {
    if (this.#rowsStart >= 0) return false
    return (this.#pairs.name & HEADER) !== 0 || hasOptions(reply.commandName)
  }

  /**
   * Reads pairs of a record's first line, the first key of which has been read, and any further
   * record there.
   *
   * @param ownId where the pair with the record's own id begins, if it comes after others
   */
  #readPairs(start: number, opened: CommandReply, ownId = -1): number {
    const pairs = this.#pairs
    let pairStart = start
    let reply = opened
    for (;;) {
      this.#recordEnd = pairStart
      if (pairs.name === CONTENT) return this.#readContent(reply)
      pairs.readValue(true)
      if (pairs.name !== ID) this.#addPair(reply)
      else if (
        pairStart !== ownId &&
        (pairs.valueStart < pairs.valueEnd || reply.commandId !== '')
      ) {
        reply = this.#open(pairStart, pairs.valueStart, pairs.valueEnd)
      }
      if (pairs.endsLine(pairs.at)) break
      pairStart = pairs.at + 1
      pairs.readKey(pairStart, true)
    }
    this.#recordEnd = pairs.at
    return pairs.at
  }

  /**
   * Reads the bytes after `Content=`, whose key has been read (PUSH manual, "GetFile", "Shell").
   */
  #readContent(reply: CommandReply): number {
    const start = this.#pairs.at + 1
    const remaining = this.#octets.body.length - start
    const size = sizeOfFile(reply)
    this.#recordEnd = start + (size >= 0 && size < remaining ? size : remaining)
    if (this.#rowsStart < 0) this.#rowsStart = start
    this.#close()
    return this.#recordEnd
  }

  #open(start: number, idStart: number, idEnd: number): CommandReply {
    this.#close()
    this.#take()
    this.#recordStart = start
    this.#given = 0
    this.#rowsStart = -1
    this.#reply = {
      serialNumber: this.#serialNumber,
      commandId: idOf(this.#octets, idStart, idEnd),
      returnCode: null,
      commandName: '',
      fields: Object.create(null),
      raw: this.#octets.body,
    }
    return this.#reply
  }

  #close(): void {
    const reply = this.#reply
    if (reply === undefined) return
    const { body } = this.#octets
    const raw = body.subarray(this.#recordStart, this.#recordEnd)
    if (reply.commandId === '') this.unparsed.push(raw)
    else {
      reply.raw = raw
      if (this.#rowsStart >= 0) reply.content = body.subarray(this.#rowsStart, this.#recordEnd)
      this.replies.push(reply)
    }
    this.#reply = undefined
  }

  #addPair(reply: CommandReply): void {
    const octets = this.#octets
    const { name, hasValue, keyStart, keyEnd, valueStart, valueEnd } = this.#pairs
    if ((this.#given & name) !== 0) return
    this.#given |= name
    if (name === RETURN) {
      reply.returnCode = wholeNumberOf(octets, valueStart, valueEnd)
    } else if (name === CMD) {
      reply.commandName = octets.textOf(valueStart, valueEnd)
    } else if (hasValue || keyStart < keyEnd) {
      const key = octets.textOf(keyStart, keyEnd)
      if (key in reply.fields) return
      this.#take()
      reply.fields[key] = octets.textOf(valueStart, valueEnd)
    }
  }

  // Counts everything that becomes an object, before it is created.
  #take(): void {
    if (++this.#taken <= this.#maxRecords) return
    throw new IclockError(
      'TOO_MANY_RECORDS',
      `The body holds more than ${this.#maxRecords} records and lines; a larger maxRecords would accept it.`,
    )
  }
}

// Pairs to records, and the lines that belong to none. Pure.
import { IclockError } from '../endpoint/errors.js'
import { CMD, CONTENT, HEADER, ID, PairReader, RETURN, SN } from './pairs.js'
import type { CommandReply } from './reply.js'

const FOLLOWS_ID = RETURN | CMD | SN
const TAB = 0x09
const AMPERSAND = 0x26

// `i` without `u` folds only ASCII.
const GET_FILE = /^getfile(?: |$)/i
const HAS_OPTIONS = /^(?:info|get options?)(?: |$)/i
const HAS_ROWS = /^data(?: query(?: |$)|$)/i

/** Reads record after record of a Command Reply body (PUSH manual, "Command Reply"). */
export class RecordReader extends PairReader {
  readonly replies: CommandReply[] = []
  readonly unparsed: Buffer[] = []
  readonly serialNumber: string
  readonly maxRecords: number
  taken = 0

  // The open record, its position in the body so far, the known keys it has had, and where the rows
  // below it begin. One without an id isn't a reply: when it ends, it is unparsed, including its
  // content, so that the content isn't read as records.
  reply: CommandReply | undefined = undefined
  recordStart = 0
  recordEnd = 0
  given = 0
  rowsStart = -1

  constructor(body: Buffer, serialNumber: string, encoding: string, maxRecords: number) {
    super(body, encoding)
    this.serialNumber = serialNumber
    this.maxRecords = maxRecords
  }

  readLines(): void {
    let at = this.skipBlanks(0)
    while (at < this.body.length) at = this.skipBlanks(this.readLine(at))
    this.close()
  }

  /** Reads a line, with the content that begins in it, and returns where they end. */
  readLine(start: number): number {
    this.readKey(start, true)
    const isId = this.name === ID
    if (isId) {
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
        this.recordEnd = lineEnd
        return lineEnd
      }
      this.readKey(start, false)
    } else if (!this.hasValue) this.readKey(start, false)
    if (this.name === CONTENT && this.reply !== undefined) return this.readContent(this.reply)
    this.readValue(false)
    if (this.reply !== undefined && this.isInTail(this.reply)) {
      this.addPair(this.reply)
      this.recordEnd = this.at
    } else if (this.reply !== undefined && this.isRow(this.reply, start, isId)) {
      if (this.rowsStart < 0) this.rowsStart = start
      this.recordEnd = this.at
    } else {
      this.close()
      this.take()
      this.unparsed.push(this.body.subarray(start, this.at))
    }
    return this.at
  }

  // A bare `ID=…` begins a record only if the lines below it fit: among INFO's lines it is an
  // option of that name. A block that lacks Return is recognized by its Content, so that its
  // content isn't parsed as records.
  beginsBlock(): boolean {
    let given = 0
    do {
      given |= this.name
      this.readKey(this.skipBlanks(this.at), false)
      this.readValue(false)
    } while ((this.name & HEADER) !== 0 && this.name !== RETURN)
    return this.name === RETURN || (this.name === CONTENT && (given & CMD) !== 0)
  }

  // Whether a line below a record's first one continues it, as a pair.
  isInTail(reply: CommandReply): boolean {
    if (this.rowsStart >= 0) return false
    return (this.name & HEADER) !== 0 || HAS_OPTIONS.test(reply.commandName)
  }

  // A line of data below the reply to a query: columns with TAB between them, or a single one.
  isRow(reply: CommandReply, start: number, isId: boolean): boolean {
    if (!HAS_ROWS.test(reply.commandName)) return false
    if (this.holds(TAB, start, this.at)) return true
    return this.hasValue && !isId && !this.holds(AMPERSAND, start, this.at)
  }

  /**
   * Reads pairs of a record's first line, the first key of which has been read, and any further
   * record there.
   */
  readPairs(start: number, opened: CommandReply): number {
    let pairStart = start
    let reply = opened
    for (;;) {
      this.recordEnd = pairStart
      if (this.name === CONTENT) return this.readContent(reply)
      this.readValue(true)
      if (this.name !== ID) this.addPair(reply)
      else if (this.valueStart < this.valueEnd || reply.commandId !== '') {
        reply = this.open(pairStart, this.valueStart, this.valueEnd)
      }
      if (this.endsLine(this.at)) break
      pairStart = this.at + 1
      this.readKey(pairStart, true)
    }
    this.recordEnd = this.at
    return this.at
  }

  /**
   * Reads the bytes after `Content=`, whose key has been read (PUSH manual, "GetFile", "Shell").
   */
  readContent(reply: CommandReply): number {
    const { body } = this
    const start = this.at + 1
    const remaining = body.length - start
    const size = GET_FILE.test(reply.commandName) ? (reply.returnCode ?? -1) : -1
    this.recordEnd = start + (size >= 0 && size < remaining ? size : remaining)
    if (this.rowsStart < 0) this.rowsStart = start
    this.close()
    return this.recordEnd
  }

  open(start: number, idStart: number, idEnd: number): CommandReply {
    this.close()
    this.take()
    this.recordStart = start
    this.given = 0
    this.rowsStart = -1
    this.reply = {
      serialNumber: this.serialNumber,
      commandId: this.idOf(idStart, idEnd),
      returnCode: null,
      commandName: '',
      fields: Object.create(null),
      raw: this.body,
    }
    return this.reply
  }

  close(): void {
    const { reply, body } = this
    if (reply === undefined) return
    const raw = body.subarray(this.recordStart, this.recordEnd)
    if (reply.commandId === '') this.unparsed.push(raw)
    else {
      reply.raw = raw
      if (this.rowsStart >= 0) reply.content = body.subarray(this.rowsStart, this.recordEnd)
      this.replies.push(reply)
    }
    this.reply = undefined
  }

  addPair(reply: CommandReply): void {
    const { name, keyStart, keyEnd, valueStart, valueEnd } = this
    if ((this.given & name) !== 0) return
    this.given |= name
    if (name === RETURN) {
      reply.returnCode = this.wholeNumberOf(valueStart, valueEnd)
    } else if (name === CMD) {
      reply.commandName = this.textOf(valueStart, valueEnd)
    } else if (this.hasValue || keyStart < keyEnd) {
      const key = this.textOf(keyStart, keyEnd)
      if (key in reply.fields) return
      this.take()
      reply.fields[key] = this.textOf(valueStart, valueEnd)
    }
  }

  // Counts everything that becomes an object, before it is created.
  take(): void {
    if (++this.taken <= this.maxRecords) return
    throw new IclockError(
      'TOO_MANY_RECORDS',
      `The body holds more than ${this.maxRecords} records and lines; a larger maxRecords would accept it.`,
    )
  }
}

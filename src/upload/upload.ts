// The records of an upload, one shape for each grammar. Types only.
/// <reference types="node" preserve="true" />

/**
 * One uploaded request: the body of `POST cdata`, `querydata` or `fdata` (PUSH manual, "Upload").
 */
export interface Upload {
  /** `SN` of the query: the terminal that posts. */
  serialNumber: string
  /**
   * `table` as sent, or else `type`, which the result of a query has (`querydata`); missing on
   * terminals before 2010, which send `Stamp`, `OpStamp` or `PhotoStamp` alone.
   */
  table?: string
  /** `tablename` as sent: the table of the rows if `table` is `tabledata`. */
  tableName?: string
  /**
   * `Stamp`, `OpStamp` or `PhotoStamp`: how far the terminal has sent this table. Digits, or a time
   * such as `2026-11-25T12:08:21`; missing otherwise.
   */
  stamp?: string
  /** `count`: how many records the terminal claims to send. */
  count?: number
  /**
   * `cmdid` or `CmdId`: the command whose result this is. Most attendance firmware doesn't send it.
   */
  commandId?: string
  /** `packidx` and `packcnt`, if the result of a query comes in several requests. */
  packet?: PacketNumber
  /**
   * The other members of the query, as sent; if a key is given twice, the first counts. It has no
   * prototype.
   */
  query: Record<string, string>
  /** When it arrived. */
  receivedAt: Date
  /** The records, in the terminal's order. */
  records: readonly UploadRecord[]
  /** The lines that are not valid records, without their line ends. */
  unparsed: readonly Buffer[]
  /** The request's body as it came; of a result that came in packets, all of them joined. */
  body: Buffer
}

/** Which part of a result a packet is. */
export interface PacketNumber {
  /** `packidx`: 1 for the first. */
  index: number
  /** `packcnt`: how many there are. */
  count: number
}

/**
 * What `parseUpload` reads: every byte of the body that isn't blank is in a record's `raw` or in
 * `unparsed`.
 */
export interface ParsedUpload {
  /** The records, in the terminal's order. */
  records: UploadRecord[]
  /** The lines that are not valid records, without their line ends. */
  unparsed: Buffer[]
}

/**
 * A record of an upload. `kind` determines its shape; `type` is its keyword, or else its table, in
 * lower case: `user`, `fp`, `biodata`, `rtlog`, … Unknown types are read like known ones.
 */
export type UploadRecord =
  | AttendanceRecord
  | OperationRecord
  | FieldRecord
  | FileRecord
  | PacketRecord

/**
 * Who came or went: a line of `ATTLOG` (PUSH manual, "Upload attendance records"). Text is as the
 * terminal sent it.
 */
export interface AttendanceRecord {
  kind: 'attendance'
  type: 'attlog'
  /** The person. Text: `007` is not `7`, and letters occur. */
  pin: string
  /**
   * The terminal's wall clock, `2026-10-05 06:58:10`; a terminal whose clock was never set may send
   * no valid time.
   */
  time: string
  /** 0 in, 1 out, 2 break out, 3 break in, 4 overtime in, 5 overtime out, 255 none chosen. */
  status: string
  /**
   * How: 0 password, 1 finger, 2 card, 15 face, 25 palm, …; combinations have their own numbers.
   */
  verify: string
  /** The work code; `''` and `0` mean none. */
  workCode: string
  /** Further columns as sent: their meaning depends on the model. */
  rest: readonly string[]
  /** The moment of `time`, if the terminal's zone is known and `time` is valid. */
  instant?: Date
  /** The line as it came, a view into the body. */
  raw: Buffer
}

/**
 * What was done at a terminal: an `OPLOG` line of `OPERLOG` (PUSH manual, "Upload operation
 * records").
 */
export interface OperationRecord {
  kind: 'operation'
  type: 'oplog'
  /**
   * 0 start, 3 alarm, 4 menu, 5 option, 6 finger, 9 user deleted, 30 new user, 36 user edited, …;
   * any number occurs.
   */
  operation: string
  /** The administrator, `0` if there was none. */
  admin: string
  /** The terminal's wall clock; a time code on terminals of 2009. */
  time: string
  /** The subject of the operation, usually with the person first. */
  parameters: readonly string[]
  /** The moment of `time`, if the terminal's zone is known and `time` is valid. */
  instant?: Date
  /** The line as it came, a view into the body. */
  raw: Buffer
}

/**
 * Pairs of key and value: users, templates, options, door events, and anything else in the form
 * `Key=Value`. `type` is the line's keyword, or else the table, in lower case.
 */
export interface FieldRecord {
  kind: 'fields'
  type: string
  /**
   * The pairs, in the terminal's order and spelling; if a key is given twice, the first counts. It
   * has no prototype, so that keys like `__proto__` are safe. Models spell keys differently (`PIN`,
   * `Pin`, `pin`): `fieldOf` ignores letter case.
   */
  fields: Record<string, string>
  /**
   * The moment of the field `time`, if there is one, the terminal's zone is known and `time` is
   * valid.
   */
  instant?: Date
  /** The line as it came, with a line that continues it, a view into the body. */
  raw: Buffer
}

/**
 * Bytes: the photo of an attendance (`attphoto`), the image of a finger (`fpimage`), a body in a
 * customer's own format (`postverifydata`), or any other body that is no text (the type is its
 * table).
 */
export interface FileRecord {
  kind: 'file'
  type: string
  /**
   * The fields sent with the bytes: `PIN` (the name of a photo), `SN`, `size`, `CMD`; of a body
   * without a header the members of the query. It has no prototype.
   */
  fields: Record<string, string>
  /**
   * The bytes of the file, unchanged, a view into the body. A photo that came as base64 is decoded.
   */
  content: Buffer
  /** How many of the last bytes of `raw` are the content as base64, if it came so. */
  encodedSize?: number
  /**
   * The person, if a photo's name has one: a photo without it is of somebody who wasn't recognized.
   */
  pin?: string
  /** The terminal's wall clock, from a photo's name: `2026-10-05 06:58:10`. */
  time?: string
  /** The moment of `time`, if the terminal's zone is known and `time` is valid. */
  instant?: Date
  /** False if the terminal announced a different size. */
  sizeMatches: boolean
  /** The record as it came, a view into the body. */
  raw: Buffer
}

/** A part of a query's result that can't be read by itself: a record may be cut. */
export interface PacketRecord extends PacketNumber {
  kind: 'packet'
  type: 'packet'
  /** The table of its rows, in lower case: one command may be answered with rows of several. */
  table: string
  /**
   * How many line ends it has, and one more if it is the last one and ends without; missing if it is
   * no text.
   */
  lines?: number
  /** The body of the request. */
  raw: Buffer
}

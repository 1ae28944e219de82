// The reports of a terminal about commands. Types only.
/// <reference types="node" preserve="true" />

/**
 * What a terminal reports about one command: a record of the body of `POST /iclock/devicecmd` (PUSH
 * manual, "Command Reply").
 */
export interface CommandReply {
  /** `SN` of the query: the terminal that posts. A sub-controller is named in `fields.SN`. */
  serialNumber: string
  /** `ID`: the command id as it was issued. Text: `0012` is not `12`. */
  commandId: string
  /**
   * `Return`: a signed integer whose meaning depends on the command (`outcomeOf` explains it); null
   * if it is missing, not an integer, or too large for a number to hold exactly.
   */
  returnCode: number | null
  /**
   * How many rows came, if the rows of a query's result concluded it without a reply of the
   * terminal's: then `returnCode` is null. Such a reply replaces only a pending one, and gives way
   * to any that is final.
   */
  rows?: number
  /** `CMD`: the kind of command, as the terminal names it; `''` if it is missing. */
  commandName: string
  /**
   * Every other pair, in the terminal's order and spelling; if a key is given twice, the first
   * counts. After `INFO` and `GET OPTION`, the options below the record. It has no prototype, so
   * that keys like `__proto__` are safe. (JavaScript lists keys that are integers first.)
   */
  fields: Record<string, string>
  /**
   * The bytes of `Content=`, unchanged: a file after `GetFile`, a text after `Shell`. After `DATA`
   * and `DATA QUERY`, the lines of data below the record.
   */
  content?: Buffer
  /**
   * The record as it came: a view into the body, or the text of the query for a reply that came
   * there.
   */
  raw: Buffer
}

/** The parsed body: every byte of it that isn't blank is in a reply's `raw` or in `unparsed`. */
export interface ParsedReplies {
  /** The records, in the terminal's order. */
  replies: CommandReply[]
  /**
   * The lines that belong to no record, without their line ends; a record without a valid id is one
   * item.
   */
  unparsed: Buffer[]
}

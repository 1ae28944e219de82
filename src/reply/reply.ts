// What a device reports about commands. Types only.
/// <reference types="node" preserve="true" />

/** What a device reports about one command: a record of the body of `POST /iclock/devicecmd` (PUSH manual, "Command Reply"). */
export interface CommandReply {
  /** `SN` of the query: the device that posts. A sub-controller stands in `fields.SN`. */
  serialNumber: string
  /** `ID`: the command id as it was issued. Text: `0012` is not `12`. */
  commandId: string
  /**
   * `Return`: a signed whole number whose meaning depends on the command (`outcomeOf` tells it);
   * null where it is missing, no whole number, or one that a number cannot hold exactly.
   */
  returnCode: number | null
  /** `CMD`: the kind of command, as the device names it; `''` if it is missing. */
  commandName: string
  /**
   * Every other pair, in the device's order and spelling; of a key given twice the first.
   * It has no prototype, so that any key is only a key. (JavaScript lists keys that are whole numbers first.)
   */
  fields: Record<string, string>
  /** The bytes of `Content=`, unchanged: a file after `GetFile`, a text after `Shell`. */
  content?: Buffer
  /** The record as it came, a view into the body. */
  raw: Buffer
}

/** What a body holds: every byte of it that is not blank is in a reply's `raw` or in `unparsed`. */
export interface ParsedReplies {
  /** The records, in the device's order. */
  replies: CommandReply[]
  /** The lines that belong to no record, without their line ends. */
  unparsed: Buffer[]
}

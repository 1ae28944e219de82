// A virtual terminal, as a test sees it: everything that a terminal sends to a server, one call each.
import type { Punch } from './attendance.js'
import type { SendOptions } from './delivery.js'
import type { Download, DownloadOptions, FileToFetch } from './download.js'
import type { Exchange, ExchangeOptions } from './exchange.js'
import type { Execute, Execution } from './execution.js'
import type { Handshake } from './handshake.js'
import type { Poll, TerminalCommand } from './poll.js'
import type { RecordWriter } from './records.js'
import type { Body } from './request.js'
import type { ServeOptions, Service } from './service.js'
import type { Photo, QueryResult } from './upload.js'
import type { TypedPin, Verified, Visitor } from './verification.js'

/** A connection for several exchanges, one after another, as long as the server keeps it open. */
export interface Connection {
  /** Posts a reply and reads the response; never rejects because of the server. */
  exchange(body: Body, options?: ExchangeOptions): Promise<Exchange>
  /** Closes it. */
  close(): void
}

/** Each record of `RecordWriter`, sent by `send`. */
export type RecordSender = {
  [Name in keyof RecordWriter]: (...record: Parameters<RecordWriter[Name]>) => Promise<Exchange[]>
}

/**
 * A virtual terminal. Its calls resolve with the exchanges made; unless said otherwise, they retry
 * until the server responds correctly, and throw a `DeliveryError` if they give up.
 */
export interface VirtualTerminal extends RecordSender {
  /** `SN`. */
  readonly serialNumber: string
  /** Writes records without sending them: for batches, and for `exchange`. */
  readonly records: RecordWriter
  /** The options that the server gave at the last handshake. */
  readonly settings: Readonly<Record<string, string>>
  /** How many attendance records the server has not accepted yet. */
  readonly unsent: number

  /** Posts a Command Reply (`devicecmd`). */
  send(body: Body, options?: SendOptions): Promise<Exchange[]>
  /** Posts a Command Reply once, over its own connection; never rejects because of the server. */
  exchange(body: Body, options?: ExchangeOptions): Promise<Exchange>
  /** Opens a connection for several exchanges. */
  connect(): Connection

  /**
   * Performs the handshake (PUSH manual, "Initialize information"): `cdata` with `options=all`, and
   * what follows it.
   */
  handshake(options?: SendOptions): Promise<Handshake>
  /**
   * `registry` and `push` of an access terminal (PUSH manual, "Registration"); the handshake does
   * it if the server asks for it.
   */
  register(): Promise<Exchange[]>
  /**
   * Asks for commands once (`getrequest`; PUSH manual, "Get Request"); never rejects because of the
   * server.
   */
  poll(options?: ExchangeOptions): Promise<Poll>
  /**
   * Polls, executes and replies until it is stopped; never rejects because of the server, except
   * with `untilIdle`.
   */
  serve(execute: Execute, options?: ServeOptions): Promise<Service>
  /**
   * Performs the handshake, then serves; after a reboot again. By default it executes commands as
   * `execute` does.
   */
  start(execute?: Execute, options?: ServeOptions): Promise<Service>
  /** What a command does to its people, and what it returns; 0 if it isn't about people. */
  execute(command: TerminalCommand): Execution

  /**
   * Records punches (PUSH manual, "Upload attendance records") and uploads all that the server has
   * not accepted yet.
   */
  attend(punches: Punch | readonly Punch[], options?: SendOptions): Promise<Exchange[]>
  /** Records punches without a connection: `upload`, `attend` or `serve` sends them later. */
  remember(punches: Punch | readonly Punch[]): void
  /** Uploads all punches that the server has not accepted yet. */
  upload(options?: SendOptions): Promise<Exchange[]>
  /** Uploads a photo taken at a punch (PUSH manual, "Upload attendance photo"). */
  photo(photo: Photo, options?: SendOptions): Promise<Exchange[]>
  /** Uploads lines of a table such as `OPERLOG`, without line ends. */
  uploadTable(table: string, lines: readonly string[], options?: SendOptions): Promise<Exchange[]>
  /** Sends the rows that a query asked for; attendance terminals name its command in `CmdId`. */
  queryData(result: QueryResult, options?: SendOptions): Promise<Exchange[]>
  /**
   * Asks whether a door may open (access manual, "Background verification"), and waits as long as
   * the handshake said (`TimeoutSec`); never rejects because of the server.
   */
  verify(visitor?: Visitor, options?: ExchangeOptions): Promise<Verified>
  /**
   * Asks who a person is that it doesn't know (PUSH manual, "Remote attendance"); never rejects
   * because of the server.
   */
  typePin(pin: string, options?: ExchangeOptions): Promise<TypedPin>
  /**
   * Fetches a file in pieces, and goes on where an earlier call broke off: what it has survives power
   * loss; never rejects because of the server.
   */
  download(file: FileToFetch, options?: DownloadOptions): Promise<Download>
  /** Sends one heartbeat (`ping`); never rejects because of the server. */
  ping(options?: ExchangeOptions): Promise<Exchange>
  /**
   * Asks for the time once, and sets its clock: `cdata?type=time` (PUSH SDK manual 3.2.0), of access
   * terminals `rtdata`; never rejects because of the server.
   */
  time(options?: ExchangeOptions): Promise<Exchange>

  /** Power loss: forgets commands and replies, and ends `serve` and `download`. What is stored survives. */
  crash(): void
  /** Like `crash`, but a running `start` or `serve` continues. */
  reboot(): void
}

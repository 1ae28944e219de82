// A virtual terminal: everything that a terminal sends to a server, one call each.
import { type Punch, remember, uploadLog } from './attendance.js'
import { type Delivery, deliver, onFirst, type SendOptions } from './delivery.js'
import type { Exchange, ExchangeOptions } from './exchange.js'
import type { Execute } from './execution.js'
import { type Handshake, register, shakeHands } from './handshake.js'
import type { VirtualTerminalOptions } from './options.js'
import { checkPace } from './pace.js'
import { type Poll, poll } from './poll.js'
import { type RecordWriter, recordWriter } from './records.js'
import { isExactly } from './refusal.js'
import type { Body } from './request.js'
import { type ServeOptions, type Service, serve } from './service.js'
import { ask, askOver, losePower, openSession, type Question, type Session } from './session.js'
import {
  type Photo,
  PING,
  photoQuestion,
  type QueryResult,
  queryQuestion,
  tableQuestion,
} from './upload.js'
import { openWire } from './wire.js'

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
   * Performs the handshake, then serves; after a reboot again. By default every command returns 0.
   */
  start(execute?: Execute, options?: ServeOptions): Promise<Service>

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
  /** Sends one heartbeat (`ping`); never rejects because of the server. */
  ping(options?: ExchangeOptions): Promise<Exchange>

  /** Power loss: forgets commands and replies, and ends `serve`. Attendance records survive. */
  crash(): void
  /** Like `crash`, but a running `start` or `serve` continues. */
  reboot(): void
}

/**
 * Returns a terminal that sends what firmware sends and accepts only what firmware accepts:
 * `HTTP/1.x 200` with `text/plain`, one correct `Date` in GMT, and the body that belongs to the
 * request.
 *
 * @throws TypeError if an option is invalid
 * @example
 * const server = app.listen(0)
 * const terminal = virtualTerminal({ server, serialNumber: '0316144680030' })
 * await terminal.start(({ text }) => (text.startsWith('DATA') ? 0 : -1002), { untilIdle: true })
 */
export function virtualTerminal(options: VirtualTerminalOptions): VirtualTerminal {
  return terminalOf(openSession(options))
}

/** The calls of a terminal on its session. */
export function terminalOf(session: Session): VirtualTerminal {
  const { serialNumber, dialect } = session.identity
  const records = recordWriter(serialNumber, dialect)
  const delivery: Delivery = session.identity

  const replyQuestion = (body: Body): Question => ({
    kind: 'reply',
    method: 'POST',
    endpoint: 'devicecmd',
    body,
    checkBody: isExactly('OK'),
  })
  const deliverQuestion = (question: Question, sendOptions?: SendOptions) =>
    deliver(delivery, sendOptions, (attempt) => ask(session, question, attempt))
  const send = (body: Body, sendOptions?: SendOptions) =>
    deliverQuestion(replyQuestion(body), sendOptions)
  const work = (execute: Execute, serveOptions: ServeOptions, greets: boolean) => {
    checkPace(serveOptions)
    return serve(session, execute, serveOptions, greets)
  }

  return {
    serialNumber,
    records,
    get settings() {
      return session.settings
    },
    get unsent() {
      return session.log.unsent
    },
    send,
    exchange: async (body, exchangeOptions) => ask(session, replyQuestion(body), exchangeOptions),
    connect() {
      const wire = openWire(session.targetOf())
      return {
        exchange: (body, exchangeOptions) =>
          askOver(wire, session, replyQuestion(body), exchangeOptions, 'keep-alive'),
        close: () => void wire.socket.destroy(),
      }
    },
    reply: (...record) => send(records.reply(...record)),
    info: (...record) => send(records.info(...record)),
    shell: (...record) => send(records.shell(...record)),
    getFile: (...record) => send(records.getFile(...record)),
    putFile: (...record) => send(records.putFile(...record)),
    verifySum: (...record) => send(records.verifySum(...record)),

    async handshake(sendOptions) {
      const exchanges = await deliver(delivery, sendOptions, (attempt) => {
        return shakeHands(session, onFirst(attempt))
      })
      return { settings: session.settings, exchanges }
    },
    register: () => deliver(delivery, {}, (attempt) => register(session, onFirst(attempt))),
    poll: (exchangeOptions) => poll(session, exchangeOptions),
    serve: async (execute, serveOptions = {}) => work(execute, serveOptions, false),
    start: async (execute = () => 0, serveOptions = {}) => work(execute, serveOptions, true),

    attend(punches, sendOptions) {
      remember(session, [punches].flat())
      return deliver(delivery, sendOptions, (attempt) => uploadLog(session, onFirst(attempt)))
    },
    remember: (punches) => remember(session, [punches].flat()),
    upload: (sendOptions) => {
      return deliver(delivery, sendOptions, (attempt) => uploadLog(session, onFirst(attempt)))
    },
    photo: (photo, sendOptions) => deliverQuestion(photoQuestion(session, photo), sendOptions),
    uploadTable: (table, lines, sendOptions) => {
      return deliverQuestion(tableQuestion(session, table, lines), sendOptions)
    },
    queryData: (result, sendOptions) =>
      deliverQuestion(queryQuestion(session, result), sendOptions),
    ping: (exchangeOptions) => ask(session, PING, exchangeOptions),

    crash: () => losePower(session, false),
    reboot: () => losePower(session, true),
  }
}

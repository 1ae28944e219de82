// The calls of a virtual terminal, on its session.
import { type Punch, remember, uploadLog } from './attendance.js'
import { deliver, onFirst, type SendOptions } from './delivery.js'
import { type Download, type DownloadOptions, download, type FileToFetch } from './download.js'
import type { Exchange, ExchangeOptions } from './exchange.js'
import type { Execute, Execution } from './execution.js'
import { type Handshake, register, shakeHands } from './handshake.js'
import { checkPace } from './pace.js'
import { executeOn } from './people.js'
import { deliverPicture } from './picture.js'
import { type Poll, poll, type TerminalCommand } from './poll.js'
import { type RecordWriter, recordWriter } from './records.js'
import type { Body } from './request.js'
import { type ServeOptions, type Service, serve } from './service.js'
import { ask, askOver, losePower, type Question, type Session } from './session.js'
import type { Connection, VirtualTerminal } from './terminal.js'
import { askTime } from './time.js'
import {
  type Photo,
  PING,
  photoQuestion,
  type QueryResult,
  queryQuestion,
  replyQuestion,
  tableQuestion,
} from './upload.js'
import { type TypedPin, typePin, type Verified, type Visitor, verify } from './verification.js'
import { openWire } from './wire.js'

type Sending = Promise<Exchange[]>
type Values<Name extends keyof RecordWriter> = Parameters<RecordWriter[Name]>

/** A terminal in conversation with its server. Its calls work apart from it, too. */
export class Conversation implements VirtualTerminal {
  readonly serialNumber: string
  readonly records: RecordWriter
  readonly #session: Session

  constructor(session: Session) {
    const { serialNumber, dialect } = session.identity
    this.serialNumber = serialNumber
    this.records = recordWriter(serialNumber, dialect)
    this.#session = session
  }

  get settings(): Readonly<Record<string, string>> {
    return this.#session.settings
  }

  get unsent(): number {
    return this.#session.log.unsent
  }

  readonly send = (body: Body, options?: SendOptions): Sending => {
    return this.#deliver(replyQuestion(body), options)
  }

  readonly exchange = async (body: Body, options?: ExchangeOptions): Promise<Exchange> => {
    return ask(this.#session, replyQuestion(body), options)
  }

  readonly connect = (): Connection => {
    const wire = openWire(this.#session.targetOf())
    return {
      exchange: (body, options) =>
        askOver(wire, this.#session, replyQuestion(body), options, 'keep-alive'),
      close: () => void wire.socket.destroy(),
    }
  }

  readonly reply = (...record: Values<'reply'>): Sending => {
    return this.send(this.records.reply(...record))
  }

  readonly info = (...record: Values<'info'>): Sending => {
    return this.send(this.records.info(...record))
  }

  readonly shell = (...record: Values<'shell'>): Sending => {
    return this.send(this.records.shell(...record))
  }

  readonly getFile = (...record: Values<'getFile'>): Sending => {
    return this.send(this.records.getFile(...record))
  }

  readonly putFile = (...record: Values<'putFile'>): Sending => {
    return this.send(this.records.putFile(...record))
  }

  readonly verifySum = (...record: Values<'verifySum'>): Sending => {
    return this.send(this.records.verifySum(...record))
  }

  readonly handshake = async (options?: SendOptions): Promise<Handshake> => {
    const exchanges = await this.#attempt(options, (attempt) => {
      return shakeHands(this.#session, onFirst(attempt))
    })
    return { settings: this.#session.settings, exchanges }
  }

  readonly register = (): Sending => {
    return this.#attempt({}, (attempt) => register(this.#session, onFirst(attempt)))
  }

  readonly poll = (options?: ExchangeOptions): Promise<Poll> => {
    return poll(this.#session, options)
  }

  readonly serve = async (execute: Execute, options: ServeOptions = {}): Promise<Service> => {
    checkPace(options)
    return serve(this.#session, execute, options, false)
  }

  readonly execute = ({ text }: TerminalCommand): Execution => {
    const { people, identity } = this.#session
    return executeOn(people, text, identity.dialect)
  }

  readonly start = async (
    execute: Execute = this.execute,
    options: ServeOptions = {},
  ): Promise<Service> => {
    checkPace(options)
    return serve(this.#session, execute, options, true)
  }

  readonly attend = (punches: Punch | readonly Punch[], options?: SendOptions): Sending => {
    this.remember(punches)
    return this.upload(options)
  }

  readonly remember = (punches: Punch | readonly Punch[]): void => {
    remember(this.#session, [punches].flat())
  }

  readonly upload = (options?: SendOptions): Sending => {
    return this.#attempt(options, (attempt) => uploadLog(this.#session, onFirst(attempt)))
  }

  readonly photo = (photo: Photo, options?: SendOptions): Sending => {
    return this.#deliver(photoQuestion(this.#session, photo), options)
  }

  readonly uploadTable = (
    table: string,
    lines: readonly string[],
    options?: SendOptions,
  ): Sending => {
    return this.#deliver(tableQuestion(this.#session, table, lines), options)
  }

  readonly queryData = (result: QueryResult, options?: SendOptions): Sending => {
    return this.#deliver(queryQuestion(this.#session, result), options)
  }

  readonly time = (options?: ExchangeOptions): Promise<Exchange> => {
    return askTime(this.#session, options)
  }

  readonly verify = (visitor?: Visitor, options?: ExchangeOptions): Promise<Verified> => {
    return verify(this.#session, visitor, options)
  }

  readonly typePin = (pin: string, options?: ExchangeOptions): Promise<TypedPin> => {
    return typePin(this.#session, pin, options)
  }

  readonly download = (file: FileToFetch, options?: DownloadOptions): Promise<Download> => {
    return download(this.#session, file, options)
  }

  readonly ping = (options?: ExchangeOptions): Promise<Exchange> => {
    return ask(this.#session, PING, options)
  }

  readonly crash = (): void => {
    losePower(this.#session, false)
  }

  readonly reboot = (): void => {
    losePower(this.#session, true)
  }

  #deliver(question: Question, options: SendOptions | undefined): Sending {
    if (question.mustClose) return deliverPicture(this.#session, question, options)
    return this.#attempt(options, (attempt) => ask(this.#session, question, attempt))
  }

  #attempt(
    options: SendOptions | undefined,
    attempt: (options: ExchangeOptions) => Promise<Exchange | Exchange[]>,
  ): Sending {
    return deliver(this.#session.identity, options, attempt)
  }
}

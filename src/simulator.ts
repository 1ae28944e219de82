// A device to test with: it posts over a raw socket as firmware does, and reads the answer as strictly.
// It shares no code with the endpoint, so that it proves it.
import { createHash } from 'node:crypto'
import { connect, isIP, type Server, type Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import {
  type ConnectionOptions,
  connect as connectTls,
  TLSSocket,
  Server as TlsServer,
} from 'node:tls'
import { inspect } from 'node:util'

/**
 * How a device's firmware writes: `attendance` as in the manual's example, without a Content-Type; `access` with
 * `application/push;charset=UTF-8`, `return` in lower case and a cookie; `clone` to `/iclock/devicecmd.aspx`.
 */
export type Manners = 'attendance' | 'access' | 'clone'

/** A request's body: bytes, text (sent as UTF-8), or records to be put together to a batch. */
export type Body = string | Uint8Array | readonly (string | Uint8Array)[]

/** The options of `virtualDevice`: either `url` or `server` says where the server is. */
export interface VirtualDeviceOptions {
  /** `SN`: who posts. */
  serialNumber: string
  /** Where the server is, `http:` or `https:`, with any path before `/iclock/devicecmd`. */
  url?: string | URL
  /** A server of this process that listens when the device posts; one that stops and starts again needs `url`. */
  server?: Server
  /** How it writes; `'attendance'` by default. */
  manners?: Manners
  /** Where it posts, below the path of `url`; `/iclock/devicecmd` by default. */
  path?: string
  /** The ms that one exchange may take; 2000 by default. */
  timeout?: number
  /** The ms between an answer that was refused and the next try; 200 by default. */
  pause?: number
  /** The ms after which it stops to repeat; 4000 by default, below the 5 seconds that most test runners give a test. */
  giveUpAfter?: number
  /** Options of `node:tls` for an `https:` server, as `{ ca }` or `{ rejectUnauthorized: false }`. */
  tls?: ConnectionOptions
}

/** What is unusual about one request. Octets are counted as by `subarray`: a negative number counts from the end. */
export interface ExchangeOptions {
  /** `'POST'` by default. */
  method?: string
  /** The path below that of `url`. */
  path?: string
  /** What stands behind `?`, as it is; `SN=…` by default, nothing where it is `''`. */
  query?: string
  /** `'1.1'` by default. */
  httpVersion?: string
  /** Headers to add or to replace, whatever their letter case; one that is undefined is left out. */
  headers?: Record<string, string | readonly string[] | undefined>
  /** Sends the body in chunks of so many octets, without a Content-Length. */
  chunkSize?: number
  /** What is sent after the body, and not counted by Content-Length. */
  surplus?: string | Uint8Array
  /** Drops the connection after so many octets of the request; `Infinity`: after the whole of it, with no answer read. */
  cutAfter?: number
  /** Sends so many octets at a time. */
  segmentSize?: number
  /** The ms between two segments; none by default. */
  segmentPause?: number
  /** Waits so many ms on the way, before the body if `waitAfter` doesn't say where. */
  wait?: number
  /** The octets of the request that are sent before the wait. */
  waitAfter?: number
  /** The ms that the exchange may take. */
  timeout?: number
}

/** What is unusual about the first try of a post: those that follow are as firmware makes them. */
export interface SendOptions extends ExchangeOptions {
  /** How many good answers the device takes for lost, so that it sends again what was kept; 0 by default. */
  repeats?: number
  /** The ms after which it stops to repeat. */
  giveUpAfter?: number
}

/** One request and what became of it. */
export interface Exchange {
  /** Whether firmware would take the answer, and forget what it sent. */
  accepted: boolean
  /** Why it would not, in words; undefined where it is accepted. */
  refusal: string | undefined
  /** The status of the answer; undefined where none came. */
  status: number | undefined
  /** The headers of the answer in order, their names as they came; `new Headers()` takes them. */
  headers: [name: string, value: string][]
  /** The body of the answer. */
  body: Buffer
  /** The time that the device would set its clock to: `Date`, where it is there and valid. */
  clock: Date | undefined
  /** The octets that were sent. */
  sent: Buffer
  /** The octets that came. */
  received: Buffer
}

/** A connection that stays open for further exchanges, one after another, as long as the server leaves it open. */
export interface Connection {
  /** Sends one request and reads its answer; it never rejects for what the server does. */
  exchange(body: Body, options?: ExchangeOptions): Promise<Exchange>
  /** Closes it. */
  close(): void
}

/** Writes records as the device's firmware does. A record that ends with its content ends a batch too, except GetFile. */
export interface RecordWriter {
  /** `ID=1001&Return=0&CMD=DATA`, and further pairs behind them. */
  reply(
    commandId: string,
    returnCode: number,
    command?: string,
    fields?: Record<string, string>,
  ): Buffer
  /** The reply to `INFO`: a line for each option. */
  info(commandId: string, options: Record<string, string>, returnCode?: number): Buffer
  /** The reply to `SHELL`: its exit status and what it printed. */
  shell(commandId: string, exitStatus: number, output: string | Uint8Array): Buffer
  /** The reply to `GetFile`: the file, with its size as the return code. */
  getFile(commandId: string, filename: string, content: Uint8Array): Buffer
  /** The reply to `PutFile`: how many bytes the device took. */
  putFile(commandId: string, returnCode: number): Buffer
  /** The reply to `VERIFY SUM ATTLOG`; times as in `2015-07-01 00:00:00`. */
  verifySum(commandId: string, startTime: string, endTime: string, attlogSum: number): Buffer
}

/** Each record of `RecordWriter`, sent by `send`. */
export type RecordSender = {
  [Name in keyof RecordWriter]: (...record: Parameters<RecordWriter[Name]>) => Promise<Exchange[]>
}

/** A device that is not there. */
export interface VirtualDevice extends RecordSender {
  serialNumber: string
  /** Writes its records without sending them: for batches, and for `exchange`. */
  records: RecordWriter
  /**
   * Posts, and repeats what is not answered as it must be until it is. Resolves to every exchange; the last is accepted.
   *
   * @throws DeliveryError where it gives up
   */
  send(body: Body, options?: SendOptions): Promise<Exchange[]>
  /** Posts once over a connection of its own; it never rejects for what the server does. */
  exchange(body: Body, options?: ExchangeOptions): Promise<Exchange>
  /** Opens a connection for several exchanges. */
  connect(): Connection
}

/** No try of a post was answered as it must be. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  /** Every try, in order. */
  readonly exchanges: readonly Exchange[]

  constructor(serialNumber: string, exchanges: readonly Exchange[]) {
    const tries = exchanges.length === 1 ? '1 try' : `${exchanges.length} tries`
    const refusal = exchanges.at(-1)?.refusal ?? 'the device took the good answers for lost'
    super(`Device ${serialNumber} gave up after ${tries}: ${refusal}`)
    this.exchanges = exchanges
  }
}

/**
 * Makes a device that posts Command Replies to a server, and takes only the answer that firmware takes:
 * `HTTP/1.x 200` with one `Date` in GMT, the body `OK`, and, where there is a Content-Type, `text/plain`.
 *
 * @throws TypeError where an option is wrong
 */
export function virtualDevice(options: VirtualDeviceOptions): VirtualDevice {
  checkOptions(options)
  const { serialNumber, manners = 'attendance', timeout = 2000, pause = 200 } = options
  const targetOf = targetFinder(options)
  const records = recordWriter(serialNumber, manners)

  const open = (persistence: 'close' | 'keep-alive'): Connection => {
    const wire = openWire(targetOf())
    return {
      async exchange(body, how = {}) {
        const defaults = headersOf(manners, serialNumber, wire.target.host, persistence)
        const request = requestOf(bodyOf(body), how, {
          path: wire.target.prefix + (how.path ?? options.path ?? PATHS[manners]),
          query: `SN=${encodeURIComponent(serialNumber)}`,
          headers: defaults,
        })
        return exchangeOn(wire, request, { ...how, timeout: how.timeout ?? timeout })
      },
      close: () => void wire.socket.destroy(),
    }
  }

  const device = {
    serialNumber,
    records,
    connect: () => open('keep-alive'),
    async exchange(body: Body, how?: ExchangeOptions) {
      const connection = open('close')
      try {
        return await connection.exchange(body, how)
      } finally {
        connection.close()
      }
    },
    async send(body: Body, how: SendOptions = {}) {
      const { repeats = 0, giveUpAfter = options.giveUpAfter ?? 4000, ...firstTry } = how
      const deadline = performance.now() + giveUpAfter
      const exchanges: Exchange[] = []
      let good = 0
      for (let wish: ExchangeOptions = firstTry; ; wish = {}) {
        const left = Math.max(1, deadline - performance.now())
        const bound = Math.min(wish.timeout ?? timeout, left)
        const exchange = await device.exchange(body, { ...wish, timeout: bound })
        exchanges.push(exchange)
        if (exchange.accepted) good++
        if (good > repeats) return exchanges
        // A try with less time than that would end by itself, and hide why the others were in vain.
        const isLast = performance.now() + 2 * pause >= deadline
        if (isLast) throw new DeliveryError(serialNumber, exchanges)
        await sleep(pause)
      }
    },
  }
  return {
    ...device,
    reply: (...record) => device.send(records.reply(...record)),
    info: (...record) => device.send(records.info(...record)),
    shell: (...record) => device.send(records.shell(...record)),
    getFile: (...record) => device.send(records.getFile(...record)),
    putFile: (...record) => device.send(records.putFile(...record)),
    verifySum: (...record) => device.send(records.verifySum(...record)),
  }
}

/** Writes records as firmware of these manners does, for a device of this serial number. */
export function recordWriter(serialNumber: string, manners: Manners = 'attendance'): RecordWriter {
  const Return = manners === 'access' ? 'return' : 'Return'
  const lines = (...line: string[]) => Buffer.from(line.map((text) => `${text}\n`).join(''))
  const compact = (
    commandId: string,
    returnCode: number,
    command: string,
    fields: Record<string, string> = {},
  ) => {
    const further = Object.entries(fields).map(([key, value]) => `&${key}=${value}`)
    return `ID=${commandId}&${Return}=${returnCode}&CMD=${command}${further.join('')}`
  }
  return {
    reply: (commandId, returnCode, command = 'DATA', fields) =>
      lines(compact(commandId, returnCode, command, fields)),
    info: (commandId, options, returnCode = 0) =>
      lines(
        compact(commandId, returnCode, 'INFO'),
        ...Object.entries(options).map(([key, value]) => `${key}=${value}`),
      ),
    shell: (commandId, exitStatus, output) =>
      Buffer.concat([
        lines(`ID=${commandId}`, `SN=${serialNumber}`, `${Return}=${exitStatus}`, 'CMD=Shell'),
        lines('FILENAME=shellout.txt'),
        Buffer.from('Content='),
        Buffer.from(output),
      ]),
    getFile: (commandId, filename, content) =>
      Buffer.concat([
        lines(`ID=${commandId}`, `SN=${serialNumber}`, `FILENAME=${filename}`, 'CMD=GetFile'),
        lines(`${Return}=${content.length}`),
        Buffer.from('Content='),
        content,
      ]),
    putFile: (commandId, returnCode) =>
      lines(`ID=${commandId}`, `${Return}=${returnCode}`, 'CMD=PutFile'),
    verifySum: (commandId, StartTime, EndTime, attlogSum) =>
      lines(
        compact(commandId, 0, 'VERIFY SUM', { StartTime, EndTime, AttlogSum: String(attlogSum) }),
      ),
  }
}

/** Puts records together to a body: each begins on a line of its own. */
export function batch(records: readonly (string | Uint8Array)[]): Buffer {
  const parts: Buffer[] = []
  for (const record of records.map((given) => Buffer.from(given))) {
    const last = parts.at(-1)
    if (last !== undefined && last.at(-1) !== LF) parts.push(Buffer.from('\n'))
    parts.push(record)
  }
  return Buffer.concat(parts)
}

/** A reply of a fleet's device. */
export interface FleetReply {
  serialNumber: string
  commandId: string
  returnCode: number
}

/** The options of `runFleet`: those of its devices, and how much they post. */
export interface FleetOptions extends Omit<VirtualDeviceOptions, 'serialNumber' | 'giveUpAfter'> {
  /** How many devices there are. Each posts one body at a time, as a terminal does. */
  devices: number
  /** How many bodies they post in all. */
  count: number
  /** The ms that all may take; what is not answered then is given up, what is not sent is not begun. */
  duration: number
  /** The bodies that are begun a second, by all devices together; as many as are answered by default. */
  rate?: number
  /** `SN` of the device of this index; `SIM000000`, `SIM000001`, … by default. */
  serialNumber?(device: number): string
  /**
   * What the body of this index reports, and the record that says so where it is no `records.reply()`:
   * `[{ commandId: 'c<index>', returnCode: 0 }]` by default. The device of index `body % devices` posts it.
   */
  replies?(
    body: number,
    records: RecordWriter,
  ): { commandId: string; returnCode: number; record?: Uint8Array }[]
  /** What is unusual about the first try of this body. */
  faults?(body: number): Omit<SendOptions, 'giveUpAfter'> | undefined
}

/** What a fleet has done. */
export interface FleetReport {
  /** The requests that were begun, repeats among them. */
  sent: number
  /** The requests that were answered, by the status of the answer. */
  answered: Record<number, number>
  /** The requests that were not answered. */
  unanswered: number
  /** The requests that sent a body once more. */
  repeated: number
  /** The replies that were answered as they must be at least once: storage has them if the server is right. */
  acknowledged: FleetReply[]
  /** The replies that were sent and never answered as they must be: storage may have them or not. */
  givenUp: FleetReply[]
}

/** Lets many devices post to one server, and tells exactly which replies were acknowledged. */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { devices, count, duration, rate = Infinity, serialNumber, replies, faults } = options
  for (const [name, value] of Object.entries({ devices, count, duration, rate })) {
    if (!(value > 0)) throw wrong(name, value, 'a number above 0')
  }
  const report: FleetReport = {
    sent: 0,
    answered: {},
    unanswered: 0,
    repeated: 0,
    acknowledged: [],
    givenUp: [],
  }
  const start = performance.now()
  const note = (exchanges: readonly Exchange[], sent: FleetReply[]) => {
    report.sent += exchanges.length
    report.repeated += exchanges.length - 1
    for (const { status } of exchanges) {
      if (status === undefined) report.unanswered++
      else report.answered[status] = (report.answered[status] ?? 0) + 1
    }
    const isKept = exchanges.some(({ accepted }) => accepted)
    const list = isKept ? report.acknowledged : report.givenUp
    list.push(...sent)
  }
  const post = async (device: VirtualDevice, body: number, giveUpAfter: number) => {
    const { serialNumber, records } = device
    const own = { commandId: `c${body}`, returnCode: 0, record: undefined }
    const reported = replies?.(body, records) ?? [own]
    const written = reported.map(({ commandId, returnCode, record }) => {
      return record ?? records.reply(commandId, returnCode)
    })
    const sent = reported.map(({ commandId, returnCode }) => {
      return { serialNumber, commandId, returnCode }
    })
    try {
      note(await device.send(written, { ...faults?.(body), giveUpAfter }), sent)
      return true
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      note(error.exchanges, sent)
      return false
    }
  }
  const work = async (index: number) => {
    const name = serialNumber?.(index) ?? `SIM${String(index).padStart(6, '0')}`
    const device = virtualDevice({ ...options, serialNumber: name })
    for (let body = index; body < count; body += devices) {
      const due = start + (body * 1000) / rate
      const end = start + duration
      if (due >= end) return
      const early = due - performance.now()
      if (early > 0) await sleep(early)
      const left = end - performance.now()
      if (left <= 0 || !(await post(device, body, left))) return
    }
  }
  await Promise.all(Array.from({ length: devices }, (_, index) => work(index)))
  return report
}

const LF = 0x0a
const LONGEST_ANSWER = 1024 * 1024
const NOTHING = Buffer.alloc(0)

const PATHS: Record<Manners, string> = {
  attendance: '/iclock/devicecmd',
  access: '/iclock/devicecmd',
  clone: '/iclock/devicecmd.aspx',
}

type Header = [name: string, value: string]

function headersOf(
  manners: Manners,
  serialNumber: string,
  host: string,
  persistence: string,
): Header[] {
  if (manners === 'access') {
    return [
      ['Cookie', `token=${createHash('md5').update(serialNumber).digest('hex')}`],
      ['Host', host],
      ['User-Agent', 'iClock Proxy/1.09'],
      ['Connection', 'starting'],
      ['Accept', 'application/push'],
      ['Accept-Charset', 'UTF-8'],
      ['Accept-Language', 'zh-CN'],
      ['Content-Type', 'application/push;charset=UTF-8'],
      ['Content-Language', 'zh-CN'],
    ]
  }
  return [
    ['Host', host],
    ['User-Agent', 'iClock Proxy/1.09'],
    ['Connection', persistence],
    ['Accept', '*/*'],
  ]
}

interface Request {
  method: string
  /** The octets up to the body. */
  head: number
  message: Buffer
}

function requestOf(
  body: Buffer,
  how: ExchangeOptions,
  usual: { path: string; query: string; headers: Header[] },
): Request {
  const { method = 'POST', query = usual.query, httpVersion = '1.1', chunkSize } = how
  const framing: Header =
    chunkSize === undefined
      ? ['Content-Length', String(body.length)]
      : ['Transfer-Encoding', 'chunked']
  const lines = [
    `${method} ${usual.path}${query && '?'}${query} HTTP/${httpVersion}`,
    ...changed([...usual.headers, framing], how.headers ?? {}).map(([name, value]) => {
      return `${name}: ${value}`
    }),
  ]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  const sent = chunkSize === undefined ? body : chunked(body, chunkSize)
  const message = Buffer.concat([head, sent, Buffer.from(how.surplus ?? '')])
  return { method, head: head.length, message }
}

function changed(headers: Header[], changes: NonNullable<ExchangeOptions['headers']>): Header[] {
  const left = new Map<string, Header[]>()
  for (const [name, value] of Object.entries(changes)) {
    const values = [value ?? []].flat()
    left.set(
      name.toLowerCase(),
      values.map((each) => [name, each]),
    )
  }
  const replaced = headers.flatMap((header) => {
    const name = header[0].toLowerCase()
    const replacements = left.get(name)
    left.delete(name)
    return replacements ?? [header]
  })
  return [...replaced, ...[...left.values()].flat()]
}

function chunked(body: Buffer, chunkSize: number): Buffer {
  if (!(chunkSize >= 1)) throw wrong('chunkSize', chunkSize, 'a number of octets above 0')
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += chunkSize) {
    const chunk = body.subarray(at, at + chunkSize)
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

function bodyOf(body: Body): Buffer {
  return typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : batch(body)
}

interface Target {
  /** `host:port`, as the Host header says it. */
  host: string
  /** The path before that of the endpoint. */
  prefix: string
  open(): Socket
}

/** A connection, with what came over it and was read by no exchange yet. */
interface Wire {
  target: Target
  socket: Socket
  /** Settles when the connection is there, or can't be had. */
  opened: Promise<void>
  unread: Buffer
  hasEnded: boolean
  failure: string | undefined
  /** Called whenever one of these changes. */
  onChange(): void
}

function openWire(target: Target): Wire {
  const socket = target.open()
  socket.setNoDelay(true)
  const wire: Wire = {
    target,
    socket,
    opened: new Promise((resolve) => {
      const opening = socket instanceof TLSSocket ? 'secureConnect' : 'connect'
      for (const event of [opening, 'close']) socket.once(event, () => resolve())
    }),
    unread: NOTHING,
    hasEnded: false,
    failure: undefined,
    onChange() {},
  }
  socket.on('data', (bytes) => {
    wire.unread = Buffer.concat([wire.unread, bytes])
    wire.onChange()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    wire.failure = `the connection to ${target.host} failed: ${error.message || error.code}`
  })
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      wire.hasEnded = true
      wire.onChange()
    })
  }
  return wire
}

function exchangeOn(
  wire: Wire,
  request: Request,
  how: ExchangeOptions & { timeout: number },
): Promise<Exchange> {
  const { method, message } = request
  const over = new AbortController()
  const written = { octets: 0 }
  return new Promise((resolve) => {
    const finish = (answer: Answer, problem = answer.problem) => {
      if (over.signal.aborted) return
      over.abort()
      clearTimeout(timer)
      wire.onChange = () => {}
      const received = wire.unread.subarray(0, answer.length)
      wire.unread = wire.unread.subarray(received.length)
      // What is left of a request would be taken for the beginning of the next one.
      if (problem !== undefined || written.octets < message.length) wire.socket.destroy()
      const refusal = problem ?? refusalOf(answer)
      resolve({
        accepted: refusal === undefined,
        refusal,
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
        clock: clockOf(answer),
        sent: message.subarray(0, written.octets),
        received,
      })
    }
    // A connection that broke ends no answer.
    const read = () => answerIn(wire.unread, wire.hasEnded && !wire.failure, method)
    const timer = setTimeout(() => {
      finish(read(), `no whole answer came within ${Math.round(how.timeout)} ms`)
    }, how.timeout)
    wire.onChange = () => {
      const answer = read()
      if (answer.length !== undefined || answer.problem !== undefined) finish(answer)
      else if (wire.hasEnded) finish(answer, wire.failure)
    }
    write(wire, request, how, over.signal, written).then(() => {
      if (how.cutAfter === undefined) return wire.onChange()
      finish(read(), `the device dropped the connection after ${written.octets} octets, as asked`)
    })
  })
}

async function write(
  { socket, opened }: Wire,
  { head, message }: Request,
  how: ExchangeOptions,
  over: AbortSignal,
  written: { octets: number },
): Promise<void> {
  const whole = message.subarray(0, how.cutAfter)
  const { wait, waitAfter = head, segmentSize = whole.length, segmentPause } = how
  const waitAt = wait === undefined ? undefined : message.subarray(0, waitAfter).length
  await opened
  for (let at = 0; !over.aborted; at = written.octets) {
    // The wait ends early when the exchange does.
    if (at === waitAt) await sleep(wait, undefined, { signal: over }).catch(() => {})
    if (at === whole.length || over.aborted) return
    const isBeforeWait = waitAt !== undefined && at < waitAt
    const end = Math.min(at + segmentSize, whole.length, isBeforeWait ? waitAt : Infinity)
    written.octets = end
    await new Promise((resolve) => {
      socket.write(whole.subarray(at, end), resolve)
    })
    // Lets a server of this process read before more comes.
    if (segmentPause === undefined) await nextTurn()
    else await sleep(segmentPause, undefined, { signal: over }).catch(() => {})
  }
}

interface Answer {
  status: number | undefined
  headers: Header[]
  body: Buffer
  /** The octets that it takes; undefined while it is not whole. */
  length: number | undefined
  /** What is wrong with it as HTTP. */
  problem: string | undefined
}

/** Reads the answer that the octets begin with, as far as it came. */
function answerIn(octets: Buffer, hasEnded: boolean, method: string): Answer {
  const answer: Answer = {
    status: undefined,
    headers: [],
    body: NOTHING,
    length: undefined,
    problem: undefined,
  }
  const failed = (problem: string) => ({ ...answer, problem })
  const unfinished = (part: string) =>
    hasEnded ? failed(`the connection was closed ${part}`) : answer

  let at = 0
  do {
    const begin = octets.toString('latin1', at, at + HTTP_1.length)
    if (!HTTP_1.startsWith(begin)) {
      return failed(`what came is no HTTP/1.x answer: ${shown(octets.subarray(at))}`)
    }
    if (octets.length > LONGEST_ANSWER) return failed('the answer is longer than 1 MB')
    const end = octets.indexOf('\r\n\r\n', at)
    if (end === -1) return unfinished(octets.length === 0 ? 'without an answer' : 'in its head')
    const [statusLine = '', ...lines] = octets.toString('latin1', at, end).split('\r\n')
    const status = /^HTTP\/1\.[01] (\d{3})( |$)/.exec(statusLine)?.[1]
    if (status === undefined) return failed(`the status line is ${inspect(statusLine)}`)
    const headers = lines.map((line) => /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line))
    if (headers.includes(null)) return failed('a header of the answer is no "name: value"')
    answer.status = Number(status)
    answer.headers = headers.map((match) => [match?.[1] ?? '', match?.[2] ?? ''])
    at = end + 4
  } while (answer.status < 200)

  if (method === 'HEAD' || answer.status === 204 || answer.status === 304) {
    return { ...answer, length: at }
  }
  const codings = valuesOf(answer, 'transfer-encoding')
  if (codings.length > 0) {
    const decoded = dechunked(octets, at)
    if (codings.join().toLowerCase() !== 'chunked' || decoded === 'garbled') {
      return failed('the chunks of the answer can not be read')
    }
    return decoded === undefined ? unfinished('between its chunks') : { ...answer, ...decoded }
  }
  const lengths = valuesOf(answer, 'content-length')
  if (lengths.length === 0) {
    answer.body = octets.subarray(at)
    return hasEnded ? { ...answer, length: octets.length } : answer
  }
  const length = /^\d+$/.test(lengths.join()) ? at + Number(lengths[0]) : undefined
  if (length === undefined) return failed(`Content-Length is ${inspect(lengths.join())}`)
  answer.body = octets.subarray(at, length)
  return octets.length < length ? unfinished('within its body') : { ...answer, length }
}

const HTTP_1 = 'HTTP/1.'

function dechunked(
  octets: Buffer,
  from: number,
): { body: Buffer; length: number } | 'garbled' | undefined {
  const chunks: Buffer[] = []
  let at = from
  for (;;) {
    const lineEnd = octets.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = /^[0-9a-f]{1,8}(?=[ \t;]|$)/i.exec(octets.toString('latin1', at, lineEnd))?.[0]
    if (size === undefined) return 'garbled'
    const begin = lineEnd + 2
    const end = begin + Number.parseInt(size, 16)
    if (end === begin) {
      const hasTrailers = octets.toString('latin1', begin, begin + 2) !== '\r\n'
      const last = hasTrailers ? octets.indexOf('\r\n\r\n', begin) : begin - 2
      if (last === -1 || octets.length < last + 4) return undefined
      return { body: Buffer.concat(chunks), length: last + 4 }
    }
    if (octets.length < end + 2) return undefined
    if (octets.toString('latin1', end, end + 2) !== '\r\n') return 'garbled'
    chunks.push(octets.subarray(begin, end))
    at = end + 2
  }
}

/** Why firmware would not take a whole answer. */
function refusalOf(answer: Answer): string | undefined {
  const { status, body } = answer
  if (status !== 200) {
    const hint = status === 404 ? ': is the endpoint mounted there?' : ''
    return `the status is ${status}, not 200${hint}`
  }
  const type = valuesOf(answer, 'content-type').join()
  if (type !== '' && !/^text\/plain *(;|$)/i.test(type)) {
    return `the Content-Type is ${inspect(type)}, not 'text/plain'`
  }
  if (clockOf(answer) === undefined) {
    const dates = valuesOf(answer, 'date')
    return dates.length === 0
      ? 'there is no Date, by which the device sets its clock'
      : `the Date is ${inspect(dates.join())}, not one as in 'Tue, 30 Jun 2015 01:24:48 GMT'`
  }
  if (body.toString('latin1') !== 'OK') {
    return `the body is ${shown(body)} (length ${body.length}), not 'OK'`
  }
  return undefined
}

function clockOf(answer: Answer): Date | undefined {
  const date = valuesOf(answer, 'date').join()
  const clock = new Date(date)
  // Only a date in the form that HTTP asks for comes out as it went in.
  return clock.toUTCString() === date ? clock : undefined
}

function valuesOf({ headers }: Answer, name: string): string[] {
  return headers.filter((header) => header[0].toLowerCase() === name).map((header) => header[1])
}

function shown(octets: Buffer): string {
  const text = inspect(octets.toString('latin1', 0, 60))
  return octets.length > 60 ? `${text}…` : text
}

function targetFinder(options: VirtualDeviceOptions): () => Target {
  const { url, server, tls } = options
  if (server !== undefined) {
    return () => {
      const address = server.address()
      if (address === null || typeof address === 'string') {
        throw new Error(
          'express-iclock/simulator: the server listens at no port (yet): call listen() first',
        )
      }
      const anywhere = new Map([
        ['::', '::1'],
        ['0.0.0.0', '127.0.0.1'],
      ])
      const { port } = address
      const host = anywhere.get(address.address) ?? address.address
      const place = { host, port }
      return {
        host: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
        prefix: '',
        open: () =>
          server instanceof TlsServer ? connectTls({ ...place, ...tls }) : connect(place),
      }
    }
  }
  const { protocol, hostname, host, port, pathname } = new URL(String(url))
  const isSecure = protocol === 'https:'
  // node:net and node:tls take an IPv6 address without its brackets.
  const bare = hostname.replace(/^\[|\]$/g, '')
  const place = { host: bare, port: Number(port) || (isSecure ? 443 : 80) }
  const servername = isIP(bare) ? '' : bare
  const target: Target = {
    host,
    prefix: pathname.replace(/\/$/, ''),
    open: () => (isSecure ? connectTls({ ...place, servername, ...tls }) : connect(place)),
  }
  return () => target
}

function checkOptions(options: VirtualDeviceOptions): void {
  const { serialNumber, url, server, manners = 'attendance' } = options
  if (typeof serialNumber !== 'string' || serialNumber === '') {
    throw wrong('serialNumber', serialNumber, "a text, as '0316144680030'")
  }
  if ((url === undefined) === (server === undefined)) {
    throw new TypeError('express-iclock/simulator: either url or server says where the server is')
  }
  if (url !== undefined) checkUrl(String(url))
  if (server !== undefined && typeof server.address !== 'function') {
    throw wrong('server', server, 'an http.Server, as app.listen() returns it')
  }
  if (!Object.hasOwn(PATHS, manners)) {
    throw wrong('manners', manners, Object.keys(PATHS).join(', '))
  }
  for (const name of ['timeout', 'pause', 'giveUpAfter'] as const) {
    const time = options[name] ?? 0
    if (!(time >= 0)) throw wrong(name, time, 'a number of milliseconds')
  }
}

function checkUrl(url: string): void {
  const meant = "where the server is, as 'http://localhost:3000' or 'https://example.com/hr'"
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw wrong('url', url, meant)
  if (/\/iclock\/devicecmd/i.test(url)) {
    throw wrong('url', url, `${meant}: the device itself puts /iclock/devicecmd behind it`)
  }
}

function wrong(option: string, came: unknown, meant: string): TypeError {
  const shownCame = inspect(came, { depth: 0, breakLength: Infinity })
  return new TypeError(
    `express-iclock/simulator: option "${option}" is ${shownCame}; meant is ${meant}`,
  )
}

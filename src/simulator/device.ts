// A device that is not there: it posts, and repeats until it is answered as it must be.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Exchange, type ExchangeOptions, exchangeOn } from './exchange.js'
import { headersOf, PATHS } from './manners.js'
import { checkOptions, type VirtualDeviceOptions } from './options.js'
import { type RecordWriter, recordWriter } from './records.js'
import { type Body, requestOf } from './request.js'
import { targetFinder } from './target.js'
import { openWire } from './wire.js'

/** What is unusual about the first try of a post: those that follow are as firmware makes them. */
export interface SendOptions extends ExchangeOptions {
  /** How many good answers the device takes for lost, so that it sends again what was kept; 0 by default. */
  repeats?: number
  /** The ms after which it stops to repeat. */
  giveUpAfter?: number
}

/** A connection that stays open for further exchanges, one after another, as long as the server leaves it open. */
export interface Connection {
  /** Sends one request and reads its answer; it never rejects for what the server does. */
  exchange(body: Body, options?: ExchangeOptions): Promise<Exchange>
  /** Closes it. */
  close(): void
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
        const request = requestOf(body, how, {
          path: wire.target.prefix + (how.path ?? options.path ?? PATHS[manners]),
          query: `SN=${encodeURIComponent(serialNumber)}`,
          headers: headersOf(manners, serialNumber, wire.target.host, persistence),
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

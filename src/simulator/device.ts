// A virtual device: posts and retries until the server responds correctly.
import { type Delivery, deliver, type SendOptions } from './delivery.js'
import {
  checkExchangeOptions,
  type Exchange,
  type ExchangeOptions,
  exchangeOn,
} from './exchange.js'
import { headersOf, PATHS } from './manners.js'
import { checkOptions, type VirtualDeviceOptions } from './options.js'
import { type RecordWriter, recordWriter } from './records.js'
import { isOk } from './refusal.js'
import { type Body, requestOf } from './request.js'
import { targetFinder } from './target.js'
import { openWire } from './wire.js'

/** A connection for several exchanges, one after another, as long as the server keeps it open. */
export interface Connection {
  /** Sends one request and reads its response; never rejects because of the server. */
  exchange(body: Body, options?: ExchangeOptions): Promise<Exchange>
  /** Closes it. */
  close(): void
}

/** Each record of `RecordWriter`, sent by `send`. */
export type RecordSender = {
  [Name in keyof RecordWriter]: (...record: Parameters<RecordWriter[Name]>) => Promise<Exchange[]>
}

/** A virtual device. */
export interface VirtualDevice extends RecordSender {
  /** `SN`. */
  serialNumber: string
  /** Writes records without sending them: for batches, and for `exchange`. */
  records: RecordWriter
  /**
   * Posts and retries until the server responds correctly. Resolves with all exchanges made; the last one is accepted.
   *
   * @throws DeliveryError if it gives up
   */
  send(body: Body, options?: SendOptions): Promise<Exchange[]>
  /** Posts once over a connection of its own; never rejects because of the server. */
  exchange(body: Body, options?: ExchangeOptions): Promise<Exchange>
  /** Opens a connection for several exchanges. */
  connect(): Connection
}

const DEFAULTS = { timeout: 2000, pause: 200, giveUpAfter: 4000, maxClockError: 5 * 60_000 }

/**
 * Returns a device that posts Command Replies and accepts only the response that firmware accepts:
 * `HTTP/1.x 200` with `text/plain`, one correct `Date` in GMT, and the body `OK`.
 *
 * @throws TypeError if an option is invalid
 * @example
 * const server = app.listen(0)
 * const device = virtualDevice({ server, serialNumber: '0316144680030' })
 * await device.reply('1001', 0)
 */
export function virtualDevice(options: VirtualDeviceOptions): VirtualDevice {
  checkOptions(options)
  const { serialNumber, manners = 'attendance' } = options
  const timeout = options.timeout ?? DEFAULTS.timeout
  const maxClockError = options.maxClockError ?? DEFAULTS.maxClockError
  const targetOf = targetFinder(options)
  const records = recordWriter(serialNumber, manners)

  const open = (persistence: 'close' | 'keep-alive'): Connection => {
    const wire = openWire(targetOf())
    return {
      async exchange(body, exchangeOptions = {}) {
        checkExchangeOptions(exchangeOptions)
        const request = requestOf(body, exchangeOptions, {
          path: wire.target.prefix + (exchangeOptions.path ?? options.path ?? PATHS[manners]),
          query: `SN=${encodeURIComponent(serialNumber)}`,
          headers: headersOf(manners, serialNumber, wire.target.host, persistence),
        })
        const limited = { ...exchangeOptions, timeout: exchangeOptions.timeout ?? timeout }
        return exchangeOn(wire, request, limited, { maxClockError, checkBody: isOk })
      },
      close: () => void wire.socket.destroy(),
    }
  }

  const exchange = async (body: Body, exchangeOptions?: ExchangeOptions) => {
    const connection = open('close')
    try {
      return await connection.exchange(body, exchangeOptions)
    } finally {
      connection.close()
    }
  }
  const delivery: Delivery = {
    serialNumber,
    timeout,
    pause: options.pause ?? DEFAULTS.pause,
    giveUpAfter: options.giveUpAfter ?? DEFAULTS.giveUpAfter,
  }
  const send = (body: Body, sendOptions?: SendOptions) =>
    deliver(delivery, sendOptions, (attempt) => exchange(body, attempt))

  return {
    serialNumber,
    records,
    connect: () => open('keep-alive'),
    exchange,
    send,
    reply: (...record) => send(records.reply(...record)),
    info: (...record) => send(records.info(...record)),
    shell: (...record) => send(records.shell(...record)),
    getFile: (...record) => send(records.getFile(...record)),
    putFile: (...record) => send(records.putFile(...record)),
    verifySum: (...record) => send(records.verifySum(...record)),
  }
}

// A web-standard request as the endpoints see it.
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import getRawBody from 'raw-body'
import { comparable } from '../endpoint/address.js'
import { checkIsNotCompressed, codingOf } from '../endpoint/body.js'
import { IclockError } from '../endpoint/errors.js'
import { Target } from '../endpoint/query.js'
import type { TerminalRequest } from '../endpoint/request.js'

/** A request, and the address that it comes from. */
export interface Asked {
  request: Request
  address: string
}

// `http://host`: a URL may change what follows as soon as it is parsed once more.
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i

/** A request of the Fetch API. */
export class WebRequest implements TerminalRequest {
  readonly raw: Asked
  readonly method: string
  readonly target: Target
  readonly address: string

  constructor(request: Request, address: string) {
    this.address = comparable(address)
    this.raw = { request, address: this.address }
    this.method = request.method
    const target = request.url.replace(ORIGIN, '')
    this.target = new Target(target.startsWith('/') ? target : `/${target}`)
  }

  get path(): string {
    return this.target.path.replace(/#.*$/s, '')
  }

  get peer(): string {
    return this.address
  }

  get size(): number | undefined {
    const length = this.#length
    if (length !== undefined) return length
    return this.raw.request.body === null ? 0 : undefined
  }

  header(name: string): string | undefined {
    return this.raw.request.headers.get(name) ?? undefined
  }

  async body(limit: number): Promise<Buffer> {
    const { request } = this.raw
    if (request.bodyUsed) {
      throw new IclockError(
        'BODY_ALREADY_READ',
        'Something before this function has read the body of the request: give it the request first, or a clone ' +
          'that was made before (request.clone()).',
      )
    }
    checkIsNotCompressed(codingOf(this.header('content-encoding')))
    if (request.body === null) return Buffer.alloc(0)
    const stream = Readable.fromWeb(request.body as ReadableStream)
    try {
      return await getRawBody(stream, { limit, length: this.#length ?? null })
    } finally {
      stream.destroy()
    }
  }

  // Not every host checks it, and a sum of sizes must stay a number.
  get #length(): number | undefined {
    const length = this.header('content-length') ?? ''
    return /^\d{1,15}$/.test(length) ? Number(length) : undefined
  }
}

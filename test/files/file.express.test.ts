// Files that terminals fetch, over sockets.
import { createHash } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type FileRange, fileOffers, type NewOffer, type OpenFile } from '../../src/files.js'
import { memoryAdapter, type TerminalRouterOptions, terminalRouter } from '../../src/index.js'
import { terminalFetch } from '../../src/web.js'
import { listen, portOf } from '../support/server.js'

const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')
const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7) % 251))
const FILE: NewOffer = { name: 'a.cfg', size: BYTES.length, md5: md5Of(BYTES) }

/** The bytes in pieces of 100. */
async function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
}
const opening: OpenFile = (_, { start, end }) => pieces(BYTES.subarray(start, end + 1))

async function serving(
  openFile: OpenFile | undefined = opening,
  options: Partial<TerminalRouterOptions> = {},
) {
  const adapter = memoryAdapter()
  const errors: unknown[] = []
  const app = express()
  app.use(terminalRouter({ adapter, openFile, onError: (error) => errors.push(error), ...options }))
  app.use(((error, _req, res, _next) => {
    res.status(error.status ?? 500).send(String(error.code ?? error))
  }) satisfies express.ErrorRequestHandler)
  const server = await listen(createServer(app))
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>(
      (resolve, reject) => {
        request({ port: portOf(server), path, headers, method }, (res) => {
          const body: Buffer[] = []
          res.on('data', (chunk: Buffer) => body.push(chunk))
          res.on('error', reject)
          res.on('end', () => {
            resolve({
              status: Number(res.statusCode),
              headers: res.headers,
              body: Buffer.concat(body),
            })
          })
        })
          .on('error', reject)
          .end()
      },
    )
  }
  return {
    adapter,
    app,
    server,
    errors,
    get,
    files: fileOffers({ adapter, openFile: openFile ?? opening }),
  }
}

describe('An offer', () => {
  it('Its terminal gets the file at either address', async () => {
    const { files, get, adapter } = await serving()
    const { url, token } = await files.offer('A', FILE)
    expect(url).toMatch(/^offer\/[0-9a-f]{32}\/a\.cfg$/)
    for (const path of [
      `file?SN=A&url=${url}`,
      `file?SN=A&url=${encodeURIComponent(`/${url}`)}`,
      `FILE.aspx?SN=A&url=${url}`,
      `${url}?SN=A`,
      `${url}?`,
      `iclock/${url}`,
    ]) {
      const { status, headers, body } = await get(`/iclock/${path}`)
      expect([path, status, body.equals(BYTES)]).toEqual([path, 200, true])
      expect(headers).toMatchObject({
        'content-length': '1000',
        'content-type': 'application/octet-stream',
        'accept-ranges': 'bytes',
        etag: `"${FILE.md5}"`,
        date: expect.stringMatching(/GMT$/),
      })
    }
    await expect.poll(() => adapter.findOffer(token)?.served).toBe(1000)
    expect((await files.list({ serialNumber: 'A' })).rows).toMatchObject([{ url, state: 'sent' }])
  })

  it('No other terminal gets it, nor anything that was not offered', async () => {
    const { files, get } = await serving()
    const { url, token } = await files.offer('A', FILE)
    const none = '0'.repeat(32)
    for (const path of [
      `file?SN=B&url=${url}`,
      `${url}?SN=B`,
      `${url}?SN=a`,
      `file?SN=A&url=offer/${none}/a.cfg`,
      `offer/${none}/a.cfg`,
      'file?SN=A&url=../../etc/passwd',
      'file?SN=A&url=http://localhost/secret',
      `file?SN=A&url=http://localhost/iclock/${url}`,
      `file?SN=A&url=offer/${token}/..`,
      `file?SN=A&url=offer/${token}/../../x`,
      'file?SN=A&url=',
      'file?SN=A',
      `offer/${token}/..%2f..%2fpasswd?SN=A`,
    ]) {
      const { status, body } = await get(`/iclock/${path}`)
      expect([path, status]).toEqual([path, 404])
      expect(body.includes(BYTES.subarray(0, 50))).toBe(false)
    }
    expect((await get(`/iclock/file?url=${url}`)).status).toBe(400)
    expect((await get(`/iclock/${url}?SN=A&SN=B`)).status).toBe(400)
  })

  it('It ends after its time, once it was sent whole if it is for once, and when it is withdrawn', async () => {
    const { files, get, adapter } = await serving()
    const brief = await files.offer('A', { ...FILE, expiresAfter: 1 })
    await expect.poll(async () => (await get(`/iclock/${brief.url}`)).status).toBe(404)
    const once = await files.offer('A', { ...FILE, once: true })
    expect((await get(`/iclock/${once.url}`, { Range: 'bytes=0-499' })).status).toBe(206)
    expect((await get(`/iclock/${once.url}`, { Range: 'bytes=500-' })).status).toBe(206)
    await expect.poll(() => adapter.findOffer(once.token)?.served).toBe(1000)
    expect((await get(`/iclock/${once.url}`)).status).toBe(404)
    const other = await files.offer('A', FILE)
    expect(await files.withdraw(other)).toBe(true)
    expect((await get(`/iclock/${other.url}`)).status).toBe(404)
    const { rows } = await files.list()
    expect(rows.map(({ state }) => state).sort()).toEqual(['expired', 'sent'])
  })

  it('A terminal that may not report gets nothing, with or without its serial number', async () => {
    const asked: string[] = []
    const authorize = (serialNumber: string) => asked.push(serialNumber) > 99
    const { files, get } = await serving(opening, { authorize })
    const { url } = await files.offer('A', FILE)
    expect((await get(`/iclock/file?SN=A&url=${url}`)).status).toBe(403)
    expect((await get(`/iclock/${url}`)).status).toBe(404)
    expect(asked).toEqual(['A', 'A'])
  })

  it('Without the option, files are the business of the app', async () => {
    const adapter = memoryAdapter()
    const app = express().use(terminalRouter({ adapter }))
    app.get('/iclock/file', (_req, res) => void res.send('mine'))
    const server = await listen(createServer(app))
    const answer = await fetch(`http://127.0.0.1:${portOf(server)}/iclock/file?SN=A&url=x`)
    expect(await answer.text()).toBe('mine')
  })
})

describe('A part', () => {
  it.each<[Record<string, string>, number, number, number]>([
    [{ Range: 'bytes=0-99' }, 206, 0, 100],
    [{ Range: 'bytes=100-' }, 206, 100, 1000],
    [{ Range: 'bytes=-1' }, 206, 999, 1000],
    [{ Range: 'bytes=0-9,20-29' }, 200, 0, 1000],
    [{ Range: 'nonsense' }, 200, 0, 1000],
    [{ Range: 'bytes=5-9', 'If-Range': `"${FILE.md5}"` }, 206, 5, 10],
    [{ Range: 'bytes=5-9', 'If-Range': '"another"' }, 200, 0, 1000],
  ])('%j', async (headers, status, from, to) => {
    const opened: [number, number][] = []
    const { files, get } = await serving((offer, range) => {
      opened.push([range.start, range.end])
      return opening(offer, range)
    })
    const { url } = await files.offer('A', FILE)
    const answer = await get(`/iclock/${url}?SN=A`, headers)
    expect([answer.status, answer.body.equals(BYTES.subarray(from, to))]).toEqual([status, true])
    expect(answer.headers['content-range']).toBe(
      status === 206 ? `bytes ${from}-${to - 1}/1000` : undefined,
    )
    expect(opened).toEqual([[from, to - 1]])
  })

  it('A range beyond the end is 416, and the channel says so', async () => {
    const codes: unknown[] = []
    const note = (message: unknown) => codes.push((message as { code: string }).code)
    subscribe('express-iclock:refusal', note)
    const { files, get } = await serving()
    const { url } = await files.offer('A', FILE)
    const { status, headers } = await get(`/iclock/${url}`, { Range: 'bytes=1000-' })
    unsubscribe('express-iclock:refusal', note)
    expect([status, headers['content-range']]).toEqual([416, 'bytes */1000'])
    expect(codes).toEqual(['RANGE_BEYOND_END'])
  })

  it('HEAD opens nothing', async () => {
    const { files, get } = await serving(() => {
      throw new Error('opened')
    })
    const { url } = await files.offer('A', FILE)
    const { status, headers, body } = await get(`/iclock/${url}`, {}, 'HEAD')
    expect([status, headers['content-length'], body.length]).toEqual([200, '1000', 0])
  })

  it('Base64 comes whole and in parts', async () => {
    const { files, get, adapter } = await serving()
    const { url, token } = await files.offer('A', { ...FILE, isBase64: true })
    const text = BYTES.toString('base64')
    expect((await get(`/iclock/file?SN=A&url=${url}`)).body.toString()).toBe(text)
    const { status, headers, body } = await get(`/iclock/${url}`, { Range: 'bytes=5-700' })
    expect([status, headers['content-range']]).toEqual([206, `bytes 5-700/${text.length}`])
    expect(body.toString()).toBe(text.slice(5, 701))
    await expect.poll(() => adapter.findOffer(token)?.served).toBe(1000)
  })
})

describe('What the app opens', () => {
  it('Bytes, streams of Node and of the web, and files are sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'iclock-files-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'a.cfg')
    await writeFile(path, BYTES)
    const ways: OpenFile[] = [
      (_, { start, end }) => BYTES.subarray(start, end + 1),
      async (_, { start, end }) => Readable.from(pieces(BYTES.subarray(start, end + 1))),
      (_, { start, end }) => new Blob([BYTES.subarray(start, end + 1)]).stream(),
      (_, range) => createReadStream(path, range),
    ]
    for (const way of ways) {
      const { files, get } = await serving(way)
      const { url } = await files.offer('A', FILE)
      const { body } = await get(`/iclock/${url}`, { Range: 'bytes=100-' })
      expect(body.equals(BYTES.subarray(100))).toBe(true)
    }
  })

  it.each<[string, OpenFile, RegExp]>([
    ['throws', () => Promise.reject(new Error('no disk')), /no disk/],
    ['returns nothing', () => undefined as never, /undefined/],
    ['returns text', () => 'text' as never, /"text"/],
    ['returns too few bytes', () => BYTES.subarray(1), /opened 999 bytes/],
    ['opens a stream of text', () => Readable.from(['text']), /stream of "text"/],
    ['opens an empty stream', () => Readable.from([]), /opened 0 bytes/],
    ['opens a file that is gone', (_, range) => createReadStream('/nowhere/a', range), /ENOENT/],
    ['hangs', () => new Promise(() => {}), /STORAGE_TIMEOUT/],
    ['opens a stream that hangs', () => new Readable({ read() {} }), /STORAGE_TIMEOUT/],
  ])('A file that %s is an error before anything is answered', async (_, way, told) => {
    const { files, get } = await serving(way, { timeout: 100 })
    const { url } = await files.offer('A', FILE)
    const { status, body } = await get(`/iclock/${url}`)
    expect(status).toBeGreaterThanOrEqual(500)
    expect(body.toString()).toMatch(told)
  })

  it.each<[string, OpenFile, RegExp]>([
    ['ends early', () => pieces(BYTES.subarray(0, 900)), /opened 900 bytes/],
    ['goes on', () => pieces(Buffer.concat([BYTES, BYTES])), /opened more bytes/],
    [
      'breaks',
      async function* () {
        yield BYTES.subarray(0, 500)
        throw new Error('disk error')
      },
      /disk error/,
    ],
  ])('A stream that %s is cut, never whole', async (_, way, told) => {
    const { files, get, errors, adapter } = await serving(way)
    const { url, token } = await files.offer('A', FILE)
    await expect(get(`/iclock/${url}`)).rejects.toThrow(/aborted|hang up/)
    await expect.poll(() => errors.map(String)).toEqual([expect.stringMatching(told)])
    expect(adapter.findOffer(token)?.served).toBeLessThan(1000)
  })

  it('A stream is closed when its terminal has gone, even one that hangs', async () => {
    let range: FileRange | undefined
    const source = new Readable({ read() {} })
    const { files, server, errors } = await serving((_, asked) => {
      range = asked
      source.push(BYTES.subarray(0, 10))
      return source
    })
    const { url } = await files.offer('A', FILE)
    const req = request({ port: portOf(server), path: `/iclock/${url}` }, (res) => {
      res.on('error', () => {})
      res.once('data', () => req.destroy())
    }).end()
    req.on('error', () => {})
    await expect.poll(() => source.destroyed).toBe(true)
    expect(range?.signal.aborted).toBe(true)
    expect(errors).toEqual([])
  })

  it('A terminal that reads slowly is waited for', async () => {
    const size = 20 * 1024 * 1024
    let read = 0
    const { files, server } = await serving(async function* () {
      for (; read < size; read += 65_536) yield Buffer.alloc(65_536)
    })
    const { url } = await files.offer('A', { ...FILE, size })
    const received = await new Promise<IncomingMessage>((resolve) => {
      request({ port: portOf(server), path: `/iclock/${url}` }, resolve).end()
    })
    let before = -1
    const isStill = () => {
      const isSame = read > 0 && read === before
      before = read
      return isSame
    }
    // It stops once the buffers of both sockets are full.
    await expect.poll(isStill, { interval: 50 }).toBe(true)
    expect(read).toBeLessThan(size)
    let length = 0
    for await (const chunk of received) length += chunk.length
    expect(length).toBe(size)
  })
})

it('The channel has the progress', async () => {
  const size = 3 * 1024 * 1024
  const events: unknown[] = []
  const note = (message: unknown) => {
    if ((message as { size: number }).size === size) events.push(message)
  }
  subscribe('express-iclock:file', note)
  const { files, get, adapter } = await serving((_, { start, end }) => {
    return pieces(Buffer.alloc(end + 1 - start))
  })
  const { url, token } = await files.offer('A', { ...FILE, size })
  await get(`/iclock/${url}`)
  await expect.poll(() => adapter.findOffer(token)?.served).toBe(size)
  unsubscribe('express-iclock:file', note)
  const common = { serialNumber: 'A', name: 'a.cfg', size, from: 0 }
  expect(events).toEqual([
    { ...common, to: expect.closeTo(2 ** 20, -3), isOver: false },
    { ...common, to: expect.closeTo(2 ** 21, -3), isOver: false },
    ...(events.length > 3 ? [{ ...common, to: size - 1, isOver: false }] : []),
    { ...common, to: size, isOver: true },
  ])
})

it('The same files come from terminalFetch', async () => {
  const adapter = memoryAdapter()
  const { url, token } = await fileOffers({ adapter }).offer('A', FILE)
  let isClosed = false
  const terminals = terminalFetch({
    adapter,
    basePath: '/api',
    openFile: async function* (_, { start, end }) {
      try {
        yield* pieces(BYTES.subarray(start, end + 1))
      } finally {
        isClosed = true
      }
    },
  })
  const ask = (headers = {}) => terminals(new Request(`http://x/api/iclock/${url}`, { headers }))
  const answer = await ask({ Range: 'bytes=10-' })
  expect(answer?.status).toBe(206)
  expect(Buffer.from((await answer?.arrayBuffer()) as ArrayBuffer)).toEqual(BYTES.subarray(10))
  const whole = await ask()
  expect(whole?.headers.get('content-length')).toBe('1000')
  isClosed = false
  await whole?.body?.cancel()
  await expect.poll(() => isClosed).toBe(true)
  expect(adapter.findOffer(token)?.served).toBeLessThan(1000)
})

describe('Firmware', () => {
  const firmware = { ...FILE, name: 'emfw.cfg', platform: 'ZAM170_TFT' }
  const contact = (platform: string) => ({
    ...{ serialNumber: 'A', at: new Date(), kind: 'upload' as const },
    options: { '~Platform': platform },
  })

  it('It is offered to a terminal of its platform, once its bytes were compared', async () => {
    const { files, adapter } = await serving()
    adapter.onContact(contact('ZAM170_TFT'))
    const offer = await files.offer('A', firmware)
    expect(adapter.findOffer(offer.token)).toMatchObject({ platform: 'ZAM170_TFT' })
    const wrong = { ...firmware, md5: md5Of(BYTES.subarray(1)) }
    await expect(files.offer('A', wrong)).rejects.toMatchObject({ code: 'FILE_MISMATCH' })
    await expect(files.offer('A', { ...firmware, size: 1001 })).rejects.toThrow(/opened 1000 bytes/)
    await expect(fileOffers({ adapter }).offer('A', firmware)).rejects.toThrow(/"openFile"/)
  })

  it('It is refused to any other terminal', async () => {
    const { files, adapter } = await serving()
    await expect(files.offer('A', firmware)).rejects.toMatchObject({ code: 'TERMINAL_UNKNOWN' })
    adapter.onContact(contact('ZAM70_TFT'))
    await expect(files.offer('A', firmware)).rejects.toMatchObject({ code: 'PLATFORM_MISMATCH' })
    adapter.onContact({ serialNumber: 'B', at: new Date(), kind: 'poll' })
    await expect(files.offer('B', firmware)).rejects.toThrow(/has not stated its platform/)
    expect(adapter.listOffers({}).rows).toEqual([])
  })
})

describe('A wrong value', () => {
  it.each<[Partial<NewOffer>, string]>([
    [{ name: '../a' }, 'name'],
    [{ name: '.hidden' }, 'name'],
    [{ name: '' }, 'name'],
    [{ file: '' }, 'file'],
    [{ file: 'x'.repeat(501) }, 'file'],
    [{ size: 0 }, 'size'],
    [{ size: 2 ** 31 }, 'size'],
    [{ md5: 'abc' }, 'md5'],
    [{ platform: '' }, 'platform'],
    [{ once: 1 as never }, 'once'],
    [{ isBase64: 'yes' as never }, 'isBase64'],
    [{ expiresAfter: 0 }, 'expiresAfter'],
    [{ url: 'x' } as never, 'url'],
  ])('%j is refused', async (members, name) => {
    const files = fileOffers({ adapter: memoryAdapter() })
    const offering = files.offer('A', { ...FILE, ...members })
    await expect(offering).rejects.toThrow(TypeError)
    await expect(offering).rejects.toThrow(`"${name}"`)
  })

  it('A router or an adapter without the calls is refused when it is made', () => {
    const { findOffer: _, ...adapter } = memoryAdapter()
    expect(() => terminalRouter({ adapter, openFile: opening })).toThrow(/adapter\.findOffer/)
    expect(() => terminalRouter({ adapter: memoryAdapter(), openFile: 'x' as never })).toThrow(
      /openFile/,
    )
    expect(() => fileOffers({ adapter: adapter as never })).toThrow(/adapter\.findOffer/)
    expect(() => fileOffers({ adapter: memoryAdapter(), open: opening } as never)).toThrow(/"open"/)
  })
})

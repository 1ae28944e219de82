import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type CommandReply,
  type IssuedCommand,
  memoryAdapter,
  outcomeOf,
  type Upload,
  type UploadHandlerOptions,
  uploadHandler,
} from '../../src/index.js'
import { listenFor } from '../../src/news.js'
import { type Sent, send } from '../support/request.js'
import { serve } from '../support/terminal.js'

const SN = '0316144680030'
const LINE = '7\t2026-10-05 06:58:10\t0\t1'
const OTHER = '8\t2026-10-05 06:58:11\t0\t1'

/** Posts an upload to an endpoint over storage in memory. */
async function post(
  query: string,
  body: string | Buffer,
  options: Partial<UploadHandlerOptions> = {},
) {
  const adapter = memoryAdapter()
  const handler = uploadHandler({ adapter, ...options })
  const answer = await send(handler, { path: `/iclock/cdata?SN=${SN}&${query}`, body })
  return { ...answer, adapter, uploads: adapter.received() }
}

// A hook is called after the answer.
const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 })

const kept = (uploads: readonly Upload[]) => {
  return uploads.flatMap(({ records }) => records.map(({ raw }) => raw.toString('latin1')))
}

describe('An upload', () => {
  it('An upload is in storage with all that its query holds before it is answered', async () => {
    const { uploads, status, body } = await post('table=ATTLOG&Stamp=9999', `${LINE}\nwhat\n`)
    expect([status, body]).toEqual([200, 'OK: 2'])
    expect(uploads).toMatchObject([
      { serialNumber: SN, table: 'ATTLOG', stamp: '9999', query: { table: 'ATTLOG' } },
    ])
    expect(kept(uploads)).toEqual([LINE])
    expect(uploads[0]?.unparsed.map(String)).toEqual(['what'])
    expect(uploads[0]?.body.toString()).toBe(`${LINE}\nwhat\n`)
    expect(uploads[0]?.receivedAt).toBeInstanceOf(Date)
  })

  it('An upload is answered with the headers that a terminal needs', async () => {
    const { headers } = await post('table=ATTLOG', LINE)
    expect(headers['content-type']).toBe('text/plain')
    expect(headers.date).toMatch(/GMT$/)
  })

  it.each([
    ['table=ATTLOG', LINE, 'OK: 1'],
    ['table=ATTLOG', '', 'OK: 0'],
    ['Stamp=1', LINE, 'OK: 1'],
    ['table=OPERLOG', 'USER PIN=1\nFP PIN=1\tFID=0\n', 'OK: 2'],
    ['table=options', 'A=1,B=2', 'OK'],
    ['table=rtlog', 'time=1\tpin=1\r\n', 'OK'],
    ['table=rtstate', 'time=1\tsensor=1\r\n', 'OK'],
    ['table=nobody-knows', 'total garbage\n', 'OK: 1'],
    ['', '{"a":1}', 'OK'],
    ['table=tabledata&tablename=user&count=6', 'user pin=1\n', 'user=6'],
    ['table=tabledata&tablename=User', 'user pin=1\nuser pin=2\n', 'User=2'],
    ['table=tabledata&tablename=a%0Ab&count=1', 'user pin=1\n', 'OK'],
    ['table=tabledata&count=1', 'user pin=1\n', 'OK'],
    ['type=tabledata&cmdid=1&tablename=user&count=0&packcnt=1&packidx=1', '', 'user=0'],
    ['type=count&cmdid=1', 'user=5', 'OK'],
    ['type=options&cmdid=1', 'A=1,B=2', 'OK'],
  ])('The query %s with the body %j is answered %j', async (query, body, answer) => {
    expect(await post(query, body)).toMatchObject({ status: 200, body: answer })
  })

  it('Only a photo closes the connection', async () => {
    const photo = 'PIN=20260728224021-9001.jpg\nSN=1\nsize=1\nCMD=uploadphoto\0x'
    const server = await serve(uploadHandler({ adapter: memoryAdapter() }))
    const connection = async (query: string, body: string) => {
      const sent = {
        path: `/iclock/fdata?SN=${SN}&${query}`,
        body,
        headers: { Connection: 'keep-alive' },
      }
      return (await send(server, sent)).headers.connection
    }
    expect(await connection('table=ATTPHOTO', photo)).toBe('close')
    expect(await connection('PhotoStamp=1&PIN=x.jpg', photo)).toBe('close')
    expect(await connection('table=ATTLOG', LINE)).not.toBe('close')
  })

  it('An upload does not fail if something else has begun the answer', async () => {
    const handler = uploadHandler({ adapter: memoryAdapter() })
    const answer = await send(
      (req, res) => {
        res.write('begun')
        handler(req, res)
        res.end()
      },
      { path: `/iclock/fdata?SN=${SN}&table=ATTPHOTO`, body: 'CMD=uploadphoto\0x' },
    )
    expect(answer).toMatchObject({ status: 200, body: 'begun' })
  })

  it('The records of an upload have their moments if the zone is known', async () => {
    const options = {
      timeZone: (serialNumber: string) => (serialNumber === SN ? 'Asia/Manila' : undefined),
    }
    const { uploads } = await post('table=ATTLOG', LINE, options)
    expect(uploads[0]?.records).toMatchObject([{ instant: new Date('2026-10-04T22:58:10Z') }])
  })

  it('An upload is read in the encoding option', async () => {
    const body = Buffer.from('USER Name=\xbf\xbc', 'latin1')
    const { uploads } = await post('table=OPERLOG', body, { encoding: 'gb18030' })
    expect(uploads[0]?.records).toMatchObject([{ fields: { Name: '考' } }])
  })

  it('The same upload again changes nothing', async () => {
    const adapter = memoryAdapter()
    const server = await serve(uploadHandler({ adapter }))
    const path = `/iclock/cdata?SN=${SN}&table=ATTLOG&Stamp=1`
    await send(server, { path, body: `${LINE}\nwhat\n${LINE}\n` })
    const { body } = await send(server, { path, body: `${LINE}\nwhat\n${OTHER}\n` })
    expect(body).toBe('OK: 3')
    expect(kept(adapter.received())).toEqual([LINE, OTHER])
    expect(adapter.received().flatMap(({ unparsed }) => unparsed.map(String))).toEqual(['what'])
  })
})

describe('A refused upload', () => {
  it.each([
    ['without SN', { path: '/iclock/cdata?table=ATTLOG' }, 400],
    ['of another method', { path: `/iclock/cdata?SN=${SN}`, method: 'GET' }, 404],
    ['of another method', { path: `/iclock/cdata?SN=${SN}`, method: 'PUT' }, 404],
  ] satisfies [string, Sent, number][])('An upload %s is refused', async (_, sent, status) => {
    const adapter = memoryAdapter()
    expect(await send(uploadHandler({ adapter }), { body: LINE, ...sent })).toMatchObject({
      status,
    })
    expect(adapter.received()).toEqual([])
  })

  it('An upload that authorize refuses stays on the terminal', async () => {
    const { status, uploads } = await post('table=ATTLOG', LINE, { authorize: () => false })
    expect([status, uploads]).toEqual([403, []])
  })

  it('An upload larger than limit, 4 MB by default, is refused', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024 + 1, 'x')
    expect((await post('table=ATTLOG', body)).status).toBe(413)
    expect((await post('table=ATTLOG', body.subarray(1))).status).toBe(200)
    expect((await post('table=ATTLOG', LINE, { limit: 10 })).status).toBe(413)
  })

  it('An upload of more lines than maxRecords, 10,000 by default, is refused', async () => {
    const { status, body, uploads } = await post('table=ATTLOG', `${LINE}\n`.repeat(10_001))
    expect([status, uploads]).toEqual([413, []])
    expect(body).toContain('10001 lines')
    expect((await post('table=ATTLOG', `${LINE}\n`.repeat(10_000))).body).toBe('OK: 10000')
    expect((await post('table=options', 'A=1\nB=2', { maxRecords: 1 })).status).toBe(413)
  })

  it.each([
    ['table=OPERLOG', '\t', 20],
    ['table=options', ',', 20],
  ])('An upload of many more fields than lines is refused: %s', async (query, separator, most) => {
    const fields = (count: number) => Array.from({ length: count + 1 }, (_, i) => `k${i}=`)
    const status = async (count: number) => {
      return (await post(query, fields(count).join(separator), { maxRecords: 1 })).status
    }
    expect(await status(most)).toBe(200)
    expect(await status(most + 1)).toBe(413)
  })

  it('A photo with many line ends in it is not refused', async () => {
    const photo = Buffer.concat([Buffer.from('CMD=uploadphoto\0'), Buffer.alloc(20_000, '\n')])
    expect((await post('table=ATTPHOTO', photo)).status).toBe(200)
  })

  it('An upload that storage fails to store is refused', async () => {
    const onUpload = () => Promise.reject(new Error('disk full'))
    const answer = await post('table=ATTLOG', LINE, { adapter: { onUpload } })
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('disk full')
  })

  it('An upload gets 503 if storage never answers', async () => {
    const onUpload = () => new Promise<void>(() => {})
    expect((await post('table=ATTLOG', LINE, { adapter: { onUpload }, timeout: 100 })).status).toBe(
      503,
    )
  })
})

describe('afterUpload', () => {
  /** Posts each body, and returns what the hook was called with. */
  async function called(bodies: readonly string[], query = 'table=ATTLOG') {
    const seen: Upload[] = []
    const afterUpload = (upload: Upload) => void seen.push(upload)
    const server = await serve(uploadHandler({ adapter: memoryAdapter(), afterUpload }))
    for (const body of bodies) await send(server, { path: `/iclock/cdata?SN=${SN}&${query}`, body })
    await until(() => expect(seen.length).toBeGreaterThan(0))
    await pause(5)
    return seen
  }

  it('afterUpload is called once, with the records that were new', async () => {
    const seen = await called([`${LINE}\n`, `${LINE}\n`, `${LINE}\n${OTHER}\nwhat\n`])
    expect(seen.map((upload) => kept([upload]))).toEqual([[LINE], [OTHER]])
  })

  it('afterUpload is called with all records if storage does not report which were new', async () => {
    const seen: Upload[] = []
    const adapter = { onUpload: () => {} }
    await post('table=ATTLOG', LINE, { adapter, afterUpload: (upload) => void seen.push(upload) })
    await until(() => expect(kept(seen)).toEqual([LINE]))
  })

  it('afterUpload can neither withhold the answer nor end the process', async () => {
    const errors: unknown[] = []
    const options: Partial<UploadHandlerOptions> = {
      afterUpload() {
        throw new Error('the mail server is away')
      },
      onError: (error) => void errors.push(error),
    }
    expect((await post('table=ATTLOG', LINE, options)).status).toBe(200)
    await until(() => expect(errors).toMatchObject([{ message: 'the mail server is away' }]))
  })
})

describe('An upload that reports on commands', () => {
  const ERROR = 'ERRORLOG ErrCode=D01E0001\tErrMsg=\tDataOrigin=cmd\tCmdId=123\tAdditional='

  it('The commands that ERRORLOG names fail', async () => {
    const { adapter, uploads } = await post('table=ERRORLOG', `${ERROR}\n`)
    const [reply] = adapter.replies()
    expect(reply).toMatchObject({
      serialNumber: SN,
      commandId: '123',
      returnCode: null,
      commandName: 'ERRORLOG',
      fields: { ErrCode: 'D01E0001' },
    })
    expect(reply && outcomeOf(reply)).toMatchObject({ outcome: 'failed' })
    expect(kept(uploads)).toEqual([ERROR])
  })

  it('Callers in this process that wait for those commands resolve', async () => {
    const listener = vi.fn()
    onTestFinished(listenFor(SN, '123', listener))
    await post('table=ERRORLOG', `${ERROR}\n`)
    expect(listener).toHaveBeenCalled()
  })

  it('A later reply is never overruled when the terminal sends its memory again', async () => {
    const adapter = memoryAdapter()
    const server = await serve(uploadHandler({ adapter }))
    const path = `/iclock/cdata?SN=${SN}&table=ERRORLOG`
    await send(server, { path, body: ERROR })
    await send(server, { path: `/iclock/cdata?SN=${SN}`, body: 'ID=123&Return=0&CMD=DATA' })
    await send(server, { path, body: ERROR })
    expect(adapter.replies()).toMatchObject([{ commandId: '123', returnCode: 0 }])
    await send(server, { path, body: ERROR.replace('0001', '0002') })
    expect(adapter.replies()).toMatchObject([{ fields: { ErrCode: 'D01E0002' } }])
  })

  it('A command fails even if that was not possible when its line was new', async () => {
    const adapter = memoryAdapter()
    let failing = true
    const onReply: typeof adapter.onReply = (...args) => {
      if (failing) throw new Error('out of reach')
      return adapter.onReply(...args)
    }
    const server = await serve(uploadHandler({ adapter: { ...adapter, onReply } }))
    const path = `/iclock/cdata?SN=${SN}&table=ERRORLOG`
    expect((await send(server, { path, body: ERROR })).status).toBe(500)
    failing = false
    expect((await send(server, { path, body: ERROR })).status).toBe(200)
    expect(adapter.replies()).toMatchObject([{ commandId: '123', commandName: 'ERRORLOG' }])
  })

  it('afterReply is called once for each new failure', async () => {
    const adapter = memoryAdapter()
    const told: unknown[] = []
    adapter.recordSent({ serialNumber: SN, commandId: '123', text: 'CHECK' })
    const afterReply = ({ commandId }: CommandReply, command?: IssuedCommand) => {
      told.push([commandId, command?.text])
    }
    const server = await serve(uploadHandler({ adapter, afterReply }))
    const path = `/iclock/cdata?SN=${SN}&table=ERRORLOG`
    await send(server, { path, body: ERROR })
    await send(server, { path, body: ERROR })
    await send(server, { path: `/iclock/cdata?SN=${SN}`, body: 'ID=4&Return=0&CMD=CHECK' })
    await until(() => expect(told).toHaveLength(2))
    expect(told).toEqual([
      ['123', 'CHECK'],
      ['4', undefined],
    ])
  })

  it('The commands that the ERRORLOG of an access terminal names fail too', async () => {
    const line = 'errorlog errcode=D01E0001\terrmsg=\tdataorigin=cmd\tcmdid=123\tadditional='
    const { adapter } = await post('table=tabledata&tablename=errorlog&count=1', `${line}\r\n`)
    expect(adapter.replies()).toMatchObject([{ commandId: '123', commandName: 'ERRORLOG' }])
  })

  it.each(['', 'a b', 'x'.repeat(17)])('No command fails by the id %j', async (id) => {
    const { adapter, uploads } = await post('table=ERRORLOG', ERROR.replace('123', id))
    expect(adapter.replies()).toEqual([])
    expect(uploads).toHaveLength(1)
  })

  it('Its lines are stored even if storage keeps no replies', async () => {
    const onUpload = vi.fn()
    const { status } = await post('table=ERRORLOG', ERROR, { adapter: { onUpload } })
    expect([status, onUpload.mock.calls.length]).toEqual([200, 1])
  })

  it('An upload without a table that holds only replies counts as replies', async () => {
    const { adapter, uploads, body } = await post('', 'ID=4&Return=0&CMD=CHECK\n')
    expect(body).toBe('OK')
    expect(adapter.replies()).toMatchObject([{ commandId: '4', returnCode: 0 }])
    expect(uploads).toEqual([])
  })

  it('An upload without a table keeps its replies, and the lines between them as unparsed', async () => {
    const { adapter, uploads } = await post('', 'what\nID=4&Return=0&CMD=CHECK\n')
    expect(adapter.replies()).toMatchObject([{ commandId: '4', returnCode: 0 }])
    expect(uploads.map(({ unparsed }) => unparsed.map(String))).toEqual([['what']])
  })

  it.each([
    ['table=ATTLOG', 'ID=4&Return=0&CMD=CHECK\n'],
    ['', 'what\n'],
  ])('Anything else is an upload: %j %j', async (query, body) => {
    const { adapter, uploads } = await post(query, body)
    expect(adapter.replies()).toEqual([])
    expect(uploads).toHaveLength(1)
  })
})

describe('The result of a query in packets', () => {
  const QUERY = 'type=tabledata&cmdid=7&tablename=user&count=2&packcnt=2&packidx='
  const path = (index: number) => `/iclock/querydata?SN=${SN}&${QUERY}${index}`
  const [FIRST, SECOND] = ['user pin=1\tna', 'me=A\nuser pin=2\n'] as const

  /** The parsed records, without the packets themselves. */
  const rows = (uploads: readonly Upload[]) => {
    return uploads.flatMap(({ commandId, records, unparsed }) => [
      ...records.filter(({ kind }) => kind !== 'packet').map(({ raw }) => `${commandId} ${raw}`),
      ...unparsed.map((line) => `unparsed ${line}`),
    ])
  }

  it('The result is read once the last packet has come, by whatever process', async () => {
    const adapter = memoryAdapter()
    const [one, another] = [uploadHandler({ adapter }), uploadHandler({ adapter })]
    expect((await send(one, { path: path(1), body: FIRST })).body).toBe('user=2')
    expect(rows(adapter.received())).toEqual([])
    expect((await send(another, { path: path(2), body: SECOND })).body).toBe('user=2')
    expect(rows(adapter.received())).toEqual(['7 user pin=1\tname=A', '7 user pin=2'])
  })

  it('The result is read the same if each packet comes twice', async () => {
    const adapter = memoryAdapter()
    const server = await serve(uploadHandler({ adapter }))
    for (const [index, body] of [
      [1, FIRST],
      [1, FIRST],
      [2, SECOND],
      [2, SECOND],
    ] as const) {
      await send(server, { path: path(index), body })
    }
    expect(rows(adapter.received())).toEqual(['7 user pin=1\tname=A', '7 user pin=2'])
  })

  it('afterUpload gets the rows, not the packets', async () => {
    const seen: Upload[] = []
    const afterUpload = (upload: Upload) => void seen.push(upload)
    const server = await serve(uploadHandler({ adapter: memoryAdapter(), afterUpload }))
    await send(server, { path: path(1), body: FIRST })
    await send(server, { path: path(2), body: SECOND })
    await until(() => expect(rows(seen)).toHaveLength(2))
    expect(seen).toMatchObject([{ body: Buffer.from(FIRST + SECOND) }])
  })

  it('The packets are joined by whichever completes them', async () => {
    const adapter = memoryAdapter()
    const findPackets = vi.fn(adapter.findPackets)
    const server = await serve(uploadHandler({ adapter: { ...adapter, findPackets } }))
    await send(server, { path: path(2), body: SECOND })
    expect(rows(adapter.received())).toEqual([])
    await send(server, { path: path(1), body: FIRST })
    expect(rows(adapter.received())).toHaveLength(2)
    const set = { table: 'user', count: 2, maxBytes: 64 * 1024 }
    expect(findPackets.mock.calls).toEqual([
      [SN, '7', set],
      [SN, '7', set],
    ])
  })

  it('The result is refused if a packet has more lines than maxRecords', async () => {
    const adapter = memoryAdapter()
    const answer = await send(uploadHandler({ adapter, maxRecords: 1 }), {
      path: path(1),
      body: 'user pin=1\nuser pin=2\n',
    })
    expect([answer.status, adapter.received()]).toEqual([413, []])
  })

  it.each([
    [20, 20],
    [21, 0],
  ])('The result may have twenty times as many lines: of %d it reads %d', async (count, read) => {
    const adapter = memoryAdapter()
    const server = await serve(uploadHandler({ adapter, maxRecords: 1 }))
    for (let index = 1; index <= count; index++) {
      const query = `type=tabledata&cmdid=7&tablename=user&packcnt=${count}&packidx=${index}`
      const sent = { path: `/iclock/querydata?SN=${SN}&${query}`, body: `user pin=${index}\n` }
      expect((await send(server, sent)).status).toBe(200)
    }
    expect(rows(adapter.received())).toHaveLength(read)
  })

  it('The result stays in its packets while one is missing, or if storage cannot find them', async () => {
    const adapter = memoryAdapter()
    await send(uploadHandler({ adapter }), { path: path(2), body: SECOND })
    const { onUpload, received } = memoryAdapter()
    const server = await serve(uploadHandler({ adapter: { onUpload } }))
    await send(server, { path: path(1), body: FIRST })
    await send(server, { path: path(2), body: SECOND })
    expect(rows([...adapter.received(), ...received()])).toEqual([])
    expect(kept(received())).toEqual([FIRST, SECOND])
  })

  it('Without a command id to join them by, each packet is read by itself', async () => {
    const { uploads } = await post('table=ATTLOG&PackCnt=2&PackIdx=1', `${LINE}\n`)
    expect(kept(uploads)).toEqual([LINE])
  })
})

it('The channel publishes what came, and none of its contents', async () => {
  const told: unknown[] = []
  const listener = (message: unknown) => void told.push(message)
  subscribe('express-iclock:upload', listener)
  onTestFinished(() => void unsubscribe('express-iclock:upload', listener))
  await post('table=OPERLOG', 'USER PIN=1\tPasswd=secret\nwhat\n')
  expect(told).toEqual([
    {
      serialNumber: SN,
      table: 'OPERLOG',
      tableName: undefined,
      commandId: undefined,
      records: 1,
      newRecords: 1,
      unparsed: 1,
      bytes: 30,
    },
  ])
})

describe('uploadHandler', () => {
  const adapter = memoryAdapter()

  it.each([
    ['no adapter', {}, 'adapter'],
    ['an adapter without onUpload', { adapter: {} }, 'adapter.onUpload'],
    [
      'findPackets that is not a function',
      { adapter: { onUpload() {}, findPackets: 1 } },
      'adapter.findPackets',
    ],
    ['maxRecords', { adapter, maxRecords: 0 }, 'maxRecords'],
    ['afterUpload', { adapter, afterUpload: 'mail' }, 'afterUpload'],
    ['afterReply', { adapter, afterReply: 'mail' }, 'afterReply'],
    ['onError', { adapter, onError: 'mail' }, 'onError'],
    ['timeZone', { adapter, timeZone: 'Asia/Atlantis' }, 'timeZone'],
    ['limit', { adapter, limit: 'much' }, 'limit'],
    ['an option that there is not', { adapter, zone: 'UTC' }, 'zone'],
  ])('uploadHandler refuses %s', (_, options, named) => {
    expect(() => uploadHandler(options as never)).toThrow(TypeError)
    expect(() => uploadHandler(options as never)).toThrow(named)
  })
})

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import express from 'express'
import fc from 'fast-check'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import {
  type KeptUpload,
  type MemoryAdapter,
  memoryAdapter,
  type TerminalRouterOptions,
  terminalRouter,
  type UploadStorage,
  type VerificationDecision,
  type VerificationOptions,
  type VerificationRequest,
} from '../../src/index.js'

const LINE = 'time=2026-03-01 08:15:00\tpin=7\tcardno=0\taddrtype=2\teventaddr=3\tevent=0'
const OPEN = `AUTH=SUCCESS\r\n${LINE}\r\nCONTROL DEVICE 01030105`
const CLOSED = `AUTH=FAILED\r\n${LINE}`
const LATE = `AUTH=TIMEOUT\r\n${LINE}`
const never = new Promise<never>(() => {})

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

type AwaitableAdapter = Omit<MemoryAdapter, 'onUpload' | 'listUploads'> &
  Required<Pick<UploadStorage, 'onUpload' | 'listUploads'>>

function doorWith(
  verification: VerificationOptions | undefined,
  options: Partial<TerminalRouterOptions> = {},
) {
  const adapter: AwaitableAdapter = memoryAdapter()
  const errors: unknown[] = []
  const app = express()
  app.use(
    terminalRouter({
      ...{ adapter, onError: (error) => errors.push(error), ...options },
      ...(verification && { verification }),
    }),
  )
  app.use(((error, _req, res, _next) => {
    res.status(error.status ?? 500).send(String(error.code))
  }) satisfies express.ErrorRequestHandler)
  const ask = (line: string | Buffer = LINE, query = 'SN=A&AuthType=device') => {
    return request(app).post(`/iclock/cdata?${query}`).type('text/plain').send(line)
  }
  const kept = async (): Promise<string[]> => {
    const { rows } = await adapter.listUploads({})
    return rows.map((row: KeptUpload) => `${row.type} ${row.raw}`)
  }
  return { adapter, app, ask, errors, kept }
}

describe('A question', () => {
  it('The door opens after an allow, which storage has by then', async () => {
    const { ask, kept } = doorWith({ decide: () => ({ allow: true }) })
    const { headers } = await ask().expect(200, OPEN)
    expect(headers['content-type']).toBe('text/plain')
    expect(headers.date).toMatch(/GMT$/)
    expect(await kept()).toEqual([`door decision verdict=allowed\topens=3\tseconds=5\t${LINE}`])
  })

  it('The door stays closed after a denial', async () => {
    const { ask, kept } = doorWith({ decide: async () => ({ allow: false, tip: 'Not today' }) })
    await ask(`${LINE}\r\n`).expect(200, `${CLOSED}\r\nTIPS=Not today`)
    expect(await kept()).toEqual([`door decision verdict=denied\topens=\ttip=Not today\t${LINE}`])
  })

  it('The app gets the person, the place and the time', async () => {
    const asked: VerificationRequest[] = []
    const { ask } = doorWith(
      {
        decide(question) {
          asked.push(question)
          return { allow: false }
        },
      },
      { timeZone: '+08:00' },
    )
    await ask().expect(200)
    expect(asked).toMatchObject([
      {
        ...{ serialNumber: 'A', pin: '7', door: 3, event: '0', time: '2026-03-01 08:15:00' },
        ...{ instant: new Date('2026-03-01T00:15:00Z'), signal: { aborted: false } },
      },
    ])
    expect(asked[0]).not.toHaveProperty('repeated')
  })

  it('The same line within a minute has its first decision', async () => {
    const repeated: unknown[] = []
    let times = 0
    const { ask } = doorWith({
      decide(question) {
        repeated.push(question.repeated?.verdict)
        return times++ === 0 ? { allow: true } : { allow: false }
      },
    })
    await ask().expect(OPEN)
    await ask().expect(CLOSED)
    await ask().expect(CLOSED)
    await ask(`${LINE}0`).expect(200)
    await ask(LINE, 'SN=B&AuthType=device').expect(CLOSED)
    expect(repeated).toEqual([undefined, 'allowed', 'allowed', undefined, undefined])
  })

  it('A terminal may spell it its own way', async () => {
    const word = (serialNumber: string) => (serialNumber === 'B' ? 'SUCCEED' : undefined)
    const { ask } = doorWith({ decide: () => ({ allow: true }), word })
    await ask().expect(OPEN)
    await ask(LINE, 'SN=B&AuthType=device').expect(OPEN.replace('SUCCESS', 'SUCCEED'))
  })

  it('afterDecision and the channel have the decision', async () => {
    const after: VerificationDecision[] = []
    const published: unknown[] = []
    const note = (message: unknown) => published.push(message)
    subscribe('express-iclock:decision', note)
    const decided = deferred<void>()
    const { ask } = doorWith({
      decide: () => ({ allow: true }),
      afterDecision(decision) {
        after.push(decision)
        decided.resolve()
      },
    })
    await ask().expect(OPEN)
    await decided.promise
    unsubscribe('express-iclock:decision', note)
    expect(after).toMatchObject([{ verdict: 'allowed', door: 3, question: { pin: '7' } }])
    expect(published).toEqual([
      { serialNumber: 'A', verdict: 'allowed', duration: expect.any(Number) },
    ])
  })

  it('A terminal that asks is known', async () => {
    const { ask, adapter } = doorWith({ decide: () => ({ allow: false }) })
    await ask().expect(200)
    await expect.poll(() => adapter.findTerminal('A')).toMatchObject({ serialNumber: 'A' })
  })
})

describe('What is no question', () => {
  it.each([
    ['several lines', `${LINE}\n${LINE}`, 'SN=A&AuthType=device', 'AUTH=FAILED'],
    ['another type', LINE, 'SN=A&AuthType=cloud', CLOSED],
    ['no event', 'pin=7', 'SN=A&AuthType=device', 'AUTH=FAILED\r\npin=7'],
  ])('%s is stored and denied', async (_, body, query, answer) => {
    const { ask, kept } = doorWith({ decide: () => ({ allow: true }) })
    await ask(body, query).expect(200, answer)
    const lines = await kept()
    expect(lines.join('\n')).toContain(body.split('\n')[0])
    expect(lines.join()).not.toContain('decision')
  })

  it('Nothing is denied', async () => {
    const { ask, kept } = doorWith({ decide: () => ({ allow: true }) })
    await ask('').expect(200, 'AUTH=FAILED')
    expect(await kept()).toEqual([])
  })

  it('Without the option it is stored and denied, and the channel says so', async () => {
    const codes: unknown[] = []
    const note = (message: unknown) => codes.push((message as { code: string }).code)
    subscribe('express-iclock:refusal', note)
    const { ask, kept } = doorWith(undefined)
    await ask().expect(200, CLOSED)
    unsubscribe('express-iclock:refusal', note)
    expect(codes).toEqual(['VERIFICATION_OFF'])
    expect((await kept()).join()).toContain(LINE)
  })

  it('A terminal that may not report reads 403, and one without a serial number 400', async () => {
    const { ask } = doorWith({ decide: () => ({ allow: true }) }, { authorize: () => false })
    await ask().expect(403, 'TERMINAL_NOT_AUTHORIZED')
    await ask(LINE, 'AuthType=device').expect(400, 'SERIAL_NUMBER_MISSING')
  })
})

describe('A failure', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no disk')
      },
      /no disk/,
    ],
    ['rejects', () => Promise.reject(new Error('no disk')), /no disk/],
    ['answers nothing', () => undefined, /returned undefined/],
    ['answers true', () => true, /returned true/],
    ['answers a door that is none', () => ({ allow: true, door: 99 }), /door 99/],
  ])('A decide that %s leaves the door closed', async (_, decide, told) => {
    const { ask, errors, kept } = doorWith({ decide: decide as never })
    await ask().expect(200, CLOSED)
    expect(await kept()).toEqual([`door decision verdict=denied\topens=\t${LINE}`])
    await expect.poll(() => errors.map(String)).toEqual([expect.stringMatching(told)])
  })

  it.each([
    ['authorize', { authorize: () => never }],
    ['the encoding', { encoding: () => never }],
    ['the time zone', { timeZone: () => never }],
  ])('The deadline covers %s', async (_, options) => {
    const { ask, kept } = doorWith({ decide: () => ({ allow: true }), deadline: 100 }, options)
    const { text } = await ask().expect(200)
    expect(text).toMatch(/^AUTH=TIMEOUT/)
    // Without authorization, the body is not read.
    const stored = 'authorize' in options ? [] : [`door decision verdict=timeout\topens=\t${LINE}`]
    await expect.poll(kept).toEqual(stored)
  })

  it('A decide that hangs is aborted at the deadline', async () => {
    let signal: AbortSignal | undefined
    const { ask, kept, errors } = doorWith({
      deadline: 100,
      decide(question) {
        signal = question.signal
        return never
      },
    })
    await ask().expect(200, LATE)
    expect(signal?.aborted).toBe(true)
    expect(await kept()).toEqual([`door decision verdict=timeout\topens=\t${LINE}`])
    expect(errors).toEqual([])
  })

  it('An allow that comes late is not stored', async () => {
    const late = deferred<{ allow: true }>()
    const { ask, kept } = doorWith({ deadline: 100, decide: () => late.promise })
    await ask().expect(200, LATE)
    late.resolve({ allow: true })
    await new Promise(setImmediate)
    expect(await kept()).toEqual([`door decision verdict=timeout\topens=\t${LINE}`])
  })

  it('An allow that storage has late is marked as not answered', async () => {
    const slow = deferred<void>()
    const { ask, kept, adapter } = doorWith({ deadline: 100, decide: () => ({ allow: true }) })
    const { onUpload } = adapter
    let isDown = true
    adapter.onUpload = async (upload) => {
      if (String(upload.body).includes('allowed')) await slow.promise
      else if (isDown) throw new Error('no disk')
      return onUpload(upload)
    }
    await ask().expect(200, LATE)
    isDown = false
    slow.resolve()
    await expect.poll(kept).toHaveLength(2)
    expect((await kept()).toSorted()).toEqual([
      `door decision verdict=allowed\topens=3\tseconds=5\t${LINE}`,
      `door decision verdict=timeout\topens=\t${LINE}`,
    ])
  })

  it.each(['onUpload', 'listUploads'] as const)('A failing %s denies', async (call) => {
    const { ask, adapter, errors } = doorWith({ decide: () => ({ allow: true }) })
    adapter[call] = () => {
      throw new Error('no disk')
    }
    await ask().expect(200, CLOSED)
    await expect.poll(() => errors.map(String)).toContain('Error: no disk')
  })

  it('A denial is stored where the list of decisions fails', async () => {
    const { ask, adapter, kept } = doorWith({ decide: () => ({ allow: true }) })
    const { listUploads } = adapter
    adapter.listUploads = () => Promise.reject(new Error('no disk'))
    await ask().expect(200, CLOSED)
    adapter.listUploads = listUploads
    await expect.poll(kept).toEqual([`door decision verdict=denied\topens=\t${LINE}`])
  })

  it.each([
    ['throws', () => Promise.reject(new Error('no disk')), 500],
    ['hangs', () => never, 503],
  ])('What is no question is refused while storage %s', async (_, onUpload, status) => {
    const { ask, adapter } = doorWith({ decide: () => ({ allow: true }), deadline: 100 })
    adapter.onUpload = onUpload
    await ask(`${LINE}\n${LINE}`).expect(status)
  })

  it('A question that was not answered in time is asked anew', async () => {
    const hanging = doorWith({ deadline: 100, decide: () => never })
    await hanging.ask().expect(200, LATE)
    await expect.poll(hanging.kept).toHaveLength(1)
    const repeated: unknown[] = []
    const { adapter } = hanging
    const again = doorWith(
      {
        decide(question) {
          repeated.push(question.repeated)
          return { allow: false }
        },
      },
      { adapter: adapter as MemoryAdapter },
    )
    await again.ask().expect(200, CLOSED)
    expect(repeated).toEqual([undefined])
  })

  it('At the deadline a door opens only if the option says so', async () => {
    const { ask } = doorWith({ deadline: 100, onTimeout: 'allow', decide: () => never })
    await ask().expect(200, OPEN)
    await ask(LINE.replace('addrtype=2', 'addrtype=3')).expect(/^AUTH=TIMEOUT/)
  })

  it('A thousand terminals that ask at once are answered while storage hangs', async () => {
    const { app, adapter } = doorWith({ deadline: 200, decide: () => ({ allow: true }) })
    adapter.onUpload = () => never
    const server = app.listen(0)
    const texts = await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const path = `/iclock/cdata?SN=A${index}&AuthType=device`
        const { text } = await request(server).post(path).type('text/plain').send(LINE)
        return text
      }),
    )
    await new Promise((done) => server.close(done))
    // Of a body that a busy process has not read yet, the line can't come back.
    expect(new Set(texts.map((text) => text.split('\r\n')[0]))).toEqual(new Set(['AUTH=TIMEOUT']))
  })
})

it('No outcome, fault or timing opens a door without an allow that is stored', async () => {
  const deadline = 15
  // Before the deadline, at it, and after it.
  const delay = fc.constantFrom(0, 0, 5, deadline, 2 * deadline)
  const outcome = fc.oneof(
    { arbitrary: fc.constantFrom<unknown>({ allow: true }, { allow: true, tip: 'Hi' }), weight: 4 },
    fc.constant<unknown>({ allow: false }),
    fc.constantFrom<unknown>({ allow: 1 }, { allow: 'true' }, [{ allow: true }], OPEN),
    fc.anything(),
  )
  const fault = fc.record({ fault: fc.constantFrom('none', 'throw', 'hang'), delay })
  // Most of them go well, so that the others count.
  const step = fc.oneof({ arbitrary: fc.constant({ fault: 'none', delay: 0 }), weight: 5 }, fault)
  const run = async ({ fault: failed, delay: ms }: { fault: string; delay: number }) => {
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
    if (failed === 'throw') throw new Error('no disk')
    if (failed === 'hang') await never
  }
  const steps = fc.record({ authorize: step, zone: step, list: step, decide: step, store: fault })
  await fc.assert(
    fc.asyncProperty(outcome, steps, async (answer, { authorize, zone, list, decide, store }) => {
      const decided = async () => {
        await run(decide)
        return answer as { allow: true }
      }
      const isLet = async () => {
        await run(authorize)
        return true
      }
      const timeZone = async () => {
        await run(zone)
        return undefined
      }
      const { ask, adapter, kept } = doorWith(
        { deadline, decide: decided },
        { authorize: isLet, timeZone },
      )
      const { listUploads, onUpload } = adapter
      adapter.listUploads = async (filter) => {
        await run(list)
        return listUploads(filter)
      }
      adapter.onUpload = async (upload) => {
        await run(store)
        return onUpload(upload)
      }
      const { text, status } = await ask()
      expect(status).toBe(200)
      if (!/SUCC|CONTROL/.test(text)) return
      adapter.listUploads = listUploads
      expect((await kept()).join()).toContain('verdict=allowed')
      expect(answer).toMatchObject({ allow: true })
      // A machine that is busy may deny what was allowed, and never the other way around.
      for (const { fault: failed, delay: ms } of [authorize, zone, list, decide, store]) {
        expect([failed, ms < deadline]).toEqual(['none', true])
      }
    }),
    { numRuns: 40 },
  )
})

it.each<[object, string]>([
  [{}, 'option "verification.decide"'],
  [{ decide: true }, 'option "verification.decide"'],
  [{ decide() {}, deadline: 0 }, 'option "verification.deadline"'],
  [{ decide() {}, deadline: 60_001 }, 'option "verification.deadline"'],
  [{ decide() {}, onTimeout: 'open' }, 'option "verification.onTimeout"'],
  [{ decide() {}, word: 'OK' }, 'option "verification.word"'],
  [{ decide() {}, afterDecision: 1 }, 'option "verification.afterDecision"'],
  [{ decide() {}, dedline: 5 }, 'there is no option "verification.dedline"'],
])('A wrong option is a TypeError: %j', (verification, told) => {
  expect(() => doorWith(verification as never)).toThrow(told)
})

it('Storage without lists is a TypeError', () => {
  const adapter = { ...memoryAdapter(), listUploads: undefined }
  const make = () => doorWith({ decide: () => ({ allow: false }) }, { adapter } as never)
  expect(make).toThrow(/adapter.listUploads/)
})

describe('A person whom the terminal does not know', () => {
  const putUser = { text: 'DATA UPDATE USERINFO PIN=7\tName=Ada' }
  const ask = (app: express.Express, pin = '7') => {
    return request(app).get(`/iclock/cdata?SN=A&table=RemoteAtt&PIN=${pin}`)
  }

  it('The commands of the app come bare, a line each', async () => {
    const finger = { text: 'DATA UPDATE FINGERTMP PIN=7\tFID=1' }
    const { app } = doorWith(undefined, {
      remoteAttendance: ({ serialNumber, pin }) => {
        return pin === '7' && serialNumber === 'A' ? [putUser, finger] : undefined
      },
      onQuestion: () => 'of the other option',
    })
    await ask(app).expect(200, `${putUser.text}\n${finger.text}\n`)
    await ask(app, '8').expect(200, 'NONE')
    await request(app).get('/iclock/cdata?SN=A&type=LastPunch&PIN=7').expect('of the other option')
  })

  it('The commands are in the encoding of the terminal', async () => {
    const { app } = doorWith(undefined, {
      encoding: 'gb18030',
      remoteAttendance: async () => ({ text: 'DATA UPDATE USERINFO Name=张' }),
    })
    const { body } = await ask(app)
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = []
        res.on('data', (part) => parts.push(Buffer.from(part, 'latin1')))
        res.setEncoding('latin1')
        res.on('end', () => done(null, Buffer.concat(parts)))
      })
    expect(body).toEqual(Buffer.from('DATA UPDATE USERINFO Name=\xd5\xc5\n', 'latin1'))
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no disk')
      },
    ],
    ['answers a number', () => 7],
    ['answers two lines', () => ({ text: 'CHECK\nREBOOT' })],
    ['answers what the encoding lacks', () => ({ text: 'Name=\ud800' })],
  ])('NONE is the answer if the app %s', async (_, remoteAttendance) => {
    const { app, errors } = doorWith(undefined, { remoteAttendance: remoteAttendance as never })
    await ask(app).expect(200, 'NONE')
    await expect.poll(() => errors).toHaveLength(1)
  })

  it('A PIN of more than 64 characters is asked of nobody', async () => {
    const { app } = doorWith(undefined, { remoteAttendance: () => putUser })
    await ask(app, '7'.repeat(64)).expect(`${putUser.text}\n`)
    await ask(app, '7'.repeat(65)).expect('NONE')
    await ask(app, '').expect('NONE')
  })
})

import { channel } from 'node:diagnostics_channel'
import type { RequestListener } from 'node:http'
import express from 'express'
import iconv from 'iconv-lite'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type CommandStorage,
  commandQueue,
  type DeliveryHandlerOptions,
  deliveryHandler,
  memoryAdapter,
  type NewCommand,
  terminalRouter,
} from '../../src/index.js'
import { virtualTerminal } from '../../src/simulator.js'
import { poll } from '../support/poll.js'
import { SN, serve } from '../support/terminal.js'

type Options = Omit<DeliveryHandlerOptions, 'adapter'>

const TERMS = { attempts: 5, replyWithin: 60_000 }

/** Every way to serve polls; each project of the tests has its own Express. */
const ways: Record<string, (options: DeliveryHandlerOptions) => RequestListener> = {
  'node:http': (options) => deliveryHandler(options),
  Express: (options) => {
    // In test mode Express does not write errors to the console.
    const app = express().disable('x-powered-by').set('env', 'test')
    return app.use(
      terminalRouter({ ...options, adapter: { ...memoryAdapter(), ...options.adapter } }),
    )
  },
}

describe.each(Object.entries(ways))('Over %s, the answer to a poll', (_way, listenerOf) => {
  /** Storage with these commands, served. */
  async function serving(commands: (NewCommand | string)[], options: Options = {}) {
    const adapter = memoryAdapter()
    const queue = commandQueue(adapter)
    const issued = await queue.issueAll(
      commands.map((command) => ({
        serialNumber: SN,
        command: typeof command === 'string' ? { text: command } : command,
      })),
    )
    const server = await serve(listenerOf({ adapter, ...options }))
    return { adapter, queue, ids: issued.map(({ commandId }) => commandId), server }
  }

  it('An idle poll gets OK without a line end, header by header', async () => {
    const { server } = await serving([])
    const { status, headers, received } = await poll(server)
    const { date, ...others } = headers
    expect(others).toEqual({
      'content-type': 'text/plain',
      'content-length': '2',
      pragma: 'no-cache',
      'cache-control': 'no-store',
      connection: 'close',
    })
    expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
    expect({ status, end: received.toString().split('\r\n\r\n')[1] }).toEqual({
      status: 200,
      end: 'OK',
    })
  })

  it('A poll gets the first command, its line ended by LF, to the octet', async () => {
    const { server, ids } = await serving(['DATA UPDATE USERINFO PIN=1\tName=Ada', 'CHECK'])
    const { status, headers, body } = await poll(server)
    const line = `C:${ids[0]}:DATA UPDATE USERINFO PIN=1\tName=Ada\n`
    expect({ status, body }).toEqual({ status: 200, body: line })
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': String(line.length),
      date: expect.stringMatching(/GMT$/),
    })
  })

  it('A poll gets OK while a command waits for its reply', async () => {
    const { server } = await serving(['CHECK', 'INFO'])
    expect((await poll(server)).body).toMatch(/:CHECK\n$/)
    expect((await poll(server)).body).toBe('OK')
  })

  it('A poll gets as many commands as maxCommands allows, in order, each line ended by LF', async () => {
    const { server, ids } = await serving(['CHECK', 'INFO', 'LOG'], {
      delivery: { maxCommands: 2 },
    })
    expect((await poll(server)).body).toBe(`C:${ids[0]}:CHECK\nC:${ids[1]}:INFO\n`)
    expect((await poll(server)).body).toBe('OK')
  })

  it('The answer ends with a command that must end it', async () => {
    const { server } = await serving(['CHECK', 'REBOOT', 'INFO'], { delivery: { maxCommands: 9 } })
    expect((await poll(server)).body).toMatch(/^C:\w+:CHECK\nC:\w+:REBOOT\n$/)
    expect((await poll(server)).body).toBe('OK')
  })

  it('The answer has at most 40 kB', async () => {
    const text = `DATA UPDATE USERPIC PIN=1\tContent=${'A'.repeat(15_000)}`
    const { server } = await serving([text, text, text], { delivery: { maxCommands: 200 } })
    const { body, headers } = await poll(server)
    expect(body.match(/^C:/gm)).toHaveLength(2)
    expect(headers['content-length']).toBe(String(body.length))
  })

  it('The answer is one command even if that is larger than 40 kB', async () => {
    const { server } = await serving([`PutFile ${'A'.repeat(50_000)}`])
    expect((await poll(server)).body).toHaveLength(50_000 + 'C:0123456789abcdef:PutFile \n'.length)
  })

  it('The answer is in UTF-8, with its length in octets', async () => {
    const { server } = await serving(['DATA UPDATE USERINFO PIN=1\tName=Zoë 李'])
    const { body, headers } = await poll(server)
    expect(body).toMatch(/Name=Zoë 李\n$/)
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
  })

  it('The answer is in the encoding option', async () => {
    const { server } = await serving(['DATA UPDATE USERINFO PIN=1\tName=李'], {
      encoding: 'gb18030',
    })
    const { received } = await poll(server)
    expect(received.subarray(-8).toString('latin1')).toBe('Name=\xc0\xee\n')
    expect(iconv.decode(received, 'gb18030')).toMatch(/Name=李\n$/)
  })

  it("The encoding that the queue named is the command's, whatever the endpoint has", async () => {
    const { adapter, server } = await serving([], { encoding: 'windows-1252' })
    const queue = commandQueue(adapter, { encoding: async () => 'gb18030' })
    await queue.issue(SN, { text: 'DATA UPDATE USERINFO PIN=1\tName=李' })
    const { received } = await poll(server)
    expect(received.subarray(-8).toString('latin1')).toBe('Name=\xc0\xee\n')
  })

  it('A character that the encoding lacks is never sent as another', async () => {
    const { adapter, server, ids } = await serving(['Name=Łukasz'], { encoding: 'windows-1252' })
    expect(await poll(server)).toMatchObject({ status: 500 })
    expect(adapter.findRecord(SN, ids[0] ?? '')?.attemptsMade).toBe(0)
  })

  it.each([
    ['without INFO', ''],
    ['with INFO', '&INFO=Ver%202.0.12-20150625,0,0,0,192.0.2.27,10,7,15,0,111'],
    ['with an INFO that begins with a blank', '&INFO=%20,1,2,3'],
  ])('A poll %s gets the command', async (_title, info) => {
    const { server } = await serving(['CHECK'])
    expect((await poll(server, { query: `SN=${SN}${info}` })).body).toMatch(/:CHECK\n$/)
  })

  it.each([
    ['a small sn', { query: `sn=${SN}` }],
    ['HTTP/1.0', { httpVersion: '1.0' }],
    ['POST', { method: 'POST', headers: { 'Content-Length': '0' } }],
    [
      'the headers of an access terminal',
      {
        headers: {
          Connection: 'starting',
          Accept: 'application/push',
          'Content-Type': 'application/push;charset=UTF-8',
          Cookie: 'token=cb386eb5f8219329db63356fb262ddff',
        },
      },
    ],
  ])('A poll with %s gets the command', async (_with, how) => {
    const { server } = await serving(['CHECK'])
    expect(await poll(server, how)).toMatchObject({
      status: 200,
      body: expect.stringMatching(/:CHECK\n$/),
    })
  })

  it("A poll never gets another terminal's commands", async () => {
    const { server } = await serving(['CHECK'])
    expect((await poll(server, { query: 'SN=B' })).body).toBe('OK')
  })

  it('A HEAD request gets 404 and claims nothing', async () => {
    const { server } = await serving(['CHECK'])
    expect(await poll(server, { method: 'HEAD' })).toMatchObject({ status: 404 })
    expect((await poll(server)).body).toMatch(/:CHECK\n$/)
  })

  it.each([
    ['SN is missing', '', 400],
    ['SN comes twice', 'SN=A&SN=B', 400],
    ['authorize refuses the terminal', 'SN=B', 403],
  ])('A poll fails before storage is called if %s', async (_if, query, status) => {
    const { adapter } = await serving([])
    let asked = 0
    const openCommands = () => {
      asked++
      return { records: [], more: false }
    }
    const authorize = (serialNumber: string) => serialNumber === SN
    const server = await serve(listenerOf({ adapter: { ...adapter, openCommands }, authorize }))
    expect(await poll(server, { query })).toMatchObject({ status })
    expect(asked).toBe(0)
  })

  it('A lost answer counts as an attempt, and its command waits for its reply', async () => {
    const { adapter, server, ids } = await serving(['CHECK'])
    await poll(server, { cutAfter: Number.POSITIVE_INFINITY })
    await expect
      .poll(() => adapter.findRecord(SN, ids[0] ?? ''), { timeout: 10_000 })
      .toMatchObject({ attemptsMade: 1 })
    expect((await poll(server)).body).toBe('OK')
    adapter.release(SN, new Date())
    expect((await poll(server)).body).toMatch(/:CHECK\n$/)
  })

  it('A poll gets 503 if storage never answers, 500 if it fails', async () => {
    const { adapter } = await serving(['CHECK'])
    const silent = { ...adapter, claim: () => new Promise<string[]>(() => {}) }
    expect(await poll(listenerOf({ adapter: silent, timeout: 100 }))).toMatchObject({ status: 503 })
    const failing = { ...adapter, openCommands: () => Promise.reject(new Error('no disk')) }
    expect(await poll(listenerOf({ adapter: failing }))).toMatchObject({ status: 500 })
  })

  it('A command that another poll claimed first is left out, and so is what comes after it', async () => {
    const { adapter, ids } = await serving(['CHECK', 'INFO', 'LOG'])
    const claim = () => [ids[0], ids[2]].map(String)
    const racing = { adapter: { ...adapter, claim }, delivery: { maxCommands: 3 } }
    expect((await poll(listenerOf(racing))).body).toBe(`C:${ids[0]}:CHECK\n`)
    const lost = { adapter: { ...adapter, claim: () => [] } }
    expect((await poll(listenerOf(lost))).body).toBe('OK')
  })

  it('A poll is planned by the time before storage is read, and claimed by the time after', async () => {
    const { adapter, queue } = await serving([])
    await queue.issue(SN, { text: 'AC_UNLOCK', attempts: 1, expiresAfter: 15_000 })
    await queue.issue(SN, { text: 'CHECK' })
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const openCommands: CommandStorage['openCommands'] = (...asked) => {
      const open = adapter.openCommands(...asked)
      vi.setSystemTime(Date.now() + 20_000)
      return open
    }
    const server = await serve(listenerOf({ adapter: { ...adapter, openCommands } }))
    // A faster poll may have got the first one in time: the second must not overtake it.
    expect((await poll(server)).body).toBe('OK')
    expect((await poll(server)).body).toMatch(/:CHECK\n$/)
  })

  it('A command that expired while storage claimed it is left out, and so is what comes after it', async () => {
    const { adapter, queue } = await serving(['INFO'])
    await queue.issue(SN, { text: 'AC_UNLOCK', attempts: 1, expiresAfter: 15_000 })
    await queue.issue(SN, { text: 'CHECK' })
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const claim: CommandStorage['claim'] = (...claims) => {
      vi.setSystemTime(Date.now() + 15_000)
      return adapter.claim(...claims)
    }
    const slow = { adapter: { ...adapter, claim }, delivery: { maxCommands: 3 } }
    expect((await poll(listenerOf(slow))).body).toMatch(/^C:\w+:INFO\n$/)
  })

  it.each([
    ['is of another terminal', { serialNumber: 'B' }],
    ['has a line end', { text: 'CHECK\nC:1:REBOOT' }],
    ['has an id that terminals cannot carry', { commandId: 'a:b' }],
  ])('A poll gets 500 if a command in storage %s, and nothing is claimed', async (_if, wrong) => {
    let claims = 0
    const command = { serialNumber: SN, commandId: '1', text: 'CHECK', ...wrong }
    const listener = listenerOf({
      adapter: {
        openCommands: () => ({
          records: [{ ...command, terms: TERMS, attemptsMade: 0 }],
          more: false,
        }),
        claim: () => {
          claims++
          return ['1']
        },
      },
    })
    expect(await poll(listener)).toMatchObject({ status: 500 })
    expect(claims).toBe(0)
  })

  it('A poll finds the due command after many that a clock far ahead gave up', async () => {
    const { adapter, queue } = await serving([])
    const ahead = Date.now() + 3600_000
    for (let count = 0; count < 300; count++) {
      const { commandId } = await queue.issue(SN, { text: 'ENROLL_FP PIN=1', attempts: 1 })
      const [sentAt, replyDueAt] = [new Date(ahead), new Date(ahead + 600_000)]
      adapter.claim(SN, [{ commandId, attempt: 1, sentAt, replyDueAt, openUntil: replyDueAt }])
    }
    await queue.issue(SN, { text: 'CHECK' })
    expect((await poll(listenerOf({ adapter }))).body).toMatch(/:CHECK\n$/)
  })

  it('A poll reads no more text than it returns, plus one command', async () => {
    const { adapter, queue } = await serving([])
    const photo = `DATA UPDATE BIOPHOTO PIN=7\tContent=${'A'.repeat(900_000)}`
    for (let count = 0; count < 10; count++) await queue.issue(SN, { text: photo })
    let read = 0
    const openCommands = (...asked: Parameters<typeof adapter.openCommands>) => {
      const open = adapter.openCommands(...asked)
      read += open.records.reduce((sum, { text = '' }) => sum + text.length, 0)
      return open
    }
    const options = { adapter: { ...adapter, openCommands }, delivery: { maxCommands: 200 } }
    const { body } = await poll(listenerOf(options))
    expect(body).toHaveLength(photo.length + 20)
    expect(read).toBe(photo.length)
  })

  it('An urgent command goes out beside whatever the terminal has, once', async () => {
    const { queue, server } = await serving(['REBOOT', 'CHECK'])
    expect((await poll(server)).body).toMatch(/:REBOOT\n$/)
    const door = { text: 'AC_UNLOCK', attempts: 1, expiresAfter: 15_000, urgent: true }
    for (const text of ['AC_UNLOCK', 'AC_ALARM']) await queue.issue(SN, { ...door, text })
    expect((await poll(server)).body).toMatch(/^C:\w+:AC_UNLOCK\n$/)
    expect((await poll(server)).body).toMatch(/^C:\w+:AC_ALARM\n$/)
    expect((await poll(server)).body).toBe('OK')
  })

  it('An urgent command that another poll claimed first holds nothing up', async () => {
    const { adapter, queue } = await serving(['CHECK'])
    const door = { text: 'AC_UNLOCK', attempts: 1, expiresAfter: 15_000, urgent: true }
    const { commandId } = await queue.issue(SN, door)
    const claim: CommandStorage['claim'] = (serialNumber, claims) => {
      return claims[0]?.commandId === commandId ? [] : adapter.claim(serialNumber, claims)
    }
    const racing = listenerOf({ adapter: { ...adapter, claim } })
    expect((await poll(racing)).body).toMatch(/^C:\w+:CHECK\n$/)
  })

  it.each<[string, unknown, string]>([
    ['a list', [], '{ records, more }: return { records, more: false }'],
    ['nothing', undefined, 'expected { records, more }'],
    ['plain commands', { records: [{ text: 'CHECK' }], more: false }, 'an object with text'],
    [
      'records of commands',
      { records: [{ command: {}, attemptsMade: 0 }], more: false },
      'text and ids are its own members',
    ],
    [
      'times as text',
      { records: [{ commandId: '1', attemptsMade: 1, sentAt: 'now' }], more: false },
      'whose sentAt is "now", not a Date',
    ],
    [
      'a command without its text',
      {
        records: [{ ...{ serialNumber: SN, commandId: '1', attemptsMade: 0 }, terms: TERMS }],
        more: false,
      },
      'no text of command "1"',
    ],
  ])('Storage that answers %s is told what was expected', async (_what, answer, message) => {
    const { adapter } = await serving([])
    const wrong = { ...adapter, openCommands: () => answer as never }
    const errors: Error[] = []
    const server = await serve((req, res) => {
      deliveryHandler({ adapter: wrong })(req, res, (error) => {
        errors.push(error as Error)
        res.statusCode = 500
        res.end()
      })
    })
    expect(await poll(server)).toMatchObject({ status: 500 })
    expect(errors).toMatchObject([
      { code: 'STORAGE_MISMATCH', message: expect.stringContaining(message) },
    ])
  })

  it('Storage that answers a claim with nothing is told what was expected', async () => {
    const { adapter } = await serving(['CHECK'])
    const wrong = { ...adapter, claim: () => undefined as never }
    expect(await poll(listenerOf({ adapter: wrong }))).toMatchObject({ status: 500 })
  })
})

it('A command is issued, sent, answered and awaited', async () => {
  const adapter = memoryAdapter<{
    serialNumber: string
    commandId: string
    text: string
    employee: number
  }>()
  const commands = commandQueue(adapter)
  const server = await serve(express().use(terminalRouter({ adapter })))
  const text = 'DATA UPDATE USERINFO PIN=7\tName=Ada'
  const result = commands.run(SN, { text }, { members: { employee: 7 } })
  await expect.poll(() => adapter.listCommands({}, new Date()).rows).toHaveLength(1)
  const [, id = ''] = (await poll(server)).body.split(':')
  await virtualTerminal({ server, serialNumber: SN }).reply(id, -1001)
  expect(await result).toMatchObject({
    state: 'failed',
    outcome: 'failed',
    meaning: 'capacity reached, or the photo was refused',
    reply: { returnCode: -1001 },
    command: { employee: 7, text },
  })
})

it('The channel publishes what each poll got, without its text', async () => {
  const seen: unknown[] = []
  const note = (message: unknown) => void seen.push(message)
  channel('express-iclock:poll').subscribe(note)
  onTestFinished(() => void channel('express-iclock:poll').unsubscribe(note))
  const adapter = memoryAdapter()
  const { commandId } = await commandQueue(adapter).issue(SN, { text: 'CHECK' })
  const server = await serve(deliveryHandler({ adapter }))
  await poll(server)
  await poll(server)
  expect(seen).toEqual([
    { serialNumber: SN, commandIds: [commandId] },
    { serialNumber: SN, commandIds: [] },
  ])
})

it('An adapter may be an instance of a class', async () => {
  const memory = memoryAdapter()
  class Adapter {
    #memory = memory
    issue(...args: Parameters<CommandStorage['issue']>) {
      return this.#memory.issue(...args)
    }
    openCommands(...args: Parameters<CommandStorage['openCommands']>) {
      return this.#memory.openCommands(...args)
    }
    claim(...args: Parameters<CommandStorage['claim']>) {
      return this.#memory.claim(...args)
    }
    cancel(...args: Parameters<CommandStorage['cancel']>) {
      return this.#memory.cancel(...args)
    }
    findRecord(...args: Parameters<CommandStorage['findRecord']>) {
      return this.#memory.findRecord(...args)
    }
    findSummaries(...args: Parameters<CommandStorage['findSummaries']>) {
      return this.#memory.findSummaries(...args)
    }
    nextNumbers(...args: Parameters<CommandStorage['nextNumbers']>) {
      return this.#memory.nextNumbers(...args)
    }
    listCommands(...args: Parameters<NonNullable<CommandStorage['listCommands']>>) {
      return this.#memory.listCommands(...args)
    }
  }
  const adapter = new Adapter()
  const commands = commandQueue(adapter)
  const issued = await commands.issue(SN, { text: 'CHECK', key: 'check' })
  expect((await poll(deliveryHandler({ adapter }))).body).toBe(`C:${issued.commandId}:CHECK\n`)
  const { commandId } = issued
  expect(await commands.list()).toMatchObject({ rows: [{ commandId, state: 'sent' }] })
  expect(await commands.cancel(issued)).toBe(true)
  expect(await commands.result(issued)).toMatchObject({ state: 'cancelled' })
})

describe('A wrong option', () => {
  const adapter = memoryAdapter()
  it.each<[string, object, string]>([
    ['has a wrong name', { adapter, maxCommands: 5 }, 'there is no option "maxCommands"'],
    [
      'is not a number',
      { adapter, delivery: { maxCommands: '5' } },
      'option "delivery.maxCommands" is "5"',
    ],
    ['is too large', { adapter, delivery: { maxCommands: 201 } }, 'a whole number from 1 to 200'],
    [
      'is misspelt',
      { adapter, delivery: { maxcommands: 1 } },
      'did you mean "delivery.maxCommands"?',
    ],
    ['cannot be written', { adapter, encoding: 'utf-16le' }, 'option "encoding" is "utf-16le"'],
    [
      'lacks a call',
      { adapter: { openCommands: () => [] } },
      'option "adapter.claim" is undefined',
    ],
  ])('An option that %s is refused with a TypeError', (_title, options, message) => {
    const make = () => deliveryHandler(options as DeliveryHandlerOptions)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})

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
      return []
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
    expect(await poll(listenerOf({ adapter: silent, timeout: 20 }))).toMatchObject({ status: 503 })
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
        openCommands: () => [{ command, attemptsMade: 0 }],
        claim: () => {
          claims++
          return ['1']
        },
      },
    })
    expect(await poll(listener)).toMatchObject({ status: 500 })
    expect(claims).toBe(0)
  })

  it('A poll finds the due command after many that have been given up', async () => {
    const { adapter, queue } = await serving([])
    for (let count = 0; count < 30; count++) {
      const { commandId } = await queue.issue(SN, { text: 'ENROLL_FP PIN=1', attempts: 1 })
      const sentAt = new Date()
      const replyDueAt = new Date(sentAt.getTime() + 600_000)
      adapter.claim(SN, [{ commandId, attempt: 1, sentAt, replyDueAt, openUntil: replyDueAt }])
      adapter.release(SN, sentAt)
    }
    await queue.issue(SN, { text: 'CHECK' })
    expect((await poll(listenerOf({ adapter }))).body).toMatch(/:CHECK\n$/)
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
  await expect.poll(() => adapter.openCommands(SN, new Date(), 1)).toHaveLength(1)
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
    commands(...args: Parameters<NonNullable<CommandStorage['commands']>>) {
      return this.#memory.commands(...args)
    }
  }
  const adapter = new Adapter()
  const commands = commandQueue(adapter)
  const issued = await commands.issue(SN, { text: 'CHECK', key: 'check' })
  expect((await poll(deliveryHandler({ adapter }))).body).toBe(`C:${issued.commandId}:CHECK\n`)
  expect(await commands.list()).toMatchObject([{ command: issued, state: 'sent' }])
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

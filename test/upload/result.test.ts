import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  type CommandReply,
  commandQueue,
  commandReplyHandler,
  deliveryHandler,
  memoryAdapter,
  uploadHandler,
} from '../../src/index.js'
import { send } from '../support/request.js'
import { serve } from '../support/terminal.js'

const SN = '0316144680030'
const QUERY = 'DATA QUERY tablename=user,fielddesc=*,filter=*'
const ROWS = 'user pin=1\tname=Ada\nuser pin=2\tname=Bob\n'

// A hook is called after the answer.
const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 })

/** A queue whose first command was sent. */
async function asked(text = QUERY, commandId = '7q') {
  const adapter = memoryAdapter()
  const seen: CommandReply[] = []
  const afterReply = (reply: CommandReply) => void seen.push(reply)
  const uploads = uploadHandler({ adapter, afterReply })
  const replies = commandReplyHandler({ adapter, afterReply })
  const polls = deliveryHandler({ adapter })
  const commands = commandQueue(adapter)
  const issued = await commands.issue(SN, { text }, { commandId })
  const server = await serve((req, res) => {
    const { url = '' } = req
    if (url.includes('getrequest')) polls(req, res)
    else if (url.includes('devicecmd')) replies(req, res)
    else uploads(req, res)
  })
  const poll = async () =>
    (await send(server, { method: 'GET', path: `/getrequest?SN=${SN}` })).body
  const result = async (body: string | Buffer, query = '', path = 'querydata') => {
    const members = `SN=${SN}&cmdid=${commandId}&${query}`
    return send(server, { path: `/iclock/${path}?${members}`, body })
  }
  const report = async (body: string) => send(server, { path: `/devicecmd?SN=${SN}`, body })
  await poll()
  const record = () => adapter.findRecord(SN, commandId)
  return { adapter, commands, issued, poll, result, report, record, seen, server }
}

const TABLE = 'type=tabledata&tablename=user&count=2&packcnt=1&packidx=1'
const part = (index: number, count = 2) => {
  return `type=tabledata&tablename=user&count=2&packcnt=${count}&packidx=${index}`
}

describe('A query that is answered by its rows alone', () => {
  it('The query has succeeded with as many rows, and the next command leaves', async () => {
    const { commands, issued, poll, result, record, seen } = await asked()
    await commands.issue(SN, { text: 'CHECK' }, { commandId: 'next' })
    expect(await poll()).toBe('OK')
    expect((await result(ROWS, TABLE)).body).toBe('user=2')
    expect(record()?.reply).toMatchObject({ rows: 2, returnCode: null, commandName: '' })
    expect(await commands.result(issued)).toMatchObject({
      state: 'succeeded',
      meaning: '2 records',
    })
    expect(await poll()).toBe('C:next:CHECK\n')
    await until(() => expect(seen).toMatchObject([{ commandId: '7q', rows: 2 }]))
  })

  it('Whoever waits for the result is told at once', async () => {
    const { commands, issued, result } = await asked()
    const waiting = commands.result(issued, { timeout: 20_000 })
    await result(ROWS, TABLE)
    expect(await waiting).toMatchObject({ state: 'succeeded' })
  })

  it('The query is open until all packets are there, in any order', async () => {
    const { result, record } = await asked()
    await result('me=Bob\n', part(3, 3))
    await result('user pin=1\tname=Ada\nu', part(1, 3))
    expect(record()?.reply).toBeUndefined()
    await result('ser pin=2\tna', part(2, 3))
    expect(record()?.reply).toMatchObject({ rows: 2 })
  })

  it.each([
    ['no rows at all', '', 'type=tabledata&tablename=user&count=0&packcnt=0&packidx=0', 0],
    ['a request without packets', ROWS, 'type=tabledata&tablename=user', 2],
    ['rows that nobody can read', 'what\n', TABLE, 1],
    ['the number of a count', 'user=3', 'type=count&tablename=user', 3],
    ['options', '~DeviceName=X,MAC=1,IP=2', 'type=options', 3],
  ])('The query is over with %s', async (_, body, query, rows) => {
    const { result, record } = await asked('DATA COUNT user')
    await result(body, query)
    expect(record()?.reply).toMatchObject({ rows })
  })

  it.each([
    ['a count that is no number', 'user=many', 'type=count'],
    ['two counts', 'user=3\tfp=4', 'type=count'],
    ['a packet of too many', ROWS, part(1, 2000)],
    ['a packet outside of its set', ROWS, part(3, 2)],
  ])('The query stays open with %s', async (_, body, query) => {
    const { result, record } = await asked('DATA COUNT user')
    await result(body, query)
    expect(record()?.reply).toBeUndefined()
  })

  it('Rows that come by themselves conclude nothing', async () => {
    const { result, record } = await asked()
    await result(ROWS, TABLE, 'cdata')
    expect(record()?.reply).toBeUndefined()
  })

  it('A result that is too large for one upload concludes its query, and stays in its packets', async () => {
    const adapter = memoryAdapter()
    adapter.recordSent({ serialNumber: SN, commandId: '7q', text: QUERY })
    const server = await serve(uploadHandler({ adapter, maxRecords: 1 }))
    for (let index = 1; index <= 21; index++) {
      const path = `/iclock/querydata?SN=${SN}&cmdid=7q&${part(index, 21)}`
      await send(server, { path, body: `user pin=${index}\n` })
    }
    expect(adapter.findRecord(SN, '7q')?.reply).toMatchObject({ rows: 21 })
    expect(adapter.received().every(({ records }) => records[0]?.kind === 'packet')).toBe(true)
  })
})

describe('A result beyond what packets may have together', () => {
  const BEYOND = 64 * 1024 * 1024 + 1
  const LINES = 300_000

  async function concluded(sum: number | null | undefined, table = 'user') {
    const adapter = memoryAdapter()
    adapter.recordSent({ serialNumber: SN, commandId: '7q', text: QUERY })
    const findPackets = () => BEYOND
    const storage = { ...adapter, findPackets, sumPackets: () => sum }
    const path = `/iclock/querydata?SN=${SN}&cmdid=7q&${part(2).replace('user', table)}`
    const { status } = await send(uploadHandler({ adapter: storage }), { path, body: ROWS })
    const { reply } = adapter.findRecord(SN, '7q') ?? {}
    return { status, rows: reply?.rows }
  }

  it.each([
    ['Its lines conclude the query', LINES, 'user', LINES],
    ['What is no text concludes nothing', undefined, 'user', undefined],
    ['A count concludes nothing', LINES, 'count', undefined],
    ['A packet that was deleted meanwhile leaves it open', null, 'user', undefined],
  ])('%s', async (_, sum, table, rows) => {
    expect(await concluded(sum, table)).toEqual({ status: 200, rows })
  })

  it('A sum that is none is an error of storage', async () => {
    expect(await concluded(-1)).toMatchObject({ status: 500 })
    expect(await concluded([] as never)).toMatchObject({ status: 500 })
  })

  it('Without a sum of its packets, the query is sent as often as it may be, and is unanswered then', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    // As storage answers above 64 MB, without 64 MB.
    const { sumPackets: _, ...memory } = memoryAdapter()
    const adapter = { ...memory, findPackets: () => BEYOND }
    const commands = commandQueue(adapter)
    const issued = await commands.issue(SN, { text: QUERY, replyWithin: 300_000 })
    await commands.issue(SN, { text: 'CHECK' }, { commandId: 'next' })
    const began = Date.now()
    const [uploads, polls] = [uploadHandler({ adapter }), deliveryHandler({ adapter })]
    const server = await serve((req, res) => {
      if (req.url?.includes('getrequest')) polls(req, res)
      else uploads(req, res)
    })
    const handedOut: string[] = []
    for (let minute = 0; !handedOut.includes('C:next:CHECK\n') && minute < 300; minute += 5) {
      vi.setSystemTime(began + minute * 60_000)
      const { body } = await send(server, { method: 'GET', path: `/getrequest?SN=${SN}` })
      if (body !== 'OK') handedOut.push(body)
      if (!body.includes('QUERY')) continue
      for (const index of [1, 2]) {
        const path = `/iclock/querydata?SN=${SN}&cmdid=${issued.commandId}&${part(index)}`
        expect((await send(server, { path, body: ROWS })).status).toBe(200)
      }
    }
    expect(handedOut).toHaveLength(6)
    expect(Date.now() - began).toBe(155 * 60_000)
    expect(await commands.state(issued)).toBe('unanswered')
    expect(adapter.received()).toHaveLength(2)
  })
})

describe('Rows and replies', () => {
  it('A reply that comes later counts, and rows that come again change nothing', async () => {
    const { result, report, record, seen } = await asked()
    await result(ROWS, TABLE)
    await report('ID=7q&Return=-1&CMD=DATA QUERY')
    expect(record()?.reply).toMatchObject({ returnCode: -1 })
    await result(ROWS, TABLE)
    expect(record()?.reply).toMatchObject({ returnCode: -1 })
    const told = () => seen.map(({ rows, returnCode }) => [rows, returnCode])
    await until(() =>
      expect(told()).toEqual([
        [2, null],
        [undefined, -1],
      ]),
    )
  })

  it('Rows never replace a final reply', async () => {
    const { result, report, record, seen } = await asked()
    await report('ID=7q&Return=5&CMD=DATA QUERY')
    await result(ROWS, TABLE)
    expect(record()?.reply).toMatchObject({ returnCode: 5 })
    await until(() => expect(seen).toHaveLength(1))
  })

  it('Rows replace a pending reply, and no pending reply replaces them', async () => {
    const { result, report, record } = await asked()
    await report('ID=7q&Return=-5000&CMD=DATA QUERY')
    await result(ROWS, TABLE)
    expect(record()?.reply).toMatchObject({ rows: 2 })
    await report('ID=7q&Return=-5000&CMD=DATA QUERY')
    expect(record()?.reply).toMatchObject({ rows: 2 })
  })

  it('The same rows again are told once', async () => {
    const { result, seen } = await asked()
    await result(ROWS, TABLE)
    await result(ROWS, TABLE)
    await until(() => expect(seen).toHaveLength(1))
  })
})

describe('What is no open query', () => {
  it('Rows settle no command that asks for none', async () => {
    const { result, record } = await asked('CONTROL DEVICE 01010105')
    await result(ROWS, TABLE)
    expect(record()?.reply).toBeUndefined()
  })

  it('Rows for a command that nobody issued are rows alone', async () => {
    const { adapter, server } = await asked()
    const path = `/iclock/querydata?SN=${SN}&cmdid=other&${TABLE}`
    await send(server, { path, body: ROWS })
    expect(adapter.findRecord(SN, 'other')).toBeUndefined()
    expect(adapter.received()).toHaveLength(1)
  })

  it('Rows settle no command of another terminal', async () => {
    const { record, server } = await asked()
    await send(server, { path: `/iclock/querydata?SN=B&cmdid=7q&${TABLE}`, body: ROWS })
    expect(record()?.reply).toBeUndefined()
  })

  it('Rows under a number settle no command that was never sent', async () => {
    const { commands, adapter, server } = await asked('CHECK', '1')
    await commands.issue(SN, { text: QUERY }, { commandId: '2' })
    await send(server, { path: `/iclock/querydata?SN=${SN}&cmdid=2&${TABLE}`, body: ROWS })
    expect(adapter.findRecord(SN, '2')?.reply).toBeUndefined()
  })

  it('Storage that keeps no replies gets the rows alone', async () => {
    const { onUpload, received } = memoryAdapter()
    const path = `/iclock/querydata?SN=${SN}&cmdid=7&${TABLE}`
    const { body } = await send(uploadHandler({ adapter: { onUpload } }), { path, body: ROWS })
    expect([body, received().length]).toEqual(['user=2', 1])
  })

  it('Storage that finds commands alone settles them too', async () => {
    const memory = memoryAdapter()
    memory.recordSent({ serialNumber: SN, commandId: '7q', text: QUERY })
    const { onUpload, onReply } = memory
    const findCommand = (serialNumber: string, commandId: string) => {
      return memory.findRecord(serialNumber, commandId)?.command
    }
    const handler = uploadHandler({ adapter: { onUpload, onReply, findCommand } })
    await send(handler, { path: `/iclock/querydata?SN=${SN}&cmdid=7q&${TABLE}`, body: ROWS })
    expect(memory.findRecord(SN, '7q')?.reply).toMatchObject({ rows: 2 })
  })
})

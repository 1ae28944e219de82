import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  commandQueue,
  type MemoryAdapter,
  memoryAdapter,
  parseUpload,
  type Upload,
} from '../../src/index.js'
import { activity } from '../../src/monitor/activity.js'
import type { MonitorOptions } from '../../src/monitor/option.js'
import { monitorSettings } from '../../src/monitor/settings.js'
import { queryOf, viewReader } from '../../src/monitor/view.js'
import { roster } from '../../src/roster.js'
import { SN, watched } from '../support/watched.js'

function uploadFrom(text: string, table = 'ATTLOG'): Upload {
  const body = Buffer.from(text)
  const about = { serialNumber: SN, table, query: {}, receivedAt: new Date(), body }
  return { ...about, ...parseUpload(body, { table }) }
}

/** Reads views of an adapter; `calls` are the calls of storage that the last one made. */
function reader(adapter: MemoryAdapter, options: Partial<MonitorOptions> = {}) {
  const calls: string[] = []
  const counted = new Proxy(adapter, {
    get(target, name: keyof MemoryAdapter) {
      const call = target[name] as unknown
      if (typeof call !== 'function') return call
      return (...args: unknown[]) => {
        calls.push(name)
        return call.apply(target, args)
      }
    },
  })
  const active = activity()
  active.close()
  const settings = monitorSettings({ adapter: counted, ...options })
  const load = viewReader(settings, active)
  // biome-ignore lint/suspicious/noExplicitAny: each view has its own shape
  const read = async (query: string): Promise<any> => {
    calls.length = 0
    const checked = queryOf(new URLSearchParams(query))
    return checked && load(checked)
  }
  return { read, calls }
}

async function all(read: (query: string) => Promise<{ list: Listed }>, query: string) {
  const pages: unknown[][] = []
  for (let after = ''; ; ) {
    const { list } = await read(`${query}&after=${after}`)
    pages.push(list.rows)
    expect(pages.length).toBeLessThan(20)
    expect(list.isLater).toBe(after !== '')
    if (list.next === undefined) return pages
    after = list.next
  }
}

interface Listed {
  rows: unknown[]
  next?: string
  isLater: boolean
  searched?: number
}

function fleet(count: number) {
  const adapter = memoryAdapter()
  for (let index = 0; index < count; index++) {
    const serialNumber = `T${String(index).padStart(5, '0')}`
    adapter.onContact({ serialNumber, at: new Date(), kind: 'poll', model: index % 2 ? 'A' : 'B' })
  }
  return adapter
}

describe('A view of a list', () => {
  it('A list of two kinds of rows has each row on one page, the newest first', async () => {
    const adapter = memoryAdapter()
    for (let index = 0; index < 70; index++) {
      adapter.onUnparsed([Buffer.from(`reply ${index}`)], SN)
      if (index % 3 === 0) adapter.onUpload(uploadFrom(`row ${index}`, 'OPERLOG'))
    }
    const pages = await all(reader(adapter).read, `view=terminal&tab=unparsed&sn=${SN}`)
    const rows = pages.flat() as { text: string; at: number }[]
    expect(pages.map((page) => page.length)).toEqual([50, 44])
    expect(new Set(rows.map(({ text }) => text)).size).toBe(94)
    const times = rows.map(({ at }) => at)
    expect(times).toEqual([...times].sort((one, other) => other - one))
  })

  it('A search reads 200 rows at most, and goes on where it stopped', async () => {
    const adapter = memoryAdapter()
    const commands = commandQueue(adapter)
    const issues = Array.from({ length: 1000 }, (_, index) => {
      return { serialNumber: SN, command: { text: `DATA QUERY USERINFO PIN=${index}` } }
    })
    await commands.issueAll(issues)
    const { read, calls } = reader(adapter)
    const { list } = await read('view=commands&q=PIN%3D12')
    expect(list).toMatchObject({ rows: [], searched: 200 })
    expect(calls.filter((call) => call === 'listCommands')).toHaveLength(2)
    const pages = await all(read, 'view=commands&q=PIN%3D12')
    expect(pages.map((page) => page.length)).toEqual([0, 0, 0, 0, 11])
    expect((await read('view=commands&person=12')).list.rows).toHaveLength(1)
  })

  it('Terminals are found by serial number, model and name, each once', async () => {
    const nameOf = (asked: readonly string[]) => asked.map((one) => `Gate ${Number(one.slice(1))}`)
    const { read } = reader(fleet(120), { nameOf })
    const found = async (q: string) => (await all(read, `view=terminals&q=${q}`)).flat().length
    expect(await found('gate 1')).toBe(31)
    expect(await found('t0000')).toBe(10)
    expect(await found('A')).toBe(120)
    expect(await found('nothing')).toBe(0)
    expect((await all(read, 'view=terminals')).map((page) => page.length)).toEqual([50, 50, 20])
  })

  it('Members that an adapter answers beside those of a terminal stay on the server', async () => {
    const adapter = fleet(1)
    const findTerminal = (serialNumber: string) => {
      const terminal = adapter.findTerminal(serialNumber)
      return terminal && { ...terminal, tenant: 'secret' }
    }
    const listTerminals = (filter: Parameters<typeof adapter.listTerminals>[0]) => {
      const { rows, ...page } = adapter.listTerminals(filter)
      return { ...page, rows: rows.map((row) => ({ ...row, tenant: 'secret' })) }
    }
    const { read } = reader({ ...adapter, findTerminal, listTerminals })
    for (const view of ['terminals', 'terminal&sn=T00000']) {
      const shown = JSON.stringify(await read(`view=${view}`))
      expect(shown).toContain('"model":"B"')
      expect(shown).not.toContain('secret')
    }
  })

  it('Each view asks storage a few times, however large the fleet is', async () => {
    const adapter = fleet(3000)
    const commands = commandQueue(adapter)
    for (let index = 0; index < 3; index++) {
      const issues = Array.from({ length: 1000 }, (_, one) => {
        return { serialNumber: `T${String(one).padStart(5, '0')}`, command: { text: 'CHECK' } }
      })
      await commands.issueAll(issues)
    }
    const people = roster({ adapter, desired: () => [] })
    const { read, calls } = reader(adapter, { commands, roster: people })
    for (const view of [
      'terminals',
      'send',
      'send&q=T00',
      'sending&id=none',
      'terminal&sn=T00001&tab=people',
      'commands',
      'work',
      'failures',
      'attendance',
      'terminal&sn=T00001',
    ]) {
      const size = Buffer.byteLength(JSON.stringify(await read(`view=${view}`)))
      expect({
        view,
        calls: calls.length <= (view === 'attendance' ? 5 : 4),
        size: size < 100_000,
      }).toMatchObject({
        view,
        calls: true,
        size: true,
      })
    }
    const { list, states } = await read('view=terminals')
    expect([list.rows.length, states.counts]).toEqual([50, { waiting: '1000+' }])
  })

  it('The largest rows that terminals can send fit into 100 kB', async () => {
    const app = await watched()
    const long = '\u20ac"'.repeat(400)
    for (let index = 0; index < 60; index++) {
      const upload = uploadFrom(`${index}\t2026-10-05 06:58:10\t${long}\t${long}\t${long}`)
      app.adapter.onUpload(upload)
      app.adapter.onUpload(uploadFrom(`${index}${long}`, 'OPERLOG'))
    }
    const issues = Array.from({ length: 60 }, (_, index) => {
      return { serialNumber: SN, command: { text: `SHELL ${index}${long}` } }
    })
    await app.commands.issueAll(issues)
    const { read } = reader(app.adapter)
    for (const tab of ['commands', 'punches', 'uploads', 'unparsed']) {
      const view = await read(`view=terminal&sn=${SN}&tab=${tab}`)
      expect([tab, view.list.rows.length]).toEqual([tab, 50])
      expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(100_000)
    }
  })

  it('A command of megabytes is shown by its beginning, with how much there is', async () => {
    const adapter = memoryAdapter()
    const commands = commandQueue(adapter)
    const text = `SHELL ${'€"'.repeat(1_000_000)}`
    const own = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`own${at}`, '"'.repeat(1500)]),
    )
    const { commandId } = await commands.issue(SN, { text }, { members: own })
    const fields = Object.fromEntries(
      Array.from({ length: 99 }, (_, at) => [`f${at}`, '\u0001'.repeat(39)]),
    )
    const content = Buffer.from('"\n'.repeat(2_000_000))
    const reply = { serialNumber: SN, commandId, returnCode: 0, commandName: 'Shell', fields }
    adapter.onReply({ ...reply, content, raw: content }, undefined)
    const { read, calls } = reader(adapter)
    const view = await read(`view=command&sn=${SN}&id=${commandId}`)
    expect(calls.sort()).toEqual(['findBeginning', 'findTerminal'])
    expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(100_000)
    const shown = Buffer.byteLength(text.slice(0, 4096))
    expect(view.cutText).toEqual({ size: 4_000_006, shown })
    expect(view.command.text).toBe(text.slice(0, 4096))
    expect(view.reply).toMatchObject({
      content: { size: 4_000_000, isCut: true, text: '"\n'.repeat(2048) },
      raw: { size: 4_000_000, isCut: true },
      hasMoreFields: true,
    })
  })
})

describe('A query', () => {
  it.each([
    'view=commands&before=yesterday',
    'view=commands&before=99999999999999999',
    'view=commands&since=-1',
    'view=commands&state=done',
    'view=commands&after=!',
    `view=commands&after=${Buffer.from('[["x",0]]').toString('base64url')}`,
    'view=commands&q=a&q=b',
    'view=terminal&tab=all',
    'view=terminals&show=some',
    'view=attendance&day=2026-02-30',
    `view=commands&q=${'x'.repeat(101)}`,
  ])('A query that no view can read is answered 400: %s', async (query) => {
    const { url } = await watched()
    for (const path of ['view', 'events']) {
      const answer = await fetch(`${url}${path}?${query}`)
      // A cursor is read by storage, which a stream asks later.
      if (path === 'events' && query.includes('after=')) await answer.body?.cancel()
      else
        expect([answer.status, await answer.text()]).toEqual([
          400,
          expect.stringContaining('is not valid; expected'),
        ])
    }
  })

  it('Members that a view does not know, and their order, make no other topic', () => {
    const key = (query: string) => queryOf(new URLSearchParams(query))?.toString()
    expect(key('x=1&state=sent&view=commands&state=failed&q=')).toBe(
      key('view=commands&state=failed&state=sent&y=2'),
    )
    expect(key('view=nothing')).toBeUndefined()
  })

  it('An unknown view is answered 404', async () => {
    const { url } = await watched()
    expect((await fetch(`${url}view?view=__proto__`)).status).toBe(404)
    expect((await fetch(`${url}events?view=nothing`)).status).toBe(404)
  })

  it('More than 200 streams are refused, until one ends', async () => {
    const { url, monitor } = await watched({ interval: 60_000 })
    const over = new AbortController()
    setMaxListeners(300, over.signal)
    const open = () => fetch(`${url}events?view=work`, { signal: over.signal })
    await Promise.all(Array.from({ length: 200 }, open))
    const refused = await open()
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '10'])
    monitor.close()
    await expect.poll(async () => (await open()).status).toBe(200)
    over.abort()
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changeOf } from '../../src/monitor/change.js'
import { virtualTerminal } from '../../src/simulator.js'
import { watched } from '../support/watched.js'

// The page's own module, as browsers load it.
const page = new URL('../../src/monitor/page/change.js', import.meta.url)
const { changed } = (await import(page.href)) as {
  changed(before: unknown, change: unknown): unknown
}

const onWire = (before: unknown, after: unknown): unknown =>
  JSON.parse(JSON.stringify(changeOf(JSON.stringify(before), JSON.stringify(after))))

describe('A change of a view', () => {
  it('A change makes the next view of any other one', () => {
    const row = fc.record({ id: fc.nat(3), at: fc.nat(2) }, { requiredKeys: ['id'] })
    const any = fc.oneof(fc.jsonValue(), fc.array(row), fc.record({ list: fc.array(row) }))
    const property = fc.property(any, any, (before, after) => {
      const wanted = JSON.parse(JSON.stringify(after))
      const start = JSON.parse(JSON.stringify(before))
      expect(changed(start, onWire(before, after))).toEqual(wanted)
    })
    fc.assert(property, { numRuns: 500 })
  })

  it.each([
    ['a new row on top', [1, 2, 3], [0, 1, 2, 3]],
    ['a row that is gone', [1, 2, 3], [1, 3]],
    ['another order', [1, 2, 3], [3, 1, 2]],
    ['the same row twice', [1], [1, 1]],
  ])('Rows that stay are not sent again: %s', (_, before, after) => {
    const rows = (ids: number[]) => ids.map((id) => ({ id, text: 'x'.repeat(200) }))
    const change = onWire({ list: { rows: rows(before) } }, { list: { rows: rows(after) } })
    const isNew = after.length > before.length
    expect(JSON.stringify(change).length).toBeLessThan(isNew ? 350 : 100)
    expect(changed({ list: { rows: rows(before) } }, change)).toEqual({
      list: { rows: rows(after) },
    })
  })
})

/** Reads a stream until the view that it makes is as it should be. Returns the bytes of its events. */
async function follow(url: string) {
  const over = new AbortController()
  const { body } = await fetch(url, { signal: over.signal })
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  let text = ''
  let view: unknown
  const events: { name: string; size: number }[] = []
  return {
    events,
    close: () => over.abort(),
    // biome-ignore lint/suspicious/noExplicitAny: each view has its own shape
    async until(isWanted: (view: any) => boolean): Promise<any> {
      while (view === undefined || !isWanted(view)) {
        const { value } = await reader.read()
        text += Buffer.from(value ?? []).toString()
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? []
          if (name === '') continue
          events.push({ name, size: Buffer.byteLength(block) + 2 })
          const { view: whole, change } = JSON.parse(data)
          view = change === undefined ? whole : changed(view, change)
        }
      }
      return view
    },
  }
}

describe('A stream', () => {
  it('A stream sends a view once, and then what changed: one punch at a desk of 12 terminals', async () => {
    const app = await watched({ interval: 20 })
    const terminals = Array.from({ length: 12 }, (_, index) =>
      virtualTerminal({ server: app.server, serialNumber: `T${index}` }),
    )
    for (const [index, terminal] of terminals.entries()) {
      await terminal.handshake()
      await terminal.attend([{ pin: `${index}`, time: '2026-10-05 06:58:10' }])
    }
    const attendance = await follow(`${app.url}events?view=attendance&day=2026-10-05`)
    const desk = await follow(`${app.url}events?view=terminals`)
    const streams = [attendance, desk]
    for (const { until } of streams) await until(({ list }) => list.rows.length === 12)
    const before = streams.map(({ events }) => events.length)
    const uploads = uploadsIn(await desk.until(() => true))
    await terminals[5]?.attend([{ pin: '77', time: '2026-10-05 07:01:00' }])
    const { list } = await attendance.until((view) => view.list.rows.length === 13)
    expect(list.rows[0]).toMatchObject({ pin: '77', serialNumber: 'T5' })
    await desk.until((view) => uploadsIn(view) > uploads)
    for (const [index, { events, close }] of streams.entries()) {
      const [whole, ...changes] = [events[0], ...events.slice(before[index])]
      expect(whole?.name).toBe('view')
      for (const { name, size } of changes) {
        expect(name).toBe('change')
        expect(size).toBeLessThan((whole?.size ?? 0) / 5)
      }
      close()
    }
  })

  it('What a stream made of its changes is what the view is', async () => {
    const app = await watched({ interval: 20 })
    await app.terminal.handshake()
    const stream = await follow(`${app.url}events?view=work`)
    await stream.until(({ list }) => list.rows.length === 0)
    const issued = []
    for (let index = 0; index < 8; index++) {
      const { serialNumber } = { serialNumber: index % 2 ? 'A' : 'B' }
      issued.push(await app.commands.issue(serialNumber, { text: `SET OPTION X=${index}` }))
      await stream.until(({ list }) => list.rows.length === index + 1)
    }
    for (const [index, one] of issued.entries()) {
      await app.commands.cancel(one)
      await stream.until(({ list }) => list.rows.length === 7 - index)
      const answer = await fetch(`${app.url}view?view=work`)
      const { view } = (await answer.json()) as { view: unknown }
      expect(await stream.until(() => true)).toEqual(view)
    }
    expect(stream.events.slice(1).every(({ name }) => name === 'change')).toBe(true)
    stream.close()
  })
})

function uploadsIn({ activity }: { activity: { minutes: { uploads: number }[] } }): number {
  return activity.minutes.reduce((sum, { uploads }) => sum + uploads, 0)
}

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { memoryAdapter } from '../../src/index.js'
import { ASSETS } from '../../src/monitor/asset.js'
import { feed } from '../../src/monitor/feed.js'
import { monitorRouter, TEXTS } from '../../src/monitor.js'
import { SN, watched } from '../support/watched.js'

const OWN = { 'X-Iclock-Monitor': '1', 'Content-Type': 'application/json' }

async function give(headers: Record<string, string>, options = {}) {
  const app = await watched(options)
  await app.terminal.handshake()
  const body = JSON.stringify({ action: 'give', serialNumber: SN, form: 'check', values: {} })
  const answer = await fetch(`${app.url}action`, { method: 'POST', headers, body })
  const issued = app.adapter.listCommands({}, new Date()).rows.length
  return { status: answer.status, issued, origin: app.origin, answer: await answer.text() }
}

describe('An action', () => {
  it.each([
    ['without the header', { 'Content-Type': 'application/json' }],
    ['from another site', { ...OWN, 'Sec-Fetch-Site': 'cross-site' }],
    ['from another host of the same site', { ...OWN, 'Sec-Fetch-Site': 'same-site' }],
    ['with another Origin', { ...OWN, Origin: 'http://evil.example' }],
    ['with an Origin of null', { ...OWN, Origin: 'null' }],
  ])('An action is refused %s', async (_, headers) => {
    expect(await give(headers)).toMatchObject({ status: 403, issued: 0 })
  })

  it('An action from the page is carried out', async () => {
    expect(await give({ ...OWN, 'Sec-Fetch-Site': 'same-origin' })).toMatchObject({
      status: 200,
      issued: 1,
    })
  })

  it('A command is issued again only once it can no longer be sent', async () => {
    const { adapter, commands, url } = await watched()
    const { commandId } = await commands.issue(SN, { text: 'CHECK', attempts: 1, expiresAfter: 1 })
    const { issuedAt = new Date(), openUntil } = adapter.findRecord(SN, commandId) ?? {}
    await expect.poll(() => new Date() > (openUntil ?? Number.NaN)).toBe(true)
    const body = JSON.stringify({ action: 'retry', serialNumber: SN, commandId })
    const { status } = await fetch(`${url}action`, { method: 'POST', headers: OWN, body })
    expect(status).toBe(200)
    const late = { commandId, attempt: 1, sentAt: issuedAt, replyDueAt: new Date() }
    expect(adapter.claim(SN, [late])).toEqual([])
  })

  it('No action exists without commands', async () => {
    expect(await give(OWN, { isReadOnly: true })).toMatchObject({ status: 404, issued: 0 })
  })
})

it('The page has at most 90 kB, texts included', () => {
  const bodies = [...Object.values(ASSETS).map(({ body }) => body), JSON.stringify(TEXTS)]
  const size = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0)
  expect(size).toBeLessThanOrEqual(90 * 1024)
})

it('The page is served as the files in page/ are now', () => {
  const source = readFileSync(new URL('../../src/monitor/page/time.js', import.meta.url), 'utf8')
  const built = new Set(ASSETS['time.js']?.body.split('\n'))
  const lines = source.split('\n').map((line) => line.trim())
  expect(lines.filter((line) => !/^(\/\/|\/\*)/.test(line) && !built.has(line))).toEqual([])
})

it('Storage is read once for all viewers of a view, and not at all for nobody', async () => {
  let reads = 0
  const views = feed(
    async () => ({ reads: ++reads }),
    60_000,
    () => {},
  )
  const seen: (string | undefined)[] = []
  const query = new URLSearchParams('view=terminals')
  const stops = Array.from({ length: 5 }, () => views.watch(query, (view) => seen.push(view)))
  await expect.poll(() => seen).toHaveLength(5)
  expect(new Set(seen)).toEqual(new Set(['{"reads":1}']))
  for (const stop of stops) stop()
  views.refresh()
  expect(reads).toBe(1)
})

it('An error of storage is reported once, and shown to every viewer', async () => {
  const errors: unknown[] = []
  const down = new Error('down')
  const views = feed(
    () => Promise.reject(down),
    60_000,
    (error) => errors.push(error),
  )
  const seen: unknown[] = []
  const stop = views.watch(new URLSearchParams(), (view) => seen.push(view))
  await expect.poll(() => seen).toEqual([undefined])
  views.refresh()
  await expect.poll(() => seen).toEqual([undefined, undefined])
  expect(errors).toEqual([down])
  stop()
})

it.each([
  [{ adapter: { ...memoryAdapter(), listTerminals: undefined } }, /"adapter.listTerminals"/],
  [{ adapter: memoryAdapter(), interval: 0 }, /"interval" is 0/],
  [{ adapter: memoryAdapter(), commands: { issue() {}, cancel() {} } }, /"commands" is/],
  [{ adapter: memoryAdapter(), texts: { wrong: '' } }, /"texts" is/],
])('A wrong option is named', (options, message) => {
  expect(() => monitorRouter(options as never)).toThrow(message)
})

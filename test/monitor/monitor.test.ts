import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { commandQueue, memoryAdapter, type NewCommand } from '../../src/index.js'
import { ASSETS } from '../../src/monitor/asset.js'
import { feed } from '../../src/monitor/feed.js'
import type { CommandView } from '../../src/monitor/view/command.js'
import { monitorRouter, TEXTS } from '../../src/monitor.js'
import { portOf } from '../support/server.js'
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

  /** Issues a command, and issues it again once its time is over. */
  async function issuedTwice(command: NewCommand) {
    const { adapter, commands, url } = await watched()
    const terms = { attempts: 1, expiresAfter: 1 }
    const { commandId } = await commands.issue(SN, { ...command, ...terms })
    await expect.poll(() => commands.state({ serialNumber: SN, commandId })).toBe('expired')
    const body = JSON.stringify({ action: 'retry', serialNumber: SN, commandId })
    const answer = await fetch(`${url}action`, { method: 'POST', headers: OWN, body })
    const told = (await answer.json()) as { commandId?: string; error?: string }
    const shown = await fetch(`${url}view?view=command&sn=${SN}&id=${commandId}`)
    const { view } = (await shown.json()) as { view: CommandView }
    return { adapter, told, view, record: adapter.findRecord(SN, told.commandId ?? '') }
  }

  it('An urgent command that is issued again is urgent again', async () => {
    const { record, view } = await issuedTwice({ text: 'AC_UNLOCK', urgent: true })
    expect(record?.terms).toMatchObject({ urgent: true, attempts: 1 })
    expect(view.command).not.toHaveProperty('isOfRoster')
  })

  it('A command of the roster is not issued again, because its PIN may be somebody else by now', async () => {
    const text = 'DATA UPDATE USERINFO PIN=7\tName=Ada'
    const { adapter, told, view } = await issuedTwice({ text, fence: '7' })
    // The page doesn't offer it.
    expect(view.command).toMatchObject({ isOfRoster: true })
    expect(told.error).toMatch(/^it is a command of the roster/)
    const { rows } = adapter.listCommands({}, new Date())
    expect(rows).toHaveLength(1)
  })

  it('A command is cancelled without reading the whole of it', async () => {
    const memory = memoryAdapter()
    const commands = commandQueue(memory)
    const findRecord = () => {
      throw new Error('read as a whole')
    }
    const { url } = await watched({ adapter: { ...memory, findRecord }, commands })
    const { commandId } = await commands.issue(SN, {
      text: `DATA UPDATE SMS MSG=${'x'.repeat(9000)}`,
    })
    const body = JSON.stringify({ action: 'cancel', serialNumber: SN, commandId })
    const { status } = await fetch(`${url}action`, { method: 'POST', headers: OWN, body })
    expect(status).toBe(200)
    expect(await commands.state({ serialNumber: SN, commandId })).toBe('cancelled')
  })

  it('The app is asked whether each action is allowed, and only true means yes', async () => {
    const asked: unknown[] = []
    for (const [answer, status] of [
      [true, 200],
      [false, 403],
      ['yes', 403],
    ] as const) {
      const mayAct = (_req: unknown, action: unknown) =>
        asked.push(action) > 0 && (answer as boolean)
      const app = await watched({ mayAct: async (req, action) => mayAct(req, action) })
      await app.terminal.handshake()
      const { commandId } = await app.commands.issue(SN, { text: 'AC_UNLOCK' })
      const send = (body: object) => {
        const text = JSON.stringify({ serialNumber: SN, ...body })
        return fetch(`${app.url}action`, { method: 'POST', headers: OWN, body: text })
      }
      expect((await send({ action: 'cancel', commandId })).status).toBe(status)
      if (status === 403) await app.commands.cancel({ serialNumber: SN, commandId })
      expect((await send({ action: 'retry', commandId })).status).toBe(status)
      expect((await send({ action: 'give', form: 'openDoor', values: {} })).status).toBe(status)
      const stored = app.adapter.listCommands({}, new Date()).rows.length
      expect(stored).toBe(status === 200 ? 3 : 1)
      expect(asked.splice(0)).toEqual([
        { action: 'cancel', serialNumber: SN, commandId, text: 'AC_UNLOCK' },
        { action: 'retry', serialNumber: SN, commandId, text: 'AC_UNLOCK' },
        { action: 'give', serialNumber: SN, form: 'openDoor', text: 'AC_UNLOCK' },
      ])
    }
  })

  it.each([{ action: 'open' }, { action: '__proto__' }, {}, []])(
    'An unknown action is answered 400: %j',
    async (asked) => {
      const { url } = await watched()
      const body = JSON.stringify(asked)
      const answer = await fetch(`${url}action`, { method: 'POST', headers: OWN, body })
      expect(answer.status).toBe(400)
    },
  )

  it('A value that is refused is named, for its field', async () => {
    const { url, terminal } = await watched()
    await terminal.handshake()
    const send = async (values: object) => {
      const body = JSON.stringify({ action: 'give', serialNumber: SN, form: 'putUser', values })
      const answer = await fetch(`${url}action`, { method: 'POST', headers: OWN, body })
      return { status: answer.status, ...((await answer.json()) as object) }
    }
    const name = { status: 400, member: 'name', error: expect.stringMatching(/^is "A.*; expected/) }
    expect(await send({ pin: '7', name: 'A\u0007' })).toEqual(name)
    expect(await send({ pin: '' })).toMatchObject({ status: 400, member: 'pin' })
    expect(await send({ pin: '7', name: 'Ada' })).toMatchObject({ status: 200 })
  })

  it('A terminal that was refused is let in or taken off the list, if that is allowed', async () => {
    const approved: string[] = []
    const app = await watched({
      isReadOnly: true,
      approve: (serialNumber) => approved.push(serialNumber),
      mayAct: (_req, { action, serialNumber }) => action === 'leave' || serialNumber !== 'C',
    })
    for (const serialNumber of ['A', 'B', 'C']) {
      app.adapter.onRefused({ serialNumber, address: '10.0.0.5', at: new Date(), times: 2 })
    }
    const send = async (action: string, serialNumber: string) => {
      const body = JSON.stringify({ action, serialNumber })
      return (await fetch(`${app.url}action`, { method: 'POST', headers: OWN, body })).status
    }
    expect(await send('approve', 'A')).toBe(200)
    expect(await send('leave', 'B')).toBe(200)
    expect(await send('approve', 'C')).toBe(403)
    expect(await send('approve', 'D')).toBe(404)
    expect(approved).toEqual(['A'])
    const answer = await fetch(`${app.url}view?view=refused`)
    const { view } = (await answer.json()) as { view: object }
    expect(view).toMatchObject({ list: { rows: [{ serialNumber: 'C', times: 2 }] } })
  })

  it('Refused terminals stay if the app gave no approve', async () => {
    const app = await watched()
    for (let index = 0; index < 60; index++) {
      const serialNumber = `S${index}`
      app.adapter.onRefused({ serialNumber, address: `10.0.0.${index}`, at: new Date(), times: 1 })
    }
    const body = JSON.stringify({ action: 'leave', serialNumber: 'S1' })
    const answer = await fetch(`${app.url}action`, { method: 'POST', headers: OWN, body })
    expect([answer.status, app.adapter.listRefused()].flat()).toHaveLength(61)
    const sizes: number[] = []
    for (let after = ''; sizes.length < 3; ) {
      const page = await fetch(`${app.url}view?view=refused&after=${after}`)
      const { view } = (await page.json()) as { view: { list: { rows: []; next?: string } } }
      sizes.push(view.list.rows.length)
      if (view.list.next === undefined) break
      after = view.list.next
    }
    expect(sizes).toEqual([50, 10])
  })

  it('No action exists without commands', async () => {
    expect(await give(OWN, { isReadOnly: true })).toMatchObject({ status: 404, issued: 0 })
  })
})

it('The page answers only to its hosts, if the app names them', async () => {
  const status = async (hosts: string[], host: string) => {
    const { server } = await watched({ hosts })
    const asked = request({ port: portOf(server), path: '/admin/terminals/', headers: { host } })
    const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
    answer.resume()
    return answer.statusCode
  }
  expect(await status(['hr.example.com'], 'HR.example.com:8081')).toBe(200)
  expect(await status(['hr.example.com:80'], 'hr.example.com:8081')).toBe(421)
  expect(await status(['hr.example.com'], 'evil.example')).toBe(421)
  expect(await status(['[::1]'], '[::1]:8081')).toBe(200)
})

it('The page has at most 100 kB, texts included', () => {
  const bodies = [...Object.values(ASSETS).map(({ body }) => body), JSON.stringify(TEXTS)]
  const size = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0)
  expect(size).toBeLessThanOrEqual(100 * 1024)
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

it('A view that somebody else is reading reaches a new viewer, with what changed meanwhile', async () => {
  let reads = 0
  let go = () => {}
  const slow = new Promise<void>((resolve) => {
    go = resolve
  })
  const views = feed(
    async () => {
      const number = ++reads
      if (number === 1) await slow
      return { reads: number }
    },
    60_000,
    () => {},
  )
  const query = new URLSearchParams('view=terminals')
  const reading = views.read(query)
  const seen: (string | undefined)[] = []
  const stop = views.watch(query, (view) => seen.push(view))
  go()
  await reading
  await expect.poll(() => seen).toEqual(['{"reads":2}'])
  stop()
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
  [{ adapter: memoryAdapter(), mayAct: true }, /"mayAct" is true/],
  [{ adapter: memoryAdapter(), hosts: ['http://a'] }, /"hosts" is/],
  [{ adapter: memoryAdapter(), nameOf: 'x' }, /"nameOf" is/],
  [{ adapter: memoryAdapter(), roster: {} }, /"roster" is/],
  [{ adapter: memoryAdapter(), texts: { wrong: '' } }, /"texts" is/],
])('A wrong option is named', (options, message) => {
  expect(() => monitorRouter(options as never)).toThrow(message)
})

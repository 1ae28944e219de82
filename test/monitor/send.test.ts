import { expect, it } from 'vitest'
import { commandQueue, memoryAdapter } from '../../src/index.js'
import { activity } from '../../src/monitor/activity.js'
import { monitorSettings } from '../../src/monitor/settings.js'
import { queryOf, viewReader } from '../../src/monitor/view.js'
import type { MonitorAction } from '../../src/monitor.js'
import { SN, type Watched, watched } from '../support/watched.js'

const OWN = { 'X-Iclock-Monitor': '1', 'Content-Type': 'application/json' }

async function send(app: Watched, body: object) {
  const text = JSON.stringify({ action: 'giveMany', values: {}, ...body })
  const answer = await fetch(`${app.url}action`, { method: 'POST', headers: OWN, body: text })
  // biome-ignore lint/suspicious/noExplicitAny: each answer has its own shape
  return { status: answer.status, ...((await answer.json()) as any) }
}

const serialNumberOf = (index: number) => `T${String(index).padStart(5, '0')}`

/** An app that knows some terminals; every third is a door terminal, every second is silent. */
async function fleet(count: number, options: Parameters<typeof watched>[0] = {}) {
  const app = await watched(options)
  for (let index = 0; index < count; index++) {
    app.adapter.onContact({
      serialNumber: serialNumberOf(index),
      at: new Date(Date.now() - (index % 2) * 3_600_000),
      kind: 'poll',
      family: index % 3 === 0 ? 'access' : 'attendance',
      familyRank: 'stated',
    })
  }
  return app
}

function reading(adapter = memoryAdapter()) {
  const active = activity()
  active.close()
  const commands = commandQueue(adapter)
  const load = viewReader(monitorSettings({ adapter, commands }), active)
  // biome-ignore lint/suspicious/noExplicitAny: each view has its own shape
  return async (query: string): Promise<any> => {
    const checked = queryOf(new URLSearchParams(query))
    return checked && load(checked)
  }
}

it('At most 200 terminals are chosen, with the forms of their families', async () => {
  const { adapter } = await fleet(500)
  const read = reading(adapter)
  const all = await read('view=send')
  expect([all.terminals.length, all.hasMore]).toEqual([200, true])
  expect(JSON.stringify(all).length).toBeLessThan(100_000)
  const formOf = (name: string) =>
    all.forms
      .filter((form: { name: string }) => form.name === name)
      .map(({ families }: { families: string[] }) => families.sort().join(' '))
  expect(formOf('reboot')).toEqual(['access attendance'])
  expect(formOf('openDoor').sort()).toEqual(['access', 'attendance'])
  const some = await read('view=send&show=online&q=t0000')
  expect(some.terminals.map((one: { serialNumber: string }) => one.serialNumber)).toEqual(
    [0, 2, 4, 6, 8].map(serialNumberOf),
  )
})

it('Each terminal gets the command as its family reads it, and one view shows all of them', async () => {
  const app = await fleet(60)
  const serialNumbers = Array.from({ length: 60 }, (_, index) => serialNumberOf(index))
  const values = { pin: '7', name: 'Ada' }
  const { status, sending } = await send(app, { serialNumbers, form: 'putUser', values })
  expect(status).toBe(200)
  const { rows } = app.adapter.listCommands({ serialNumber: serialNumberOf(0) }, new Date())
  expect(rows[0]).toMatchObject({ text: expect.stringMatching(/^DATA UPDATE user /) })
  for (const [index, returnCode] of [
    [1, 0],
    [2, -1],
  ] as const) {
    const serialNumber = serialNumberOf(index)
    const [issued] = app.adapter.listCommands({ serialNumber }, new Date()).rows
    const { commandId = '' } = issued ?? {}
    const reply = { serialNumber, commandId, returnCode, commandName: 'DATA', fields: {} }
    app.adapter.onReply({ ...reply, raw: Buffer.from('x') }, { serialNumber, commandId, text: '' })
  }
  const read = reading(app.adapter)
  const view = await read(`view=sending&id=${sending}`)
  expect(view).toMatchObject({ count: 60, states: { waiting: 58, succeeded: 1, failed: 1 } })
  expect(view.command.phrase).toEqual({ phrase: 'putUser', name: 'Ada' })
  expect([view.list.rows.length, view.terminals.length]).toEqual([50, 50])
  const next = await read(`view=sending&id=${sending}&after=${view.list.next}`)
  expect(next.list).toMatchObject({ rows: { length: 10 }, isLater: true })
  const failed = await read(`view=sending&id=${sending}&state=failed`)
  expect(failed.list.rows).toMatchObject([{ serialNumber: serialNumberOf(2), state: 'failed' }])
  // Issued again, it is the newest of its terminal.
  const [{ commandId }] = failed.list.rows
  await send(app, { action: 'retry', serialNumber: serialNumberOf(2), commandId })
  expect(await read(`view=sending&id=${sending}`)).toMatchObject({
    count: 60,
    states: { waiting: 59, succeeded: 1 },
  })
  expect(await read('view=sending&id=none')).toMatchObject({ count: 0, list: { rows: [] } })
})

it('The app is asked for each terminal, and one no keeps the command from all', async () => {
  const asked: MonitorAction[] = []
  const app = await fleet(4, {
    mayAct: (_req, action) => asked.push(action) > 0 && action.serialNumber !== serialNumberOf(2),
  })
  const serialNumbers = [1, 2].map(serialNumberOf)
  expect((await send(app, { serialNumbers, form: 'check' })).status).toBe(403)
  expect(asked).toEqual(
    serialNumbers.map((serialNumber) => {
      return { action: 'give', serialNumber, form: 'check', text: 'CHECK' }
    }),
  )
  expect(app.adapter.listCommands({}, new Date()).rows).toEqual([])
  expect((await send(app, { serialNumbers: [serialNumberOf(1)], form: 'check' })).status).toBe(200)
})

it.each([
  [400, { form: 'check' }],
  [400, { form: 'check', serialNumbers: [] }],
  [400, { form: 'check', serialNumbers: Array.from({ length: 201 }, (_, n) => `${n}`) }],
  [400, { form: 'check', serialNumbers: [serialNumberOf(1), 7] }],
  [400, { form: 'check', serialNumbers: [serialNumberOf(1)], values: 'none' }],
  [400, { form: 'putUser', serialNumbers: [serialNumberOf(1)] }],
  [404, { form: 'check', serialNumbers: [serialNumberOf(1), 'unknown'] }],
  [404, { form: 'shell', serialNumbers: [serialNumberOf(1)] }],
  // 0 is a door terminal.
  [404, { form: 'check', serialNumbers: [serialNumberOf(0), serialNumberOf(1)] }],
])('A command that can’t go to all is answered %i, and goes to none: %j', async (status, body) => {
  const app = await fleet(3)
  expect((await send(app, body)).status).toBe(status)
  expect(app.adapter.listCommands({}, new Date()).rows).toEqual([])
})

it('Nothing is sent to many terminals without commands', async () => {
  const app = await watched({ isReadOnly: true })
  await app.terminal.handshake()
  expect((await send(app, { serialNumbers: [SN], form: 'check' })).status).toBe(404)
  const answer = await fetch(`${app.url}view?view=send`)
  expect(((await answer.json()) as { view: object }).view).toMatchObject({ forms: [] })
})

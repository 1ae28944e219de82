import { describe, expect, it } from 'vitest'
import type { MonitorAction } from '../../src/monitor.js'
import type { RosterPerson } from '../../src/roster.js'
import { terminalPeople } from '../../src/simulator.js'
import { SN, type Watched, watched } from '../support/watched.js'

const OWN = { 'X-Iclock-Monitor': '1', 'Content-Type': 'application/json' }

async function send(app: Watched, body: object) {
  const text = JSON.stringify({ serialNumber: SN, ...body })
  const answer = await fetch(`${app.url}action`, { method: 'POST', headers: OWN, body: text })
  // biome-ignore lint/suspicious/noExplicitAny: each action has its own answer
  return { status: answer.status, ...((await answer.json()) as any) }
}

async function read(app: Watched, query = '') {
  const answer = await fetch(`${app.url}view?view=terminal&tab=people&sn=${SN}${query}`)
  const body = await answer.text()
  return {
    size: Buffer.byteLength(body),
    status: answer.status,
    ...(answer.ok && JSON.parse(body).view),
  }
}

const many = (count: number): RosterPerson[] =>
  Array.from({ length: count }, (_, n) => ({ pin: `${n + 1}`, name: `Person ${n + 1}` }))

/** A terminal in step with 8 people, and a visitor on it; then two leave and one comes. */
async function changed(options: Parameters<typeof watched>[0] = {}) {
  const wanted = many(8)
  const held = terminalPeople({ users: [{ pin: '99', name: 'Visitor' }] })
  const app = await watched({ desired: () => wanted, held, ...options })
  await app.settle()
  wanted.splice(0, 2)
  wanted.push({ pin: '20', name: 'New' })
  return { app, held, wanted }
}

describe('The people of a terminal', () => {
  it('The view counts people by state, and lists a page of them by state or person', async () => {
    const wanted = many(55)
    const app = await watched({ desired: () => wanted, held: terminalPeople({ capacity: 53 }) })
    await app.settle()
    const { standings, list, size } = await read(app)
    expect(standings).toEqual({ states: { present: 53, failed: 2 }, wanted: 55 })
    expect(list.rows).toHaveLength(50)
    expect(list.next).toBeDefined()
    expect(size).toBeLessThan(100_000)
    const failed = await read(app, '&standing=failed')
    expect(failed.list.rows).toMatchObject([{ state: 'failed' }, { state: 'failed' }])
    expect(failed.list.rows[0]).toMatchObject({
      failures: [],
      meaning: expect.stringContaining('capacity'),
    })
    const { pin } = failed.list.rows[0]
    expect((await read(app, `&person=${pin}`)).list.rows).toMatchObject([{ pin }])
    expect((await read(app, '&standing=gone')).status).toBe(400)
  })

  it('The largest rows that storage can have fit into 100 kB', async () => {
    const app = await watched({ desired: () => [] })
    const long = '\u20ac"'.repeat(600)
    const digest = 'a'
    const failure = { kind: 'stuck', meaning: long }
    const facets = { user: { digest, failure }, doors: { digest, failure } }
    app.adapter.writeRoster(
      Array.from({ length: 60 }, (_, index) => {
        const [pin, changedAt] = [`${index}`.padEnd(64, '\u20ac'), new Date()]
        const content = JSON.stringify({ facets, meaning: long.slice(1), name: long }).slice(
          0,
          8000,
        )
        const row = { serialNumber: SN, pin, version: `${index}`.padStart(16, '0'), changedAt }
        return { row: { ...row, state: 'failed', commandIds: [], content } }
      }),
    )
    const { list, size } = await read(app)
    expect(list.rows[0]).toMatchObject({ failures: { length: 2 } })
    expect([list.rows.length, size < 100_000]).toEqual([50, true])
  })

  it('A dry pass changes nothing, and names whom a pass would send and delete', async () => {
    const { app, held } = await changed({ personOf: (all) => all.map(({ pin }) => `P${pin}`) })
    const { status, plan } = await send(app, { action: 'plan' })
    expect(status).toBe(200)
    expect(plan.present).toBe(6)
    expect(plan.lists).toMatchObject({
      put: { count: 1, rows: [{ pin: '20', person: 'P20', reason: 'user' }] },
      remove: { count: 2, rows: [{ pin: '1', person: 'P1' }, { pin: '2' }] },
      foreign: { count: 1, rows: [{ pin: '99' }] },
    })
    await app.terminal.start(undefined, { untilIdle: true, delay: 1 })
    expect(held.users()).toHaveLength(9)
  })

  it('A PIN of somebody else is shown with both names', async () => {
    const held = terminalPeople({ users: [{ pin: '7', name: 'Visitor' }] })
    const app = await watched({ desired: () => [{ pin: '7', name: 'Ada' }], held })
    await app.settle()
    const { plan } = await send(app, { action: 'plan' })
    expect(plan.lists.failed.rows).toMatchObject([{ pin: '7', person: 'Ada', other: 'Visitor' }])
  })

  it('A pass from the page deletes those who were named, and nobody else', async () => {
    const { app, held, wanted } = await changed()
    wanted.splice(0, 1)
    const { status } = await send(app, { action: 'apply', pins: ['1', '2', '99'] })
    expect(status).toBe(200)
    await app.settle()
    const pins = held.users().map(({ pin }) => pin)
    // 3 left meanwhile, and was named by nobody.
    expect(pins).toEqual(['99', '3', '4', '5', '6', '7', '8', '20'])
    expect((await read(app)).standings.states).toMatchObject({ unwanted: 1, removed: 2 })
  })

  it('More deletes than the roster allows are refused in words', async () => {
    const { app, wanted } = await changed()
    wanted.splice(0)
    wanted.push({ pin: '8', name: 'Person 8' })
    const pins = ['1', '2', '3', '4', '5', '6', '7']
    const { status, error } = await send(app, { action: 'apply', pins })
    expect([status, error]).toEqual([409, expect.stringMatching(/^7 people would be deleted/)])
  })

  it('The plan of a large change is bounded', async () => {
    const app = await watched({ desired: () => many(400), held: terminalPeople() })
    await app.terminal.handshake()
    const { plan } = await send(app, { action: 'plan' })
    const { waiting } = plan.lists
    expect([waiting.count, waiting.rows.length]).toEqual([400, 20])
  })

  it.each([undefined, '1', [7], Array.from({ length: 101 }, () => '1')])(
    'PINs that are no short list are refused: %j',
    async (pins) => {
      const app = await watched({ desired: () => [] })
      expect((await send(app, { action: 'apply', pins })).status).toBe(400)
    },
  )

  it('Without a roster there is nothing to see or to do', async () => {
    const app = await watched()
    await app.terminal.handshake()
    expect((await send(app, { action: 'plan' })).status).toBe(404)
    expect((await send(app, { action: 'apply', pins: [] })).status).toBe(404)
    expect((await read(app)).standings).toBeUndefined()
  })
})

describe('What a person may do', () => {
  const offer = async (app: Watched, query: string) => {
    const answer = await fetch(`${app.url}may?${query}`)
    return (await answer.json()) as { actions: string[]; forms: string[] }
  }

  it('The app is asked once for each kind of action and each form, and again at each action', async () => {
    const asked: MonitorAction[] = []
    const app = await watched({
      desired: () => [],
      mayAct: (_req, action) => {
        asked.push(action)
        return action.form === 'check' || action.action === 'plan'
      },
    })
    await app.terminal.handshake()
    expect(await offer(app, `view=terminal&sn=${SN}`)).toEqual({
      actions: ['plan', 'give'],
      forms: ['check'],
    })
    const kinds = asked.splice(0).map(({ action, form }) => `${action} ${form ?? ''}`)
    expect(new Set(kinds).size).toBe(kinds.length)
    expect((await send(app, { action: 'apply', pins: ['7'] })).status).toBe(403)
    expect((await send(app, { action: 'plan' })).status).toBe(200)
    expect(asked).toEqual([
      { action: 'apply', serialNumber: SN, pins: ['7'] },
      { action: 'plan', serialNumber: SN },
    ])
  })

  it('What the app gave no option for is neither asked nor offered', async () => {
    const mayAct = () => {
      throw new Error('asked')
    }
    const app = await watched({ isReadOnly: true, mayAct })
    for (const view of ['terminal', 'terminals', 'command', 'refused', 'attendance', '__proto__']) {
      expect(await offer(app, `view=${view}`)).toEqual({ actions: [], forms: [] })
    }
  })

  it('Of many terminals no serial number is asked', async () => {
    const asked: MonitorAction[] = []
    const app = await watched({ approve: () => {}, mayAct: (_req, one) => asked.push(one) > 0 })
    expect((await offer(app, 'view=refused')).actions).toEqual(['approve', 'leave'])
    expect(asked).toEqual([{ action: 'approve' }, { action: 'leave' }])
  })
})

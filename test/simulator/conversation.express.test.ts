import { createServer } from 'node:http'
import express from 'express'
import { expect, it } from 'vitest'
import { capabilitiesOf } from '../../src/biometrics.js'
import { access, attendance, type BuiltCommand } from '../../src/commands.js'
import { commandQueue, fieldOf, memoryAdapter, terminalRouter } from '../../src/index.js'
import {
  runFleet,
  terminalPeople,
  type VirtualTerminal,
  type VirtualTerminalOptions,
} from '../../src/simulator.js'
import { listen, SERIAL_NUMBER, terminalAt } from '../support/server.js'

const UNTIL_IDLE = { untilIdle: true, delay: 1 }
const TIME = '2026-11-25 08:00:00'

async function served(options: Partial<VirtualTerminalOptions> = {}) {
  const adapter = memoryAdapter()
  const app = express()
    .set('env', 'test')
    .use(terminalRouter({ adapter, timeZone: 'Asia/Manila' }))
  const server = await listen(createServer(app))
  return { adapter, server, commands: commandQueue(adapter), terminal: terminalAt(server, options) }
}

it.each<[what: string, options: Partial<VirtualTerminalOptions>]>([
  ['an attendance terminal', {}],
  ['an attendance terminal of 2008', { pushVersion: '' }],
  ['an access terminal', { dialect: 'access' }],
  ['a clone', { dialect: 'clone' }],
])('An app with one line serves %s', async (_, options) => {
  const { adapter, commands, terminal } = await served(options)
  const build = options.dialect === 'access' ? access : attendance
  const put = await commands.issue(SERIAL_NUMBER, build.putUser({ pin: '7', name: 'Ada' }))
  const reboot = await commands.issue(SERIAL_NUMBER, build.reboot())
  const last = await commands.issue(SERIAL_NUMBER, { text: 'SET OPTION Delay=5' })
  terminal.remember({ pin: '7', time: TIME })
  const executed: string[] = []
  const service = await terminal.start(({ text }) => {
    executed.push(text)
    return text.startsWith('DATA UPDATE') ? -1001 : 0
  }, UNTIL_IDLE)
  expect(service).toMatchObject({ ended: 'idle', executed: 3 })
  expect(await commands.state(put)).toBe('failed')
  expect(await commands.state(reboot)).toBe('succeeded')
  expect(await commands.state(last)).toBe('succeeded')
  expect(executed).toHaveLength(3)
  const kept = adapter.received().filter(({ table = 'ATTLOG' }) => table !== 'options')
  expect(kept).toHaveLength(1)
  expect(kept[0]?.records).toHaveLength(1)
  expect(String(kept[0]?.body)).toContain(TIME)
  expect(adapter.findTerminal(SERIAL_NUMBER)).toMatchObject({ serialNumber: SERIAL_NUMBER })
  expect(service.restarts).toBe(1)
})

it('A query that is answered by its rows alone holds nothing up', async () => {
  const { adapter, commands, terminal } = await served({ dialect: 'rows' })
  const query = await commands.issue(SERIAL_NUMBER, {
    text: 'DATA QUERY tablename=user,fielddesc=*,filter=*',
  })
  const next = await commands.issue(SERIAL_NUMBER, access.setOptions({ Volume: '3' }))
  const rows = ['user pin=7\tname=Ada', 'user pin=8\tname=Bob']
  await terminal.start(({ text }) => {
    return text.startsWith('DATA QUERY') ? { table: 'user', rows } : 0
  }, UNTIL_IDLE)
  expect(await commands.result(query)).toMatchObject({ state: 'succeeded', meaning: '2 records' })
  expect(await commands.state(next)).toBe('succeeded')
  const { reply, attemptsMade } = adapter.findRecord(SERIAL_NUMBER, query.commandId) ?? {}
  expect([reply?.rows, reply?.returnCode, attemptsMade]).toEqual([2, null, 1])
})

it.each<[dialect: 'attendance' | 'access', build: typeof attendance | typeof access]>([
  ['attendance', attendance],
  ['access', access],
])(
  'People on a terminal (%s) are put, read, counted and edited by hand',
  async (dialect, build) => {
    const people = terminalPeople({ users: [{ pin: '1', name: 'Bob' }] })
    const { adapter, commands, terminal } = await served({ dialect, people })
    const issue = (command: BuiltCommand) => commands.issue(SERIAL_NUMBER, command)
    const face = { type: 9, majorVersion: 58, minorVersion: 12, template: 'VGVtcGxhdGU=' }
    const put = await issue(build.putUser({ pin: '7', name: 'Ada' }))
    const good = await issue(build.putBiodata({ pin: '7', ...face }))
    const refused = await issue(build.putBiodata({ pin: '7', ...face, no: 1, majorVersion: 40 }))
    const query = await issue(
      dialect === 'access' ? access.query({ table: 'user' }) : attendance.queryUsers(),
    )
    if (dialect === 'access') {
      await issue(access.count({ table: 'user' }))
      await issue(access.getOptions(['UserCount']))
      await terminal.register()
    }
    people.put({ pin: '9', name: 'Eve' })
    await terminal.start(undefined, UNTIL_IDLE)
    expect(await commands.look([put, good, refused, query])).toMatchObject([
      { state: 'succeeded' },
      { state: 'succeeded' },
      { state: 'failed', reply: { returnCode: -30 } },
      { state: 'succeeded' },
    ])
    expect(people.users().map(({ name }) => name)).toEqual(['Bob', 'Eve', 'Ada'])
    const received = adapter.received()
    expect(received.flatMap(({ unparsed }) => unparsed)).toEqual([])
    const named = received
      .flatMap(({ records }) => records)
      .flatMap((record) => ('fields' in record ? (fieldOf(record.fields, 'Name') ?? []) : []))
    expect(new Set(named)).toEqual(new Set(['Bob', 'Eve', 'Ada']))
    const options = adapter.findTerminal(SERIAL_NUMBER)?.options ?? {}
    expect(capabilitiesOf({ options, family: dialect }).types).toMatchObject({
      face: { takes: true, majorVersion: 58, minorVersion: 12 },
      finger: { takes: true, majorVersion: 10 },
      palm: { takes: false },
    })
  },
)

it('Photos, tables and rows of queries come through', async () => {
  const { adapter, terminal } = await served()
  await terminal.handshake()
  const jpeg = Buffer.from([0xff, 0xd8, 0, 10, 0xff, 0xd9])
  await terminal.photo({ pin: '7', time: TIME, jpeg })
  await terminal.uploadTable('OPERLOG', ['USER PIN=7\tName=Ada'])
  const { accepted } = await terminal.ping()
  expect(accepted).toBe(true)
  const records = adapter.received().flatMap((upload) => upload.records)
  expect(records).toContainEqual(expect.objectContaining({ kind: 'file', content: jpeg, pin: '7' }))
  expect(records).toContainEqual(expect.objectContaining({ type: 'user' }))
})

it('An access terminal uploads tables and rows of queries with their counts', async () => {
  const { adapter, commands, terminal } = await served({ dialect: 'access' })
  await terminal.handshake()
  await terminal.register()
  await terminal.uploadTable('user', ['user uid=1\tpin=7\tname=Ada'])
  await terminal.photo({ pin: '7', time: TIME, jpeg: Buffer.from('jpeg') })
  const query = { text: 'DATA QUERY tablename=user,fielddesc=*,filter=*' }
  const { commandId } = await commands.issue(SERIAL_NUMBER, query)
  const rows = ['user uid=2\tpin=8\tname=Bo']
  await terminal.serve(async (command) => {
    await terminal.queryData({ commandId: command.commandId, table: 'user', rows })
    return rows.length
  }, UNTIL_IDLE)
  const uploads = adapter.received().filter((upload) => upload.commandId === commandId)
  expect(uploads.flatMap(({ records }) => records)).toMatchObject([{ fields: { pin: '8' } }])
})

it('A terminal that was never let in keeps its records', async () => {
  const adapter = memoryAdapter()
  let isKnown = false
  const router = terminalRouter({ adapter, authorize: () => isKnown })
  const server = await listen(createServer(express().set('env', 'test').use(router)))
  const terminal = terminalAt(server)
  terminal.remember({ pin: '7', time: TIME })
  const controller = new AbortController()
  const working = terminal.start(undefined, { signal: controller.signal, delay: 5 })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(terminal.unsent).toBe(1)
  isKnown = true
  await expect.poll(() => terminal.unsent).toBe(0)
  controller.abort()
  await working
})

it('A fleet with power losses and lost answers executes each command, in order', async () => {
  const { server, commands } = await served()
  const texts = ['DATA UPDATE USERINFO PIN=1', 'LOG', 'DATA DELETE USERINFO PIN=1']
  const names = Array.from({ length: 5 }, (_, index) => `F${index}`)
  for (const name of names) for (const text of texts) await commands.issue(name, { text })
  let answersLost = 6
  const hasPower = new Map<string, VirtualTerminal>()
  const executed: { serialNumber: string; text: string }[] = []
  const fleet = await runFleet({
    ...{ server, terminals: names.length, duration: 30_000, delay: 1, rampUp: 0, pause: 1 },
    untilIdle: true,
    serialNumber: (terminal) => `F${terminal}`,
    faults: (kind) => (kind === 'reply' && answersLost-- > 0 ? { cutAfter: Infinity } : undefined),
    onTerminal: (terminal) => hasPower.set(terminal.serialNumber, terminal),
    execute({ text }, serialNumber) {
      executed.push({ serialNumber, text })
      hasPower.get(serialNumber)?.reboot()
      hasPower.delete(serialNumber)
      return 0
    },
  })
  expect(fleet).toMatchObject(names.map(() => ({ ended: 'idle', restarts: 1 })))
  for (const name of names) {
    const own = executed.filter(({ serialNumber }) => serialNumber === name)
    // A command may be executed again, but none after a later one.
    const last = texts.map((text) => own.findLastIndex((command) => command.text === text))
    expect(last).not.toContain(-1)
    expect(last).toEqual(last.toSorted((a, b) => a - b))
  }
})

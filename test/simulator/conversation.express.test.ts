import { createServer } from 'node:http'
import express from 'express'
import { expect, it } from 'vitest'
import { access, attendance } from '../../src/commands.js'
import { commandQueue, memoryAdapter, terminalRouter } from '../../src/index.js'
import { runFleet, type VirtualDevice, type VirtualDeviceOptions } from '../../src/simulator.js'
import { deviceAt, listen, SERIAL_NUMBER } from '../support/server.js'

const UNTIL_IDLE = { untilIdle: true, delay: 1 }
const TIME = '2026-11-25 08:00:00'

async function served(options: Partial<VirtualDeviceOptions> = {}) {
  const adapter = memoryAdapter()
  const app = express()
    .set('env', 'test')
    .use(terminalRouter({ adapter, timeZone: 'Asia/Manila' }))
  const server = await listen(createServer(app))
  return { adapter, server, commands: commandQueue(adapter), device: deviceAt(server, options) }
}

it.each<[what: string, options: Partial<VirtualDeviceOptions>]>([
  ['an attendance terminal', {}],
  ['an attendance terminal of 2008', { pushVersion: '' }],
  ['an access terminal', { manners: 'access' }],
  ['a clone', { manners: 'clone' }],
])('%s works with one line of an app', async (_, options) => {
  const { adapter, commands, device } = await served(options)
  const build = options.manners === 'access' ? access : attendance
  const put = await commands.issue(SERIAL_NUMBER, build.putUser({ pin: '7', name: 'Ada' }))
  const reboot = await commands.issue(SERIAL_NUMBER, build.reboot())
  const last = await commands.issue(SERIAL_NUMBER, { text: 'SET OPTION Delay=5' })
  device.remember({ pin: '7', time: TIME })
  const executed: string[] = []
  const service = await device.start(({ text }) => {
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

it('photos, tables and rows of queries come through', async () => {
  const { adapter, device } = await served()
  await device.handshake()
  const jpeg = Buffer.from([0xff, 0xd8, 0, 10, 0xff, 0xd9])
  await device.photo({ pin: '7', time: TIME, jpeg })
  await device.uploadTable('OPERLOG', ['USER PIN=7\tName=Ada'])
  const { accepted } = await device.ping()
  expect(accepted).toBe(true)
  const records = adapter.received().flatMap((upload) => upload.records)
  expect(records).toContainEqual(expect.objectContaining({ kind: 'file', content: jpeg, pin: '7' }))
  expect(records).toContainEqual(expect.objectContaining({ type: 'user' }))
})

it('an access terminal uploads tables and rows of queries with their counts', async () => {
  const { adapter, commands, device } = await served({ manners: 'access' })
  await device.handshake()
  await device.register()
  await device.uploadTable('user', ['user uid=1\tpin=7\tname=Ada'])
  await device.photo({ pin: '7', time: TIME, jpeg: Buffer.from('jpeg') })
  const query = { text: 'DATA QUERY tablename=user,fielddesc=*,filter=*' }
  const { commandId } = await commands.issue(SERIAL_NUMBER, query)
  const rows = ['user uid=2\tpin=8\tname=Bo']
  await device.serve(async (command) => {
    await device.queryData({ commandId: command.commandId, table: 'user', rows })
    return rows.length
  }, UNTIL_IDLE)
  const uploads = adapter.received().filter((upload) => upload.commandId === commandId)
  expect(uploads.flatMap(({ records }) => records)).toMatchObject([{ fields: { pin: '8' } }])
})

it('a device that was never let in keeps its records', async () => {
  const adapter = memoryAdapter()
  let isKnown = false
  const router = terminalRouter({ adapter, authorize: () => isKnown })
  const server = await listen(createServer(express().set('env', 'test').use(router)))
  const device = deviceAt(server)
  device.remember({ pin: '7', time: TIME })
  const controller = new AbortController()
  const working = device.start(undefined, { signal: controller.signal, delay: 5 })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(device.unsent).toBe(1)
  isKnown = true
  await expect.poll(() => device.unsent).toBe(0)
  controller.abort()
  await working
})

it('a fleet with power losses and lost answers executes each command, in order', async () => {
  const { server, commands } = await served()
  const texts = ['DATA UPDATE USERINFO PIN=1', 'LOG', 'DATA DELETE USERINFO PIN=1']
  const names = Array.from({ length: 5 }, (_, index) => `F${index}`)
  for (const name of names) for (const text of texts) await commands.issue(name, { text })
  let answersLost = 6
  const hasPower = new Map<string, VirtualDevice>()
  const report = await runFleet({
    ...{ server, devices: names.length, duration: 30_000, delay: 1, rampUp: 0, pause: 1 },
    untilIdle: true,
    serialNumber: (device) => `F${device}`,
    faults: (kind) => (kind === 'reply' && answersLost-- > 0 ? { cutAfter: Infinity } : undefined),
    onDevice: (device) => hasPower.set(device.serialNumber, device),
    execute(_, serialNumber) {
      hasPower.get(serialNumber)?.reboot()
      hasPower.delete(serialNumber)
      return 0
    },
  })
  expect(report).toMatchObject({ gaveUp: [], restarts: names.length })
  for (const name of names) {
    const own = report.commands.filter(({ serialNumber }) => serialNumber === name)
    expect(own.map(({ text }) => text)).toEqual(texts)
    const last = own.map(({ executions }) => executions.at(-1) ?? -1)
    expect(last).toEqual(last.toSorted((a, b) => a - b))
  }
})

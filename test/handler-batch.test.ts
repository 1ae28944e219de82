import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { commandReplyHandler, memoryAdapter, type StorageAdapter } from '../src/index.js'
import { virtualDevice } from '../src/simulator.js'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

// Storage that notes each call, for each would be a round trip.
async function startEndpoint() {
  const memory = memoryAdapter()
  const calls: string[] = []
  const adapter: StorageAdapter = {
    findCommand(serialNumber, commandId) {
      calls.push(`findCommand ${commandId}`)
      return memory.findCommand(serialNumber, commandId)
    },
    onReply(reply, command) {
      calls.push(`onReply ${reply.commandId}`)
      return memory.onReply(reply, command)
    },
    async findCommands(serialNumber, commandIds) {
      calls.push(`findCommands ${commandIds}`)
      const found = await Promise.all(commandIds.map((id) => memory.findCommand(serialNumber, id)))
      return found.filter((command) => command != null).reverse()
    },
    async onReplies(answered) {
      const shown = answered.map(({ reply, command }) => {
        return `${reply.commandId}=${reply.returnCode} to ${command?.text}`
      })
      calls.push(`onReplies ${shown.join(', ')}`)
      for (const { reply, command } of answered) await memory.onReply(reply, command)
    },
  }
  const server = createServer(commandReplyHandler({ adapter })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  return { memory, calls, device: virtualDevice({ server, serialNumber: 'A' }) }
}

it('asks storage twice for a body of many records, in the order of the device', async () => {
  const { memory, calls, device } = await startEndpoint()
  memory.issue({ serialNumber: 'A', commandId: '2', text: 'CHECK' })
  memory.issue({ serialNumber: 'B', commandId: '3', text: 'REBOOT' })
  const records = ['ID=3&Return=-5000', 'ID=2&Return=7', 'ID=3&Return=0', 'ID=1&Return=-1']
  await device.send(records)
  expect(calls).toEqual([
    'findCommands 3,2,1',
    'onReplies 3=-5000 to undefined, 2=7 to CHECK, 3=0 to undefined, 1=-1 to undefined',
  ])
  expect(memory.replies().map((reply) => `${reply.commandId}=${reply.returnCode}`)).toEqual([
    '3=0',
    '2=7',
    '1=-1',
  ])
})

it('asks storage with the single calls for a body of one record', async () => {
  const { calls, device } = await startEndpoint()
  await device.send('ID=1&Return=0')
  expect(calls).toEqual(['findCommand 1', 'onReply 1'])
})

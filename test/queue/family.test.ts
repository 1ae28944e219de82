import { access, attendance, dangerous } from 'express-iclock/commands'
import { expect, it } from 'vitest'
import {
  type CommandQueueOptions,
  commandQueue,
  type Family,
  memoryAdapter,
} from '../../src/index.js'
import { finalReply } from '../support/reply.js'

const SN = '0316144680030'
const MD5 = 'a5bf4dcd6020f408589224274aab132d'
// A code that both families have, with different meanings.
const DISPUTED = -9

async function replied(options: CommandQueueOptions = {}, returnCode = DISPUTED) {
  const memory = memoryAdapter()
  let lookUps = 0
  const adapter = {
    ...memory,
    findTerminal(serialNumber: string) {
      lookUps++
      return memory.findTerminal(serialNumber)
    },
  }
  const commands = commandQueue(adapter, options)
  const issued = await commands.issue(SN, { text: 'CHECK' })
  finalReply(adapter, SN, issued.commandId, returnCode)
  const meaning = async () => (await commands.result(issued)).meaning
  const isAccess = () =>
    memory.onContact({ serialNumber: SN, at: new Date(), kind: 'upload', family: 'access' })
  return { commands, issued, meaning, isAccess, lookUps: () => lookUps }
}

it('The family is that of the terminal, as soon as it is known', async () => {
  const { meaning, isAccess } = await replied()
  expect(await meaning()).toBe('template differs from the stated size')
  isAccess()
  expect(await meaning()).toBe('CRC error')
})

const options: [CommandQueueOptions][] = [
  [{ family: 'attendance' }],
  [{ family: () => 'attendance' }],
  [{ family: async (): Promise<Family> => 'attendance' }],
]
it.each(options)('The family option overrides what the terminal is: %j', async (option) => {
  const { meaning, isAccess, lookUps } = await replied(option)
  isAccess()
  expect(await meaning()).toBe('template differs from the stated size')
  expect(lookUps()).toBe(0)
})

it('The family is not looked up if it makes no difference', async () => {
  const { commands, issued, meaning, lookUps } = await replied({}, 0)
  expect(await meaning()).toBe('done')
  expect(await commands.state(issued)).toBe('succeeded')
  expect(lookUps()).toBe(0)
})

it('The family is attendance if storage knows no terminals', async () => {
  const { findTerminal: _, ...adapter } = memoryAdapter()
  const commands = commandQueue(adapter)
  const issued = await commands.issue(SN, { text: 'CHECK' })
  finalReply(adapter, SN, issued.commandId, DISPUTED)
  expect((await commands.result(issued)).meaning).toBe('template differs from the stated size')
})

it('A command of the other family is refused before anything is stored', async () => {
  const memory = memoryAdapter()
  const commands = commandQueue(memory)
  const contact = { at: new Date(), kind: 'upload' } as const
  const [clock, door] = [{ family: 'attendance' }, { family: 'access' }] as const
  memory.onContact({ serialNumber: 'CLOCK', ...contact, ...clock, familyRank: 'proved' })
  memory.onContact({ serialNumber: 'DOOR', ...contact, ...door, familyRank: 'stated' })
  const wrong = [
    commands.issue('DOOR', attendance.openDoor()),
    commands.issue('CLOCK', access.openDoor({ door: 1, seconds: 5 })),
    commands.run('CLOCK', dangerous.access.clear({ table: 'user' })),
    commands.issueAll([
      { serialNumber: 'DOOR', command: access.reboot() },
      { serialNumber: 'DOOR', command: attendance.reboot() },
    ]),
  ]
  for (const issue of wrong) {
    await expect(issue).rejects.toMatchObject({ code: 'FAMILY_MISMATCH', status: 400 })
  }
  expect(await commands.list()).toEqual({ rows: [] })
})

it('A command without a family, or for a terminal of unknown family, is issued', async () => {
  const memory = memoryAdapter()
  const commands = commandQueue(memory)
  const contact = { at: new Date(), kind: 'upload', family: 'access' } as const
  memory.onContact({ serialNumber: 'DOOR', ...contact, familyRank: 'stated' })
  await commands.issue('DOOR', { text: 'REBOOT' })
  await commands.issue('DOOR', dangerous.access.upgrade({ url: 'a', checksum: MD5, size: 1 }))
  await commands.issue('NEW', attendance.openDoor())
  await commandQueue(memory, { family: 'attendance' }).issue('DOOR', attendance.openDoor())
  expect((await commands.list()).rows).toHaveLength(4)
})

it.each([
  ['seen', 'issued'],
  ['proved', 'FAMILY_MISMATCH'],
  ['stated', 'FAMILY_MISMATCH'],
] as const)('A family that is %s: a command of the other one is %s', async (familyRank, told) => {
  const memory = memoryAdapter()
  const commands = commandQueue(memory)
  for (const serialNumber of ['DOOR', 'GATE']) {
    const contact = { serialNumber, at: new Date(), kind: 'poll', family: 'access' } as const
    memory.onContact({ ...contact, familyRank })
  }
  const code = ({ code }: { code: string }) => code
  const one = commands.issue('DOOR', attendance.openDoor())
  expect(await one.then(() => 'issued', code)).toBe(told)
  const both = ['DOOR', 'GATE'].map((serialNumber) => {
    return { serialNumber, command: attendance.openDoor() }
  })
  expect(await commands.issueAll(both).then(() => 'issued', code)).toBe(told)
})

it.each([
  ['findTerminal', ['A'], { findTerminal: () => [] }],
  ['listTerminals', ['A', 'B'], { listTerminals: () => [] }],
  ['listTerminals', ['A', 'B'], { listTerminals: () => ({ rows: [{ serialNumber: 'C' }] }) }],
])('A wrong answer of %s is an error of storage, not an unknown terminal: %j', async (...given) => {
  const [call, serialNumbers, wrong] = given
  const adapter = { ...memoryAdapter(), ...(wrong as object) }
  const commands = commandQueue(adapter, { unknownTerminals: 'refuse' })
  const issues = serialNumbers.map((serialNumber) => {
    return { serialNumber, command: { text: 'CHECK' } }
  })
  const message = expect.stringContaining(`${call} of the adapter answered`)
  await expect(commands.issueAll(issues)).rejects.toMatchObject({
    code: 'STORAGE_MISMATCH',
    message,
  })
})

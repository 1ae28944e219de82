import { describe, expect, it, vi } from 'vitest'
import {
  type CommandState,
  type CommandStorage,
  commandQueue,
  type IssuedCommand,
  type MemoryAdapter,
  memoryAdapter,
  type QueuedCommand,
} from '../../src/index.js'
import { finalReply } from '../support/reply.js'

const SN = '0316144680030'
const DATA = { text: 'DATA UPDATE USERINFO PIN=7\tName=Ada' }
interface EmployeeCommand extends IssuedCommand {
  employee: number
}

function start<Issued extends IssuedCommand = IssuedCommand>() {
  const adapter = memoryAdapter<Issued>()
  return { adapter, commands: commandQueue(adapter) }
}

function openIn(adapter: Pick<MemoryAdapter, 'openCommands'>, serialNumber = SN) {
  return adapter.openCommands(serialNumber, new Date(), { limit: 10, maxBytes: 1000 }).records
}

/** Claims what is due, as a poll does. */
function handOut(adapter: CommandStorage, commandId: string, attempt = 1, seconds = 60) {
  const sentAt = new Date()
  const replyDueAt = new Date(sentAt.getTime() + seconds * 1000)
  return adapter.claim(SN, [{ commandId, attempt, sentAt, replyDueAt }])
}

describe('issue()', () => {
  it("issue() stores the command with an id of its own, the terms of data, and the app's members", async () => {
    const { adapter, commands } = start<EmployeeCommand>()
    const issued = await commands.issue(SN, DATA, { members: { employee: 7 } })
    expect(issued).toEqual({
      ...DATA,
      serialNumber: SN,
      commandId: expect.stringMatching(/^[0-9a-z]{16}$/),
      employee: 7,
    })
    expect(adapter.findRecord(SN, issued.commandId)).toEqual({
      command: issued,
      terms: { attempts: 5, replyWithin: 60_000 },
      issuedAt: expect.any(Date),
      attemptsMade: 0,
    })
  })

  it('issue() stores the terms of the command', async () => {
    const { adapter, commands } = start()
    const terms = { attempts: 1, replyWithin: 5000, key: 'door 1', endsAnswer: true }
    const { commandId } = await commands.issue(SN, {
      text: 'AC_UNLOCK',
      expiresAfter: 15_000,
      ...terms,
    })
    const record = adapter.findRecord(SN, commandId)
    const expiresAt = new Date((record?.issuedAt?.getTime() ?? 0) + 15_000)
    expect(record).toMatchObject({ terms: { ...terms, expiresAt }, openUntil: expiresAt })
  })

  it.each([
    'REBOOT',
    'reboot',
    'CONTROL DEVICE 03000000',
    'ENROLL_FP PIN=1\tFID=0',
    'UPGRADE checksum=1,url=/x,size=1',
    'SHELL ls',
  ])('%s ends an answer', async (text) => {
    const { adapter, commands } = start()
    const { commandId } = await commands.issue(SN, { text })
    expect(adapter.findRecord(SN, commandId)?.terms?.endsAnswer).toBe(true)
  })

  it('issue() rejects with the error of storage', async () => {
    const failure = new Error('no disk')
    const adapter = { ...memoryAdapter(), issue: () => Promise.reject(failure) }
    await expect(commandQueue(adapter).issue(SN, DATA)).rejects.toBe(failure)
  })
})

describe('issueAll()', () => {
  it('issueAll() stores commands for many terminals in one call of storage, in order', async () => {
    const { adapter } = start()
    const issue = vi.fn((queued: readonly QueuedCommand[]) => adapter.issue(queued))
    const commands = commandQueue({ ...adapter, issue })
    const issued = await commands.issueAll(
      ['A', 'B', 'A'].map((serialNumber, pin) => ({
        serialNumber,
        command: { text: `PIN=${pin}` },
      })),
    )
    expect(issue).toHaveBeenCalledTimes(1)
    expect(issued.map(({ text }) => text)).toEqual(['PIN=0', 'PIN=1', 'PIN=2'])
    expect(openIn(adapter, 'A').map(({ text }) => text)).toEqual(['PIN=0', 'PIN=2'])
    expect(new Set(issued.map(({ commandId }) => commandId)).size).toBe(3)
  })

  it('issueAll() stores nothing if one command is wrong', async () => {
    const { adapter, commands } = start()
    const issues = [DATA, { text: 'a\nb' }].map((command) => ({ serialNumber: SN, command }))
    await expect(commands.issueAll(issues)).rejects.toThrow(TypeError)
    expect(openIn(adapter)).toEqual([])
  })

  it('An empty list makes no call of storage', async () => {
    const { adapter } = start()
    const issue = vi.fn((queued: readonly QueuedCommand[]) => adapter.issue(queued))
    expect(await commandQueue({ ...adapter, issue }).issueAll([])).toEqual([])
    expect(issue).not.toHaveBeenCalled()
  })
})

describe('A key', () => {
  const keyed = (name: string) => ({
    text: `DATA UPDATE USERINFO PIN=7\tName=${name}`,
    key: 'user 7',
  })

  it('A newer command replaces older ones of its key that were not sent', async () => {
    const { commands } = start()
    const ada = await commands.issue(SN, keyed('Ada'))
    const other = await commands.issue(SN, { ...DATA, key: 'user 8' })
    const elsewhere = await commands.issue('B', keyed('Ada'))
    const grace = await commands.issue(SN, keyed('Grace'))
    const states = await Promise.all([ada, other, elsewhere, grace].map(commands.state))
    expect(states).toEqual(['superseded', 'waiting', 'waiting', 'waiting'])
  })

  it('A command that was sent is not replaced', async () => {
    const { adapter, commands } = start()
    const ada = await commands.issue(SN, keyed('Ada'))
    handOut(adapter, ada.commandId)
    await commands.issue(SN, keyed('Grace'))
    expect(await commands.state(ada)).toBe('sent')
  })

  it('The last command of one call replaces the others', async () => {
    const { commands } = start()
    const issued = await commands.issueAll(
      ['Ada', 'Grace', 'Joan'].map((name) => ({ serialNumber: SN, command: keyed(name) })),
    )
    const states = await Promise.all(issued.map(commands.state))
    expect(states).toEqual(['superseded', 'superseded', 'waiting'])
  })

  it('The new command stays stored if storage fails before the older are closed', async () => {
    const { adapter, commands } = start()
    const ada = await commands.issue(SN, keyed('Ada'))
    const failure = new Error('no disk')
    const cancel = () => Promise.reject(failure)
    const errors: unknown[] = []
    const onError = (error: unknown) => void errors.push(error)
    const failing = commandQueue({ ...adapter, cancel }, { onError })
    const grace = await failing.issue(SN, keyed('Grace'))
    await expect.poll(() => errors).toEqual([failure])
    expect(await Promise.all([ada, grace].map(commands.state))).toEqual(['waiting', 'waiting'])
  })

  it('Two commands that race never close each other', async () => {
    const { adapter } = start()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const slow: CommandStorage = {
      ...adapter,
      async cancel(...asked) {
        await gate
        return adapter.cancel(...asked)
      },
    }
    const both = ['Ada', 'Grace'].map((name) => commandQueue(slow).issue(SN, keyed(name)))
    await expect.poll(() => openIn(adapter)).toHaveLength(2)
    open()
    const states = (await Promise.all(both)).map(commandQueue(adapter).state)
    expect(await Promise.all(states)).toEqual(['superseded', 'waiting'])
  })
})

describe('cancel()', () => {
  it.each<[string, boolean, CommandState, (adapter: CommandStorage, id: string) => unknown]>([
    ['a waiting command', true, 'cancelled', () => {}],
    ['a sent command', true, 'cancelled', handOut],
    ['an answered command', false, 'succeeded', (adapter, id) => finalReply(adapter, SN, id)],
  ])('Cancelling %s returns %s', async (_which, inTime, state, happen) => {
    const { adapter, commands } = start()
    const issued = await commands.issue(SN, DATA)
    happen(adapter, issued.commandId)
    expect(await commands.cancel(issued)).toBe(inTime)
    expect(await commands.state(issued)).toBe(state)
  })

  it('A cancelled command does not hide a reply that comes later', async () => {
    const { adapter, commands } = start()
    const issued = await commands.issue(SN, DATA)
    handOut(adapter, issued.commandId)
    await commands.cancel(issued)
    finalReply(adapter, SN, issued.commandId)
    expect(await commands.state(issued)).toBe('succeeded')
  })

  it('Cancelling an unknown command returns false', async () => {
    const { commands } = start()
    expect(await commands.cancel({ serialNumber: SN, commandId: '1' })).toBe(false)
  })
})

describe('state()', () => {
  it('The state of an unknown command is undefined', async () => {
    const { commands } = start()
    expect(await commands.state({ serialNumber: SN, commandId: '1' })).toBe(undefined)
  })

  it('The state depends on the family of the terminal', async () => {
    const { adapter } = start()
    const family = (serialNumber: string) =>
      serialNumber === 'door' ? ('access' as const) : ('attendance' as const)
    const commands = commandQueue(adapter, { family })
    for (const serialNumber of ['door', 'clock']) finalReply(adapter, serialNumber, '1', 7)
    expect(await commands.state({ serialNumber: 'door', commandId: '1' })).toBe('succeeded')
    expect(await commands.state({ serialNumber: 'clock', commandId: '1' })).toBe('unknown')
    const access = commandQueue(adapter, { family: 'access' })
    expect(await access.state({ serialNumber: 'clock', commandId: '1' })).toBe('succeeded')
  })
})

describe('The method list()', () => {
  it('The filter goes to storage, and each command comes back with its state', async () => {
    const { adapter } = start()
    const row = { serialNumber: SN, commandId: '1', text: 'CHECK', attemptsMade: 0 }
    const listCommands = vi.fn((_filter: object, _now: Date) => ({ rows: [row], next: 'x' }))
    const commands = commandQueue({ ...adapter, listCommands })
    expect(await commands.list({ state: 'waiting', limit: 5, after: 'y' })).toEqual({
      rows: [{ ...row, state: 'waiting', meaning: expect.any(String), neverSeen: true }],
      next: 'x',
    })
    const asked = { state: ['waiting'], limit: 5, after: 'y' }
    expect(listCommands).toHaveBeenCalledWith(asked, expect.any(Date))
  })

  it('An adapter without the call is reported as having no list', async () => {
    const { listCommands: _, countCommands: __, ...adapter } = memoryAdapter()
    const commands = commandQueue(adapter)
    await expect(commands.list()).rejects.toThrow('option "adapter.listCommands"')
    await expect(commands.count()).rejects.toThrow('option "adapter.countCommands"')
  })

  it('The list has what is waiting, lost and refused, the newest first', async () => {
    const { adapter, commands } = start()
    const [refused, lost, waiting] = await commands.issueAll(
      ['1', '2', '3'].map((pin) => ({
        serialNumber: SN,
        command: { text: `DATA DELETE USERINFO PIN=${pin}`, attempts: 1 },
      })),
    )
    finalReply(adapter, SN, refused?.commandId ?? '', -1002)
    handOut(adapter, lost?.commandId ?? '', 1, -1)
    const listed = async (state?: CommandState) =>
      (await commands.list(state && { state })).rows.map((row) => [row.commandId, row.state])
    expect(await listed()).toEqual([
      [waiting?.commandId, 'waiting'],
      [lost?.commandId, 'unanswered'],
      [refused?.commandId, 'failed'],
    ])
    expect(await listed('unanswered')).toEqual([[lost?.commandId, 'unanswered']])
  })
})

describe('A wrong queue', () => {
  it.each<[string, () => unknown, string]>([
    ['without an adapter', () => commandQueue(undefined as never), 'option "adapter" is undefined'],
    [
      'without a call of the adapter',
      () => commandQueue({ ...memoryAdapter(), findRecord: undefined } as never),
      'option "adapter.findRecord" is undefined',
    ],
    ['with an unknown option', () => commandQueue(memoryAdapter(), { x: 1 } as never), '"x"'],
    [
      'with an unknown family',
      () => commandQueue(memoryAdapter(), { family: 'security' as never }),
      'option "family" is "security"; expected "attendance", "access"',
    ],
    [
      'with an encoding that text cannot be written in',
      () => commandQueue(memoryAdapter(), { encoding: 'utf-16le' }),
      'option "encoding" is "utf-16le"',
    ],
  ])('A queue %s is refused', (_title, make, message) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Claim,
  type CommandIdentity,
  type CommandQueue,
  type CommandStorage,
  commandQueue,
  memoryAdapter,
} from '../../src/index.js'
import { announce } from '../../src/reply/arrival.js'
import { finalReply } from '../support/reply.js'

const SN = '0316144680030'
const DATA = { text: 'DATA UPDATE USERINFO PIN=7' }

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

function start(changes: Partial<CommandStorage> = {}) {
  const memory = memoryAdapter()
  const adapter: CommandStorage = { ...memory, ...changes }
  return { memory, adapter, commands: commandQueue(adapter) }
}

function claimOf(commandId: string, attempt: number, isLast: boolean): Claim {
  const sentAt = new Date()
  const replyDueAt = new Date(sentAt.getTime() + 60_000)
  return { commandId, attempt, sentAt, replyDueAt, ...(isLast && { openUntil: replyDueAt }) }
}

function handOut({ claim }: CommandStorage, commandId: string, attempt: number, isLast: boolean) {
  return claim(SN, [claimOf(commandId, attempt, isLast)])
}

describe('resolves if the command', () => {
  it('is done, with the reply and the command', async () => {
    const { memory, commands } = start()
    const issued = await commands.issue(SN, DATA)
    finalReply(memory, SN, issued.commandId)
    expect(await commands.result(issued)).toEqual({
      state: 'succeeded',
      outcome: 'succeeded',
      meaning: 'done',
      reply: memory.findRecord(SN, issued.commandId)?.reply,
      command: issued,
    })
  })

  it('has failed, and was answered before anybody waited', async () => {
    const { memory, commands } = start()
    finalReply(memory, SN, '1', -1002)
    const identity = { serialNumber: SN, commandId: '1' }
    expect(await commands.result(identity)).toMatchObject({
      state: 'failed',
      outcome: 'failed',
      meaning: 'not supported',
    })
  })

  it('expires', async () => {
    const { commands } = start()
    const issued = await commands.issue(SN, { ...DATA, expiresAfter: 15_000 })
    const result = commands.result(issued)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await result).toEqual({
      state: 'expired',
      meaning: 'its time was over before the terminal asked for it',
      command: issued,
    })
  })

  it('is never answered', async () => {
    const { memory, commands } = start()
    const issued = await commands.issue(SN, { ...DATA, attempts: 1 })
    handOut(memory, issued.commandId, 1, true)
    const result = commands.result(issued, { timeout: 120_000 })
    await vi.advanceTimersByTimeAsync(70_000)
    expect(await result).toMatchObject({ state: 'unanswered', command: issued })
  })

  it('is cancelled, at once in this process', async () => {
    const { commands } = start()
    const issued = await commands.issue(SN, DATA)
    const result = commands.result(issued)
    await commands.cancel(issued)
    expect(await result).toMatchObject({ state: 'cancelled', meaning: 'cancelled' })
  })

  it('is superseded, at once in this process', async () => {
    const { commands } = start()
    const issued = await commands.issue(SN, { ...DATA, key: 'user 7' })
    const result = commands.result(issued)
    await commands.issue(SN, { ...DATA, key: 'user 7' })
    expect(await result).toMatchObject({ state: 'superseded' })
  })

  it('was accepted, and then cancelled', async () => {
    const { memory, commands } = start()
    const issued = await commands.issue(SN, DATA)
    finalReply(memory, SN, issued.commandId, -5000)
    await commands.cancel(issued)
    expect(await commands.result(issued)).toMatchObject({
      state: 'cancelled',
      outcome: 'pending',
      meaning: 'cancelled',
      reply: { returnCode: -5000 },
    })
  })
})

describe.each(['result', 'state'] as const)('a command that %s says has expired', (call) => {
  const told = async (commands: CommandQueue, issued: CommandIdentity) => {
    const said = await commands[call](issued)
    return typeof said === 'object' ? said.state : said
  }

  it('is not handed out by a claim that comes too late', async () => {
    const { memory, commands } = start()
    const issued = await commands.issue(SN, { ...DATA, expiresAfter: 15_000 })
    const claim = claimOf(issued.commandId, 1, false)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await told(commands, issued)).toBe('expired')
    expect(memory.claim(SN, [claim])).toEqual([])
    expect(await commands.state(issued)).toBe('expired')
    expect(await commands.cancel(issued)).toBe(false)
  })

  it('is closed as of the moment it expired', async () => {
    const { memory, commands } = start()
    const issued = await commands.issue(SN, { ...DATA, expiresAfter: 15_000 })
    const at = memory.findRecord(SN, issued.commandId)?.openUntil
    await vi.advanceTimersByTimeAsync(20_000)
    await told(commands, issued)
    expect(memory.findRecord(SN, issued.commandId)?.cancelled).toEqual({ at, reason: 'expired' })
  })

  it('is told from the closing, not from a read that may be behind it', async () => {
    const { memory } = start()
    const { commandId } = await commandQueue(memory).issue(SN, { ...DATA, expiresAfter: 1 })
    const behind = memory.findRecord(SN, commandId)
    const commands = commandQueue({ ...memory, findRecord: () => behind })
    await vi.advanceTimersByTimeAsync(1)
    expect(await told(commands, { serialNumber: SN, commandId })).toBe('expired')
  })

  it('is closed by a later try, if a claim that was given back held it for a moment', async () => {
    const { memory } = start()
    let refusals = 2
    const cancel: CommandStorage['cancel'] = (...asked) => {
      return refusals-- > 0 ? [] : memory.cancel(...asked)
    }
    const commands = commandQueue({ ...memory, cancel })
    const issued = await commands.issue(SN, { ...DATA, expiresAfter: 1 })
    await vi.advanceTimersByTimeAsync(1)
    expect(await told(commands, issued)).toBe('expired')
    expect(memory.findRecord(SN, issued.commandId)?.cancelled?.reason).toBe('expired')
  })

  it('is an error if the adapter does not close it', async () => {
    const { commands } = start({ cancel: () => [] })
    const issued = await commands.issue(SN, { ...DATA, expiresAfter: 1 })
    await vi.advanceTimersByTimeAsync(1)
    await expect(told(commands, issued)).rejects.toThrow(/cancel of the adapter .* 'expired'/)
  })
})

it.each([0, 1, 2, 3, 4, 5, 6])(
  'closes what it reports as expired, even if it expires %i turns after it was read',
  async (turns) => {
    const { memory } = start()
    const { commandId } = await commandQueue(memory).issue(SN, { ...DATA, expiresAfter: 15_000 })
    const end = Date.now() + 15_000
    const findRecord: CommandStorage['findRecord'] = (...asked) => {
      const pass = async () => {
        for (let turn = 0; turn < turns; turn++) await undefined
        vi.setSystemTime(end)
      }
      void pass()
      return memory.findRecord(...asked)
    }
    const state = await commandQueue({ ...memory, findRecord }).state({
      serialNumber: SN,
      commandId,
    })
    const isClosed = memory.findRecord(SN, commandId)?.cancelled !== undefined
    expect(state).toBe(isClosed ? 'expired' : 'waiting')
  },
)

it('does not call a command expired that is claimed meanwhile', async () => {
  const { memory } = start()
  const cancel: CommandStorage['cancel'] = (serialNumber, commandIds, at, reason) => {
    const [commandId = ''] = commandIds
    // A claim that was on its way since before the command expired.
    memory.claim(SN, [{ ...claimOf(commandId, 1, true), sentAt: new Date(at.getTime() - 1000) }])
    return memory.cancel(serialNumber, commandIds, at, reason)
  }
  const commands = commandQueue({ ...memory, cancel })
  const issued = await commands.issue(SN, { ...DATA, attempts: 1, expiresAfter: 500 })
  await vi.advanceTimersByTimeAsync(500)
  expect(await commands.state(issued)).toBe('sent')
  const result = commands.result(issued)
  finalReply(memory, SN, issued.commandId)
  announce(SN, issued.commandId)
  expect(await result).toMatchObject({ state: 'succeeded' })
})

it('waits on after a pending reply, for the final one', async () => {
  const { memory, commands } = start()
  const issued = await commands.issue(SN, DATA)
  let hasResolved = false
  const result = commands.result(issued).finally(() => {
    hasResolved = true
  })
  finalReply(memory, SN, issued.commandId, -5000)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(hasResolved).toBe(false)
  finalReply(memory, SN, issued.commandId, -1001)
  await vi.advanceTimersByTimeAsync(3000)
  expect(await result).toMatchObject({ state: 'failed' })
})

it('resolves at once where this process received the reply', async () => {
  const { memory, commands } = start()
  const issued = await commands.issue(SN, DATA)
  const result = commands.result(issued)
  finalReply(memory, SN, issued.commandId)
  announce(SN, issued.commandId)
  expect(await result).toMatchObject({ state: 'succeeded' })
})

it('does not miss a reply that comes while storage is asked', async () => {
  const { memory } = start()
  const findRecord = async (serialNumber: string, commandId: string) => {
    const record = memory.findRecord(serialNumber, commandId)
    if (record?.reply === undefined) {
      finalReply(memory, SN, commandId)
      announce(SN, commandId)
    }
    return record
  }
  const commands = commandQueue({ ...memory, findRecord })
  expect(await commands.run(SN, DATA)).toMatchObject({ state: 'succeeded' })
})

it('sees what another process wrote, asking with growing pauses', async () => {
  const { memory } = start()
  const findRecord = vi.fn(memory.findRecord)
  const commands = commandQueue({ ...memory, findRecord })
  const issued = await commands.issue(SN, DATA)
  const result = commands.result(issued, { timeout: 0 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(findRecord.mock.calls.length).toBeGreaterThan(20)
  expect(findRecord.mock.calls.length).toBeLessThan(40)
  finalReply(memory, SN, issued.commandId)
  await vi.advanceTimersByTimeAsync(3000)
  expect(await result).toMatchObject({ state: 'succeeded' })
  expect(vi.getTimerCount()).toBe(0)
})

describe('rejects', () => {
  it('with COMMAND_TIMEOUT when the time is over, and leaves the command in the queue', async () => {
    const { commands } = start()
    const issued = await commands.issue(SN, DATA)
    const result = expect(commands.result(issued, { timeout: 5000 })).rejects.toMatchObject({
      code: 'COMMAND_TIMEOUT',
      status: 504,
      message: expect.stringContaining(issued.commandId),
    })
    await vi.advanceTimersByTimeAsync(5000)
    await result
    expect(await commands.state(issued)).toBe('waiting')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('after a minute if no time is given', async () => {
    const { commands } = start()
    const result = expect(commands.run(SN, DATA)).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT' })
    await vi.advanceTimersByTimeAsync(60_000)
    await result
  })

  it('in time even if storage is silent', async () => {
    const { memory } = start()
    const silent = { ...memory, findRecord: () => new Promise<undefined>(() => {}) }
    const identity = { serialNumber: SN, commandId: '1' }
    const result = commandQueue(silent).result(identity, { timeout: 5000 })
    const rejected = expect(result).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT' })
    await vi.advanceTimersByTimeAsync(5000)
    await rejected
  })

  it('with the reason of the signal, now or later', async () => {
    const { commands } = start()
    const issued = await commands.issue(SN, DATA)
    const reason = new Error('the browser is gone')
    const controller = new AbortController()
    const waiting = expect(commands.result(issued, { signal: controller.signal })).rejects.toBe(
      reason,
    )
    controller.abort(reason)
    await waiting
    const { signal } = controller
    await expect(commands.result(issued, { signal })).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('without issuing anything if the signal of run was aborted before', async () => {
    const { memory, commands } = start()
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(commands.run(SN, DATA, { signal })).rejects.toThrow('too late')
    expect(memory.openCommands(SN, new Date(), 10)).toEqual([])
  })

  it('with COMMAND_UNKNOWN if storage does not have the command', async () => {
    const { commands } = start()
    await expect(commands.result({ serialNumber: SN, commandId: '1' })).rejects.toMatchObject({
      code: 'COMMAND_UNKNOWN',
      status: 404,
    })
  })

  it('with the error of storage', async () => {
    const failure = new Error('no disk')
    const { memory } = start()
    const commands = commandQueue({ ...memory, findRecord: () => Promise.reject(failure) })
    await expect(commands.result({ serialNumber: SN, commandId: '1' })).rejects.toBe(failure)
  })

  it.each([{ timeout: -1 }, { timeout: 2 ** 31 }, { timeout: '5' }, { tiemout: 5 }])(
    'with a TypeError for %j',
    async (options) => {
      const { commands } = start()
      const identity = { serialNumber: SN, commandId: '1' }
      await expect(commands.result(identity, options as never)).rejects.toThrow(TypeError)
    },
  )
})

it('does not keep the process alive', { timeout: 30_000 }, async () => {
  vi.useRealTimers()
  const program = `
    import { commandQueue, memoryAdapter } from 'express-iclock'
    const commands = commandQueue(memoryAdapter())
    process.on('exit', () => console.log('over'))
    commands.run('A', { text: 'CHECK' }, { timeout: 600_000 })`
  const args = ['--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toBe('over\n')
})

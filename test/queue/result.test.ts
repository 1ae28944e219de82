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
import { announce } from '../../src/news.js'
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

describe('What result() resolves with', () => {
  it('A command that is done resolves with the reply and the command', async () => {
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

  it('A failed command resolves, even if its reply came before anybody waited', async () => {
    const { memory, commands } = start()
    finalReply(memory, SN, '1', -1002)
    const identity = { serialNumber: SN, commandId: '1' }
    expect(await commands.result(identity)).toMatchObject({
      state: 'failed',
      outcome: 'failed',
      meaning: 'not supported',
    })
  })

  it('An expired command resolves', async () => {
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

  it('A command that is never answered resolves', async () => {
    const { memory, commands } = start()
    const issued = await commands.issue(SN, { ...DATA, attempts: 1 })
    handOut(memory, issued.commandId, 1, true)
    const result = commands.result(issued, { timeout: 120_000 })
    await vi.advanceTimersByTimeAsync(70_000)
    expect(await result).toMatchObject({ state: 'unanswered', command: issued })
  })

  it('A cancelled command resolves, immediately in this process', async () => {
    const { commands } = start()
    const issued = await commands.issue(SN, DATA)
    const result = commands.result(issued)
    await commands.cancel(issued)
    expect(await result).toMatchObject({ state: 'cancelled', meaning: 'cancelled' })
  })

  it('A superseded command resolves, immediately in this process', async () => {
    const { commands } = start()
    const issued = await commands.issue(SN, { ...DATA, key: 'user 7' })
    const result = commands.result(issued)
    await commands.issue(SN, { ...DATA, key: 'user 7' })
    expect(await result).toMatchObject({ state: 'superseded' })
  })

  it('A command that was accepted and then cancelled resolves', async () => {
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

describe.each(['result', 'state'] as const)('A command that %s() reports as expired', (call) => {
  const told = async (commands: CommandQueue, issued: CommandIdentity) => {
    const said = await commands[call](issued)
    return typeof said === 'object' ? said.state : said
  }

  it('An expired command is not sent by a claim that comes too late', async () => {
    const { memory, commands } = start()
    const issued = await commands.issue(SN, { ...DATA, expiresAfter: 15_000 })
    const claim = claimOf(issued.commandId, 1, false)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await told(commands, issued)).toBe('expired')
    expect(memory.claim(SN, [claim])).toEqual([])
    expect(await commands.state(issued)).toBe('expired')
    expect(await commands.cancel(issued)).toBe(false)
  })

  it('An expired command is closed as of the moment it expired', async () => {
    const { memory, commands } = start()
    const issued = await commands.issue(SN, { ...DATA, expiresAfter: 15_000 })
    const at = memory.findRecord(SN, issued.commandId)?.openUntil
    await vi.advanceTimersByTimeAsync(20_000)
    await told(commands, issued)
    expect(memory.findRecord(SN, issued.commandId)?.cancelled).toEqual({ at, reason: 'expired' })
  })

  it('The closing decides that a command expired, not a read that may be behind it', async () => {
    const { memory } = start()
    const { commandId } = await commandQueue(memory).issue(SN, { ...DATA, expiresAfter: 1 })
    const identity = { serialNumber: SN, commandId }
    const behind = memory.findSummaries([identity])
    const commands = commandQueue({ ...memory, findSummaries: () => behind })
    await vi.advanceTimersByTimeAsync(1)
    expect(await told(commands, identity)).toBe('expired')
  })

  it('A later try closes the command, if a claim that was given back held it for a moment', async () => {
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

  it('An adapter that does not close an expired command causes an error', async () => {
    const { commands } = start({ cancel: () => [] })
    const issued = await commands.issue(SN, { ...DATA, expiresAfter: 1 })
    await vi.advanceTimersByTimeAsync(1)
    await expect(told(commands, issued)).rejects.toThrow(/cancel of the adapter .* 'expired'/)
  })
})

it.each([0, 1, 2, 3, 4, 5, 6])(
  'A command reported as expired is closed, even if it expires %i turns after it was read',
  async (turns) => {
    const { memory } = start()
    const { commandId } = await commandQueue(memory).issue(SN, { ...DATA, expiresAfter: 15_000 })
    const end = Date.now() + 15_000
    const findSummaries: CommandStorage['findSummaries'] = (...asked) => {
      const pass = async () => {
        for (let turn = 0; turn < turns; turn++) await undefined
        vi.setSystemTime(end)
      }
      void pass()
      return memory.findSummaries(...asked)
    }
    const state = await commandQueue({ ...memory, findSummaries }).state({
      serialNumber: SN,
      commandId,
    })
    const isClosed = memory.findRecord(SN, commandId)?.cancelled !== undefined
    expect(state).toBe(isClosed ? 'expired' : 'waiting')
  },
)

it('A command that is claimed meanwhile is not reported as expired', async () => {
  const { memory } = start()
  const cancel: CommandStorage['cancel'] = (serialNumber, which, at, reason) => {
    const [commandId = ''] = 'ids' in which ? which.ids : []
    // A claim that was sent before the command expired.
    memory.claim(SN, [{ ...claimOf(commandId, 1, true), sentAt: new Date(at.getTime() - 1000) }])
    return memory.cancel(serialNumber, which, at, reason)
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

it('result() keeps waiting after a pending reply, for the final one', async () => {
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

it('result() resolves immediately if this process received the reply', async () => {
  const { memory, commands } = start()
  const issued = await commands.issue(SN, DATA)
  const result = commands.result(issued)
  finalReply(memory, SN, issued.commandId)
  announce(SN, issued.commandId)
  expect(await result).toMatchObject({ state: 'succeeded' })
})

it('A reply that comes while storage is being read is not missed', async () => {
  const { memory } = start()
  const findSummaries = async (identities: readonly CommandIdentity[]) => {
    const summaries = memory.findSummaries(identities)
    const [{ commandId, reply } = { commandId: '', reply: undefined }] = summaries
    if (reply === undefined) {
      finalReply(memory, SN, commandId)
      announce(SN, commandId)
    }
    return summaries
  }
  const commands = commandQueue({ ...memory, findSummaries })
  expect(await commands.run(SN, DATA)).toMatchObject({ state: 'succeeded' })
})

it('result() sees what another process wrote, by polling with growing pauses', async () => {
  const { memory } = start()
  const findSummaries = vi.fn(memory.findSummaries)
  const findRecord = vi.fn(memory.findRecord)
  const commands = commandQueue({ ...memory, findSummaries, findRecord })
  const issued = await commands.issue(SN, DATA)
  const result = commands.result(issued, { timeout: 0 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(findSummaries.mock.calls.length).toBeGreaterThan(20)
  expect(findSummaries.mock.calls.length).toBeLessThan(40)
  expect(findRecord).not.toHaveBeenCalled()
  finalReply(memory, SN, issued.commandId)
  await vi.advanceTimersByTimeAsync(3000)
  expect(await result).toMatchObject({ state: 'succeeded' })
  expect(vi.getTimerCount()).toBe(0)
})

describe('What result() rejects with', () => {
  it('A timeout rejects with COMMAND_TIMEOUT, and leaves the command in the queue', async () => {
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

  it('The timeout is a minute by default', async () => {
    const { commands } = start()
    const result = expect(commands.run(SN, DATA)).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT' })
    await vi.advanceTimersByTimeAsync(60_000)
    await result
  })

  it('The timeout holds even if storage never answers', async () => {
    const { memory } = start()
    const silent = { ...memory, findSummaries: () => new Promise<never>(() => {}) }
    const identity = { serialNumber: SN, commandId: '1' }
    const result = commandQueue(silent).result(identity, { timeout: 5000 })
    const rejected = expect(result).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT' })
    await vi.advanceTimersByTimeAsync(5000)
    await rejected
  })

  it('An aborted signal rejects with its reason, now or later', async () => {
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

  it('A signal aborted before run() issues nothing', async () => {
    const { memory, commands } = start()
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(commands.run(SN, DATA, { signal })).rejects.toThrow('too late')
    expect(memory.listCommands({}, new Date()).rows).toEqual([])
  })

  it('A command that storage does not have rejects with COMMAND_UNKNOWN', async () => {
    const { commands } = start()
    await expect(commands.result({ serialNumber: SN, commandId: '1' })).rejects.toMatchObject({
      code: 'COMMAND_UNKNOWN',
      status: 404,
    })
  })

  it('A failure of storage rejects with its error', async () => {
    const failure = new Error('no disk')
    const { memory } = start()
    const commands = commandQueue({ ...memory, findSummaries: () => Promise.reject(failure) })
    await expect(commands.result({ serialNumber: SN, commandId: '1' })).rejects.toBe(failure)
  })

  it.each([
    ...[{ timeout: -1 }, { timeout: 2 ** 31 }, { timeout: '5' }, { tiemout: 5 }],
    ...[{ signal: {} }, { signal: null }, { signal: new AbortController() }],
  ])('The wrong options %j reject with a TypeError', async (options) => {
    const { commands } = start()
    const identity = { serialNumber: SN, commandId: '1' }
    await expect(commands.result(identity, options as never)).rejects.toThrow(TypeError)
  })

  it('Wrong options of run() issue nothing', async () => {
    const { memory, commands } = start()
    for (const options of [{ timeout: '5s' }, { signal: {} }, { tiemout: 5 }, { members: 7 }]) {
      await expect(commands.run(SN, DATA, options as never)).rejects.toThrow(TypeError)
    }
    expect(memory.listCommands({}, new Date()).rows).toEqual([])
  })
})

async function printed(program: string): Promise<string> {
  vi.useRealTimers()
  const args = ['--input-type=module', '--eval', program]
  return (await promisify(execFile)(process.execPath, args)).stdout
}

it('A process lives until what it awaits has a result', { timeout: 30_000 }, async () => {
  const program = `
    import { commandQueue, memoryAdapter } from 'express-iclock'
    const adapter = memoryAdapter()
    const commands = commandQueue(adapter)
    const issued = await commands.issue('A', { text: 'CHECK', expiresAfter: 300 })
    console.log((await commands.result(issued, { timeout: 0 })).state)
    const late = commands.run('A', { text: 'CHECK' }, { timeout: 200 })
    console.log(await late.catch(({ code }) => code))`
  expect(await printed(program)).toBe('expired\nCOMMAND_TIMEOUT\n')
})

it('Many waits on one signal warn of nothing, and end together', { timeout: 30_000 }, async () => {
  const program = `
    import { commandQueue, memoryAdapter } from 'express-iclock'
    process.on('warning', (warning) => console.log(warning.name))
    const commands = commandQueue(memoryAdapter())
    const aborting = new AbortController()
    const issued = await commands.issue('A', { text: 'CHECK' })
    const waits = Array.from({ length: 30 }, () => {
      return commands.result(issued, { signal: aborting.signal }).catch(({ message }) => message)
    })
    setTimeout(() => aborting.abort(new Error('enough')), 50)
    console.log(new Set(await Promise.all(waits)))`
  expect(await printed(program)).toBe("Set(1) { 'enough' }\n")
})

import { describe, expect, it } from 'vitest'
import { Deadline } from '../../src/endpoint/deadline.js'
import type { AnsweredCommand, ReplyKept, ReplyStorage } from '../../src/index.js'
import { parseReplies } from '../../src/reply/parse.js'
import { keepInStorage } from '../../src/reply/store.js'

const SN = 'A'
const late = { code: 'STORAGE_TIMEOUT', status: 503 }

/** Storage that records its calls, and whether others get a turn meanwhile. */
function noting(answer: (id: string) => unknown = () => undefined) {
  const kept: string[] = []
  const storage: ReplyStorage = {
    findCommand: () => undefined,
    onReply({ commandId, returnCode }) {
      kept.push(`${commandId} ${returnCode}`)
      return answer(commandId) as ReplyKept
    },
    onUnparsed: (lines) => void kept.push(...lines.map((line) => `unparsed ${line}`)),
  }
  return { kept, storage }
}

/** The same storage, asked once for all records. */
function batching(storage: ReplyStorage): ReplyStorage {
  return {
    ...storage,
    findCommands: () => [],
    async onReplies(answered: readonly AnsweredCommand[]) {
      return Promise.all(
        answered.map(
          async ({ reply, command }) => (await storage.onReply(reply, command)) ?? 'kept',
        ),
      )
    },
  }
}

/** Stores a body, and returns the ids reported as new. */
async function keep(body: string, storage: ReplyStorage, timeout = 60_000): Promise<string[]> {
  const fresh: string[] = []
  const deadline = new Deadline(timeout, 'storage')
  const parsed = parseReplies(Buffer.from(body), { serialNumber: SN })
  try {
    await keepInStorage(
      parsed,
      SN,
      storage,
      deadline,
      ({ commandId }) => void fresh.push(commandId),
    )
  } finally {
    deadline.end()
  }
  return fresh
}

const work = (ms: number) => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe.each(['one by one', 'as a batch'])('Storing replies, %s', (way) => {
  const of = (storage: ReplyStorage) => (way === 'as a batch' ? batching(storage) : storage)
  const body = (...records: [id: number | string, code: number][]) =>
    records.map(([id, code]) => `ID=${id}&Return=${code}`).join('\n')

  it.each([
    ['the last of two finals', body([1, 0], [2, 0], [1, -3]), ['2 0', '1 -3']],
    ['the final before a pending one', body([1, 0], [2, 0], [1, -5000]), ['1 0', '2 0']],
    ['the final behind a pending one', body([1, -5000], [2, 0], [1, 0]), ['2 0', '1 0']],
    ['the last final', body([1, 0], [1, -5000], [1, -3], [1, -5000]), ['1 -3']],
    ['the last pending one if there is no final', body([1, -5000], [1, -5000]), ['1 -5000']],
    [
      'each of different ids',
      body(['0012', 0], ['12', 0], ['a', 0], ['A', 0]),
      ['0012 0', '12 0', 'a 0', 'A 0'],
    ],
  ])('Storage gets, of the records of one id, %s', async (_what, records, expected) => {
    const { kept, storage } = noting()
    await keep(records, of(storage))
    expect(kept).toEqual(expected)
  })

  it('New replies are reported', async () => {
    const { storage } = noting((id) => ({ 1: 'kept', 2: 'repeated' })[id])
    expect(await keep(body([1, 0], [2, 0], [3, 0]), of(storage))).toEqual(['1', '3'])
  })

  it('Ids that collide in a decimal hash are quick to store', async () => {
    const { kept, storage } = noting()
    const records = Array.from({ length: 30_000 }, (_, k): [string, number] => [`${k * 32_768}`, 0])
    await keep(body(...records), of(storage))
    expect(kept).toHaveLength(30_000)
  })
})

it('Every reply of a batch counts as new if storage does not report which are', async () => {
  const { storage } = noting()
  for (const onReplies of [() => undefined, async () => ({ insertedCount: 2 }) as never]) {
    expect(await keep('ID=1&Return=0\nID=2&Return=0', { ...batching(storage), onReplies })).toEqual(
      ['1', '2'],
    )
  }
})

it('The new replies before a failure of storage are reported', async () => {
  const fresh: string[] = []
  const { storage } = noting((id) => (id === '2' ? Promise.reject(new Error('down')) : 'kept'))
  const parsed = parseReplies(Buffer.from('ID=1&Return=0\nID=2&Return=0'), { serialNumber: SN })
  const kept = keepInStorage(parsed, SN, storage, new Deadline(0, 'storage'), ({ commandId }) => {
    fresh.push(commandId)
  })
  await expect(kept).rejects.toThrow('down')
  expect(fresh).toEqual(['1'])
})

describe('Storage that answers at once', () => {
  const long = Array.from({ length: 5000 }, (_, id) => `ID=${id}&Return=0`).join('\n')

  it.each([
    ['a value', () => work(1)],
    ['a promise', async () => work(1)],
  ])('Storage that returns %s at once is bounded by the timeout', async (_what, onReply) => {
    const { kept, storage } = noting(onReply)
    await expect(keep(long, storage, 100)).rejects.toMatchObject(late)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.length).toBeLessThan(1000)
  })

  it('Other work gets turns of the event loop', async () => {
    const { kept, storage } = noting(() => work(1))
    let turns = 0
    const others = setInterval(() => turns++, 1)
    try {
      await keep(long.split('\n').slice(0, 100).join('\n'), storage)
    } finally {
      clearInterval(others)
    }
    expect(kept).toHaveLength(100)
    expect(turns).toBeGreaterThan(3)
  })
})

it('Storage whose promise leads to one that never settles is bounded', async () => {
  const never = new Promise(() => {})
  const { storage } = noting(() => ({
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    then: (fulfill: (value: unknown) => void) => fulfill(never),
  }))
  await expect(keep('ID=1&Return=0', storage, 10)).rejects.toMatchObject(late)
})

import { expect, it } from 'vitest'
import { commandQueue, memoryAdapter } from '../../src/index.js'
import { nextIds } from '../../src/queue/number.js'

const SN = '1'
const HIGHEST = 2_147_483_647

function storage(first = 1, known: readonly number[] = []) {
  const memory = memoryAdapter()
  for (const id of known) {
    memory.recordSent({ serialNumber: SN, commandId: `${id}`, text: 'CHECK' })
  }
  if (first > 1) memory.nextNumbers(SN, first - 1)
  const counts: number[] = []
  const nextNumbers = (serialNumber: string, count: number) => {
    counts.push(count)
    return memory.nextNumbers(serialNumber, count)
  }
  return { adapter: { ...memory, nextNumbers }, counts }
}

it('Numbers come in order, in one statement', async () => {
  const { adapter, counts } = storage()
  expect(await nextIds(adapter, SN, 3)).toEqual(['1', '2', '3'])
  expect(await nextIds(adapter, SN, 1)).toEqual(['4'])
  expect(counts).toEqual([3, 1])
})

it('Numbers that storage knows are passed over, in few statements', async () => {
  const known = Array.from({ length: 5000 }, (_, index) => index + 1)
  const { adapter, counts } = storage(1, known)
  expect(await nextIds(adapter, SN, 2)).toEqual(['5001', '5002'])
  expect(counts.length).toBeLessThan(20)
  expect(Math.max(...counts)).toBe(1000)
})

it('The highest number is used, and none after it', async () => {
  const { adapter } = storage(HIGHEST)
  const commands = commandQueue(adapter, { commandIds: 'number' })
  expect((await commands.issue(SN, { text: 'CHECK' })).commandId).toBe(`${HIGHEST}`)
  await expect(commands.issue(SN, { text: 'CHECK' })).rejects.toMatchObject({
    code: 'COMMAND_IDS_EXHAUSTED',
  })
  expect((await commands.list()).rows).toHaveLength(1)
})

it.each([0, -1, 1.5, '1', undefined])('A counter that gives %j is refused', async (first) => {
  const { adapter } = storage()
  const wrong = { ...adapter, nextNumbers: () => first as number }
  await expect(nextIds(wrong, SN, 1)).rejects.toMatchObject({ code: 'STORAGE_MISMATCH' })
})

it('Queues of one storage never use a number twice, nor after what had it is forgotten', async () => {
  const { adapter } = storage()
  const queues = [1, 2].map(() => commandQueue(adapter, { commandIds: 'number' }))
  const issue = () => {
    const all = queues.flatMap((queue) => {
      return [1, 2, 3].map(async () => (await queue.issue(SN, { text: 'CHECK' })).commandId)
    })
    return Promise.all(all)
  }
  const first = await issue()
  for (const commandId of first) {
    await queues[0]?.cancel({ serialNumber: SN, commandId })
  }
  await new Promise((resolve) => setTimeout(resolve, 2))
  expect(await adapter.forget(new Date())).toMatchObject({ commands: 6 })
  const ids = [...first, ...(await issue())]
  expect(new Set(ids).size).toBe(12)
})

import { describe, expect, it } from 'vitest'
import { type Awaitable, Deadline } from '../../src/endpoint/deadline.js'

const late = { code: 'STORAGE_TIMEOUT', status: 503 }

/** Works without yielding, like a synchronous database. */
function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

describe('Waiting', () => {
  it('A value that came immediately or later is passed on', async () => {
    const deadline = new Deadline(60_000, 'storage')
    expect(deadline.wait(1)).toBe(1)
    expect(deadline.wait(undefined)).toBe(undefined)
    expect(await deadline.wait(Promise.resolve(2))).toBe(2)
    await expect(deadline.wait(Promise.reject(new Error('down')))).rejects.toThrow('down')
    deadline.end()
  })

  it('The wait ends in time for an answer that came immediately', () => {
    const deadline = new Deadline(10, 'storage')
    deadline.start()
    work(15)
    expect(() => deadline.wait(1)).toThrow(expect.objectContaining(late))
  })

  it('The wait ends in time for an answer that blocked the event loop', async () => {
    const deadline = new Deadline(10, 'storage')
    const blocking = Promise.resolve().then(() => work(15))
    await expect(deadline.wait(blocking)).rejects.toMatchObject(late)
    deadline.end()
  })

  const never = new Promise<never>(() => {})
  const thenableOf = (value: unknown) =>
    // biome-ignore lint/suspicious/noThenProperty: a thenable of another library
    ({ then: (fulfill: (value: unknown) => void) => fulfill(value) }) as PromiseLike<never>
  const thenable = thenableOf(never)
  const nested = thenableOf(thenable)
  it.each([
    ['a promise that never settles', never],
    ['a thenable that fulfills with one', thenable],
    ['a thenable that fulfills with such a thenable', nested],
  ] as [string, Awaitable<never>][])('The wait ends in time for %s', async (_case, answer) => {
    const deadline = new Deadline(10, 'storage')
    await expect(deadline.wait(answer)).rejects.toMatchObject(late)
    deadline.end()
  })

  it('The wait ends immediately if its time passed while nothing was awaited', async () => {
    const deadline = new Deadline(10, 'storage')
    await deadline.wait(Promise.resolve())
    await new Promise((resolve) => setTimeout(resolve, 50))
    await expect(deadline.wait(never)).rejects.toMatchObject(late)
    deadline.end()
  }, 5000)

  it('The wait has no end with a timeout of 0', async () => {
    const deadline = new Deadline(0, 'storage')
    deadline.start()
    work(15)
    expect(deadline.wait(1)).toBe(1)
    expect(await deadline.wait(Promise.resolve(2))).toBe(2)
  })
})

describe('A turn of the event loop', () => {
  it('A turn is given once storage has held it for some ms, and not before', async () => {
    const deadline = new Deadline(60_000, 'storage')
    deadline.start()
    expect(deadline.turn()).toBeUndefined()
    work(20)
    deadline.wait(undefined)
    let others = 0
    setImmediate(() => others++)
    await deadline.turn()
    expect(others).toBe(1)
  })
})

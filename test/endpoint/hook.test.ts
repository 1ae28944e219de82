import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { hookOf } from '../../src/endpoint/hook.js'
import { takeWarnings } from '../support/warning.js'

const failures = {
  'throws an error': () => {
    throw new Error('down')
  },
  'rejects with an error': () => Promise.reject(new Error('down')),
  'throws a text': () => {
    throw 'down'
  },
  'fulfills as a thenable that rejects': () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable of another library
    then: (_: unknown, reject: (reason: Error) => void) => reject(new Error('down')),
  }),
}

it('The hook is undefined if none is set', () => {
  expect(hookOf('afterReply', undefined, {})).toBeUndefined()
})

it('The hook is called with its arguments, after the work that called it', async () => {
  const calls: unknown[][] = []
  const hook = hookOf('afterReply', (...args: [number, string]) => void calls.push(args), {})
  hook?.(1, 'a')
  hook?.(2, 'b')
  expect(calls).toEqual([])
  await turn()
  expect(calls).toEqual([
    [1, 'a'],
    [2, 'b'],
  ])
})

it.each(Object.entries(failures))('onError is called when a hook %s', async (_case, failing) => {
  const errors: unknown[] = []
  const warned = takeWarnings()
  hookOf('afterReply', failing, { onError: (error) => void errors.push(error) })?.()
  await expect.poll(() => errors).toHaveLength(1)
  expect(errors[0] instanceof Error ? errors[0].message : errors[0]).toBe('down')
  await turn()
  expect(warned).toEqual([])
})

it.each(Object.entries(failures))(
  'A hook that %s without onError becomes a warning',
  async (_case, failing) => {
    const warned = takeWarnings()
    hookOf('afterReply', failing, {})?.()
    await expect.poll(() => warned).toHaveLength(1)
    expect(warned[0]).toMatchObject({ code: 'ICLOCK_HOOK' })
    expect(warned[0]?.message).toMatch(/^express-iclock: afterReply failed: "?down"?$/)
  },
)

it.each(Object.entries(failures))(
  'An onError that %s becomes a warning',
  async (_case, failing) => {
    const warned = takeWarnings()
    hookOf('afterReply', () => Promise.reject(new Error('first')), { onError: failing })?.()
    await expect.poll(() => warned).toHaveLength(1)
    expect(warned[0]?.message).toMatch(/^express-iclock: onError failed: "?down"?$/)
  },
)

it('An onError is called as a method of the options', async () => {
  const errors: unknown[] = []
  const options = {
    errors,
    onError(error: unknown) {
      this.errors.push(error)
    },
  }
  hookOf('afterReply', () => Promise.reject('down'), options)?.()
  await expect.poll(() => errors).toEqual(['down'])
})

it('An onError that is no function is refused', () => {
  expect(() => hookOf('afterReply', undefined, { onError: 5 as never })).toThrow(
    'option "onError" is 5; expected a function (error)',
  )
})

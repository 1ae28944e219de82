import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { pauseAfter, rest, unlessAborted } from '../../src/simulator/pace.js'
import { recording, terminalAt } from '../support/server.js'

it('A poll follows a command immediately, and otherwise after the delay', () => {
  expect(pauseAfter(0, false, {}, {})).toBe(0)
  expect(pauseAfter(1, false, {}, {})).toBe(100)
  expect(pauseAfter(0, true, {}, { delay: 7 })).toBe(7)
})

it('The pace slows down like firmware, up to the Delay of the server', () => {
  const pauses = (settings: Record<string, string>) =>
    Array.from({ length: 12 }, (_, idle) => pauseAfter(idle, false, settings, { realTime: true }))
  expect(pauses({})).toEqual([
    1000, 1100, 1200, 2000, 3100, 3500, 4000, 5200, 6400, 10_000, 10_000, 10_000,
  ])
  expect(pauses({ Delay: '3' }).slice(2, 6)).toEqual([1200, 2000, 3000, 3000])
  expect(pauses({ RequestDelay: '2' }).at(-1)).toBe(2000)
  expect(pauses({ Delay: 'x' }).at(-1)).toBe(10_000)
  expect(pauses({ Delay: '-1' })[0]).toBe(1000)
})

it('A refusal is followed by the ErrorDelay of the server', () => {
  const realTime = { realTime: true }
  expect(pauseAfter(0, true, { ErrorDelay: '30' }, realTime)).toBe(30_000)
  expect(pauseAfter(0, true, {}, realTime)).toBe(15_000)
})

it('An early wake-up leaves no listener behind', async () => {
  const controller = new AbortController()
  const { signal } = controller
  await rest(1, [signal, undefined])
  const resting = rest(1_000_000, [undefined, signal])
  const never = unlessAborted(new Promise(() => {}), signal)
  controller.abort()
  await resting
  expect(await never).toBeUndefined()
  await rest(1_000_000, [signal])
  const other = new AbortController().signal
  expect(await unlessAborted(3, other)).toBe(3)
  await rest(1, [other])
  for (const each of [signal, other]) expect(getEventListeners(each, 'abort')).toEqual([])
})

it('The delay is checked', async () => {
  const terminal = terminalAt((await recording()).server)
  await expect(terminal.serve(() => 0, { delay: Infinity })).rejects.toThrow('"delay" is Infinity')
})

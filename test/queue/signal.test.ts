import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { commandQueue, memoryAdapter } from '../../src/index.js'
import { onAbort } from '../../src/queue/signal.js'
import { finalReply } from '../support/reply.js'

it('A signal has one listener while anybody waits, and none afterwards', async () => {
  const adapter = memoryAdapter()
  const commands = commandQueue(adapter)
  const issued = await commands.issue('A', { text: 'CHECK' })
  const { signal } = new AbortController()
  const waits = Array.from({ length: 30 }, () => commands.result(issued, { signal }))
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  finalReply(adapter, 'A', issued.commandId, 0)
  await Promise.all(waits)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('A signal that ends some waits is listened to for those that come after', () => {
  const aborting = new AbortController()
  const told: string[] = []
  onAbort(aborting.signal, () => told.push('stopped'))()
  const stopEarly = onAbort(aborting.signal, () => told.push('stopped too'))
  onAbort(aborting.signal, () => told.push('aborted'))
  stopEarly()
  aborting.abort()
  expect(told).toEqual(['aborted'])
  stopEarly()
  expect(getEventListeners(aborting.signal, 'abort')).toEqual([])
})

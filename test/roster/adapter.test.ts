import { expect, it } from 'vitest'
import { type Contact, memoryAdapter } from '../../src/index.js'
import { listening } from '../../src/roster/adapter.js'

it('A poll starts a pass only if the count of users has changed', async () => {
  const touched: string[] = []
  const memory = memoryAdapter()
  const hearing = { adapter: memory, onEnrollment: undefined }
  const { onContact } = listening(memory, hearing, (serialNumber) => touched.push(serialNumber))
  const poll = async (more: Partial<Contact>) => {
    await onContact({ serialNumber: 'T1', at: new Date(), kind: 'poll', ...more })
    return touched.splice(0)
  }
  expect(await poll({})).toEqual([])
  expect(await poll({ users: 3 })).toEqual(['T1'])
  expect(await poll({ users: 3, records: 8 })).toEqual([])
  expect(await poll({ users: 2 })).toEqual(['T1'])
  expect(await poll({ users: 2, kind: 'handshake' })).toEqual(['T1'])
})

import { expect, it } from 'vitest'
import { fileOffers } from '../../src/files.js'
import { memoryAdapter } from '../../src/index.js'
import { terminalFetch } from '../../src/web.js'

const BYTES = Buffer.from('abc')
const FILE = { name: 'a.cfg', size: 3, md5: '900150983cd24fb0d6963f7d28e17f72' }

/** An offer, of which storage answers what it is changed to. */
async function offered(change: (offer: object) => unknown) {
  const memory = memoryAdapter()
  const { token } = await fileOffers({ adapter: memory }).offer('A', FILE)
  const answer = () => change(memory.findOffer(token) as object)
  const adapter = { ...memory, findOffer: () => answer() as never }
  const fetch = terminalFetch({ adapter, openFile: () => BYTES })
  const list = () => {
    const listOffers = () => ({ rows: [answer()] }) as never
    return fileOffers({ adapter: { ...memory, listOffers } }).list()
  }
  const get = async () => {
    const url = `http://x/iclock/file?SN=A&url=offer/${token}/a.cfg`
    try {
      return (await fetch(new Request(url)))?.status
    } catch (error) {
      return (error as { code?: unknown }).code
    }
  }
  return { get, list }
}

it('An offer is taken as storage has it', async () => {
  const { get, list } = await offered((offer) => ({ ...offer, more: 1 }))
  expect(await get()).toBe(200)
  expect((await list()).rows).toMatchObject([{ serialNumber: 'A', state: 'open' }])
})

it.each<[string, (offer: object) => unknown]>([
  ['moments are text', (offer) => ({ ...offer, expiresAt: '2000-01-01T00:00:00Z' })],
  ['numbers are text', (offer) => ({ ...offer, size: '3' })],
  ['a member is missing', (offer) => ({ ...offer, md5: undefined })],
  ['it is a list', (offer) => [offer]],
])('An offer is an error of storage if %s', async (_, change) => {
  const { get, list } = await offered(change)
  expect([500, 'STORAGE_MISMATCH']).toContain(await get())
  await expect(list()).rejects.toMatchObject({ code: 'STORAGE_MISMATCH', status: 500 })
})

it.each([[undefined], [[]], [{ rows: {} }], [{ rows: [], next: 1 }]])(
  'A page of offers is an error of storage if it is %j',
  async (page) => {
    const adapter = { ...memoryAdapter(), listOffers: () => page as never }
    await expect(fileOffers({ adapter }).list()).rejects.toMatchObject({
      code: 'STORAGE_MISMATCH',
      message: expect.stringContaining('expected { rows, next }'),
    })
  },
)

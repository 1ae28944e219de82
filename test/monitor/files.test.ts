import { expect, it } from 'vitest'
import { fileOffers } from '../../src/files.js'
import { OTHER_SN, SN, watched } from '../support/watched.js'

const MD5 = '0'.repeat(32)

it('Offers are listed with their terminals and states, without their tokens', async () => {
  const { url, adapter, terminal } = await watched()
  await terminal.handshake()
  const files = fileOffers({ adapter })
  const offer = (serialNumber: string, name: string, more: object = {}) =>
    files.offer(serialNumber, { name, size: 1000, md5: MD5, ...more })
  const [first, second] = [await offer(SN, 'a.cfg'), await offer(SN, 'b.cfg')]
  adapter.noteServed(first.token, { from: 0, to: 400, at: new Date() })
  adapter.noteServed(second.token, { from: 0, to: 1000, at: new Date() })
  await offer(OTHER_SN, 'c.cfg')
  const view = async (query = '') => {
    const text = await (await fetch(`${url}view?view=files&${query}`)).text()
    expect(text).not.toContain(first.token)
    return JSON.parse(text).view
  }
  const { list, terminals } = await view()
  const rows = list.rows.map((row: { name: string; state: string; served: number }) => {
    return `${row.name} ${row.state} ${row.served}`
  })
  expect(rows.sort()).toEqual(['a.cfg open 400', 'b.cfg sent 1000', 'c.cfg waiting 0'])
  expect(terminals).toMatchObject([{ serialNumber: SN, name: 'Main entrance' }])
  expect((await view(`sn=${OTHER_SN}`)).list.rows).toMatchObject([{ name: 'c.cfg' }])
  expect((await view('q=entrance')).list.rows).toHaveLength(2)
})

it('Sixty offers are a page of 50 and one of 10', async () => {
  const { url, adapter } = await watched()
  const files = fileOffers({ adapter })
  for (let index = 0; index < 60; index++) {
    await files.offer(SN, { name: `${index}.jpg`, size: 1, md5: MD5 })
  }
  const view = async (after = '') => {
    const answer = await fetch(`${url}view?view=files&after=${after}`)
    return JSON.parse(await answer.text()).view.list
  }
  const first = await view()
  const second = await view(first.next)
  const names = [...first.rows, ...second.rows].map(({ name }: { name: string }) => name)
  expect([first.rows.length, second.rows.length, new Set(names).size]).toEqual([50, 10, 60])
  expect(second.next).toBeUndefined()
})

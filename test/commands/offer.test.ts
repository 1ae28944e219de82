import { memoryAdapter } from 'express-iclock'
import { access, attendance, type BuiltCommand, dangerous } from 'express-iclock/commands'
import { fileOffers, type NewOffer } from 'express-iclock/files'
import { expect, it } from 'vitest'

const MD5 = '0123456789abcdef0123456789abcdef'
const DAY = 24 * 60 * 60_000
const adapter = memoryAdapter()
const files = fileOffers({ adapter, openFile: () => Buffer.alloc(3) })
const offered = (members: Partial<NewOffer> = {}) => {
  return files.offer('A', { name: 'a.jpg', size: 3, md5: MD5, expiresAfter: DAY, ...members })
}
const firmware = async (members: Partial<NewOffer> = {}) => {
  const options = { '~Platform': 'ZAM170_TFT' }
  adapter.onContact({ serialNumber: 'A', at: new Date(), kind: 'upload', options })
  const md5 = '693e9af84d3dfcc71e640e005bdc5e2e'
  return offered({ name: 'emfw.cfg', md5, platform: 'ZAM170_TFT', ...members })
}

function expectWhileOffered(command: BuiltCommand, text: string) {
  expect(command.text).toBe(text.replaceAll('⇥', '\t'))
  expect(command.expiresAfter).toBeGreaterThan(DAY - 60_000)
  expect(command.expiresAfter).toBeLessThanOrEqual(DAY)
}

it('A photo is fetched where it was offered', async () => {
  const offer = await offered()
  const { url } = offer
  expectWhileOffered(
    attendance.putUserPhoto({ pin: '7', offer }),
    `DATA UPDATE USERPIC PIN=7⇥Format=1⇥Url=${url}`,
  )
  expectWhileOffered(
    attendance.putFacePhoto({ pin: '7', offer }),
    `DATA UPDATE BIOPHOTO PIN=7⇥Type=9⇥Size=0⇥Content=⇥Format=1⇥Url=${url}⇥PostBackTmpFlag=0`,
  )
  expectWhileOffered(
    access.putUserPhoto({ pin: '7', offer }),
    `DATA UPDATE userpic pin=7⇥size=0⇥format=1⇥url=${url}⇥content=`,
  )
  expectWhileOffered(
    access.putFacePhoto({ pin: '7', offer }),
    `DATA UPDATE biophoto PIN=7⇥Type=9⇥Size=0⇥Content=⇥Format=1⇥Url=${url}⇥PostBackTmpFlag=0`,
  )
})

it('A file and rows are fetched where they were offered', async () => {
  const offer = await offered({ name: 'rows.txt' })
  const { url } = offer
  expectWhileOffered(
    dangerous.attendance.putFile({ offer, path: '/mnt/mtdblock/a' }),
    `PutFile ${url}⇥/mnt/mtdblock/a`,
  )
  expectWhileOffered(
    dangerous.attendance.putRows({ offer, path: '/tmp/a', action: 'append' }),
    `PutFile ${url}⇥/tmp/a⇥Action=AppendData`,
  )
})

it('An upgrade has the MD5, size and address of its offer', async () => {
  const offer = await firmware()
  const rest = `checksum=${offer.md5},size=3,url=${offer.url}`
  expectWhileOffered(dangerous.access.upgrade({ offer }), `UPGRADE type=1,${rest}`)
  expectWhileOffered(
    dangerous.attendance.upgrade({ offer, inPieces: true }),
    `UPGRADE type=1,${rest},supportsubcontracting=1`,
  )
  const encoded = await firmware({ isBase64: true })
  expectWhileOffered(
    dangerous.access.upgrade({ offer: encoded }),
    `UPGRADE checksum=${offer.md5},size=3,url=${encoded.url}`,
  )
})

it('A value that is no offer, or firmware whose platform nobody compared, is refused', async () => {
  const offer = await offered()
  for (const build of [
    () => dangerous.access.upgrade({ offer }),
    () => dangerous.access.upgrade({ offer: undefined as never }),
    () => dangerous.access.upgrade({ offer, url: 'x' } as never),
    () => dangerous.attendance.putFile({ offer: offer.url as never, path: '/tmp/a' }),
    () => attendance.putUserPhoto({ pin: '7', offer: {} as never }),
    () => attendance.putUserPhoto({ pin: '7', offer, url: 'x' }),
    () => access.putUserPhoto({ pin: '7', offer: 'x' as never }),
  ]) {
    expect(build).toThrow(TypeError)
  }
})

import { describe, expect, it } from 'vitest'
import { parseUpload } from '../../src/upload/parse.js'
import type { FileRecord } from '../../src/upload/upload.js'

const HEAD = 'PIN=20150731103012-123.jpg\nSN=1\nsize=4\nCMD=uploadphoto\0'
const photo = (body: string) => parseUpload(Buffer.from(body, 'latin1'), { table: 'ATTPHOTO' })
const first = (body: string) => photo(body).records[0] as FileRecord

describe('A photo', () => {
  it('A photo is the bytes after the first NUL after CMD=', () => {
    const { content, sizeMatches } = first(`${HEAD}\0\nCMD=\0\xff`)
    expect(content.toString('latin1')).toBe('\0\nCMD=\0\xff')
    expect(sizeMatches).toBe(false)
    expect(first(`${HEAD}abcd`).sizeMatches).toBe(true)
    expect(first('PIN=1\0\nCMD=uploadphoto\0abcd').content.toString()).toBe('abcd')
  })

  it("A photo's header may be in upper or lower case, with CR LF or TAB", () => {
    for (const head of [
      HEAD.replaceAll('\n', '\r\n'),
      HEAD.replaceAll('\n', '\t'),
      HEAD.toLowerCase(),
    ]) {
      expect(first(`${head}abcd`)).toMatchObject({ pin: '123', sizeMatches: true })
    }
  })

  it.each([
    ['20150731103012-123.jpg', '123', '2015-07-31 10:30:12'],
    ['20150731103012-a-b.JPG', 'a-b', '2015-07-31 10:30:12'],
    ['20150731103012', undefined, '2015-07-31 10:30:12'],
    ['20150731103012.jpg', undefined, '2015-07-31 10:30:12'],
    ['../../etc/passwd', undefined, undefined],
  ])('A photo called %s belongs to %s at %s', (name, pin, time) => {
    const record = first(`PIN=${name}\nCMD=uploadphoto\0abcd`)
    expect([record.pin, record.time, record.fields.PIN]).toEqual([pin, time, name])
  })

  it.each([
    'no head',
    'PIN=1\nsize=4\n',
    'PIN=1\nCMD=uploadphoto',
    `PIN=${'1'.repeat(2000)}\nCMD=x\0`,
    `PIN=1\nCMD=${'x'.repeat(2000)}\0abcd`,
  ])('A photo without its header is stored as it is: %j', (body) => {
    const { records, unparsed } = photo(body)
    expect(records).toEqual([])
    expect(unparsed.map(String)).toEqual([body])
  })

  it('An empty photo is nothing', () => {
    expect(photo('')).toEqual({ records: [], unparsed: [] })
    expect(photo('\r\n')).toEqual({ records: [], unparsed: [] })
  })
})

it('A fingerprint image is read with what its query holds', () => {
  const query = { FPImage: '/mnt/x.bmp', PIN: '9', FID: '0' }
  const body = Buffer.from('BM\n\t=\0')
  expect(parseUpload(body, { query }).records).toEqual([
    { kind: 'file', type: 'fpimage', fields: query, content: body, sizeMatches: true, raw: body },
  ])
})

it("A body in a customer's own format is stored as it is", () => {
  const body = Buffer.from('{"pin":"1"}')
  const { records } = parseUpload(body, { table: 'PostVerifyData' })
  expect(records).toMatchObject([{ kind: 'file', type: 'postverifydata', content: body }])
})

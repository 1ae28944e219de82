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
    `PIN=1\nCMD=${'x'.repeat(2000)}\0`,
  ])('Text without the header of a photo is stored as it is: %j', (body) => {
    const { records, unparsed } = photo(body)
    expect(records).toEqual([])
    expect(unparsed.map(String)).toEqual([body])
  })

  it('A photo without a header is described by the query', () => {
    const query = { PIN: '20261124080347-0090.jpg', CHECKSUM: '123' }
    const body = Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF\n\r ', 'latin1')
    const { records, unparsed } = parseUpload(body, { table: 'ATTPHOTO', query })
    expect(unparsed).toEqual([])
    expect(records).toMatchObject([
      { pin: '0090', time: '2026-11-24 08:03:47', fields: query, content: body, raw: body },
    ])
  })

  const bytes = Buffer.from('\xff\xd8\xff\xe0 a picture', 'latin1')
  const text = bytes.toString('base64')
  it.each([
    ['its first bytes', '', text, bytes, true],
    ['its size', `size=${bytes.length}\n`, text, bytes, true],
    ['its size as text', `size=${text.length}\n`, text, bytes, true],
    ['its first bytes, against its size', 'size=5\n', text, bytes, false],
    ['its size alone', 'size=3\n', 'YWJj', Buffer.from('abc'), true],
  ])('A photo as base64 is decoded if %s say so', (_, size, sent, content, sizeMatches) => {
    const body = `PIN=1.jpg\n${size}CMD=realupload\0${sent}`
    const encodedSize = sent.length
    expect(first(body)).toMatchObject({ content, encodedSize, sizeMatches, raw: Buffer.from(body) })
  })

  it('A photo as base64 without a header is decoded', () => {
    const body = Buffer.from(text)
    const { records } = parseUpload(body, { table: 'ATTPHOTO', query: { PIN: '1.jpg' } })
    expect(records).toMatchObject([{ content: bytes, encodedSize: text.length, raw: body }])
  })

  it.each([
    ['size=4\n', 'YWJj'],
    ['', 'YWJj'],
    ['size=3\n', 'YW Jj!'],
    ['', '/9j/ no base64'],
  ])('A photo with %j stays as it came: %j', (size, sent) => {
    const record = first(`PIN=1.jpg\n${size}CMD=realupload\0${sent}`)
    expect(record.content.toString()).toBe(sent)
    expect(record).not.toHaveProperty('encodedSize')
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

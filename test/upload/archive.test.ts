import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { unpack } from '../../src/upload/archive.js'
import { parseUpload } from '../../src/upload/parse.js'

/** A tar archive, as tar writes it. */
function tar(files: Record<string, string>, type = '0'): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512)
    header.write(name)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write(type, 156)
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
    return [header, Buffer.from(content), padding]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

const packed = (body: Buffer) => {
  return parseUpload(body, { table: 'OPERLOG', query: { ContentType: 'tgz' } })
}

describe('A packed body', () => {
  it('A packed body is read like one that is not packed', () => {
    const { records, unparsed } = packed(
      gzipSync(tar({ a: 'USER PIN=1\nwhat\n', b: 'USER PIN=2' })),
    )
    expect(records).toMatchObject([{ fields: { PIN: '1' } }, { fields: { PIN: '2' } }])
    expect(unparsed.map(String)).toEqual(['what'])
  })

  it('A packed body without the two empty blocks at its end is read', () => {
    expect(packed(gzipSync(tar({ a: 'USER PIN=1' }).subarray(0, 1024))).records).toHaveLength(1)
  })

  it('A file that was to be stored in one piece is read', () => {
    expect(packed(gzipSync(tar({ a: 'USER PIN=1' }, '7'))).records).toMatchObject([
      { fields: { PIN: '1' } },
    ])
  })

  it.each([
    ['is no gzip', Buffer.from('USER PIN=1')],
    ['is cut', gzipSync(tar({ a: 'USER PIN=1' })).subarray(0, 40)],
    ['holds no archive', gzipSync(Buffer.alloc(2048, 'x'))],
    ['holds a file that is cut', gzipSync(tar({ a: 'x'.repeat(600) }).subarray(0, 1024))],
    ['holds no file', gzipSync(tar({ a: '' }, '5'))],
    ['holds another kind of file', gzipSync(tar({ a: 'USER PIN=1' }, '6'))],
    [
      'goes on behind its end',
      gzipSync(Buffer.concat([tar({ a: 'x' }), Buffer.from('USER PIN=1')])),
    ],
    [
      'has a file without a name',
      gzipSync(Buffer.concat([tar({ a: 'x' }).subarray(0, 1024), tar({ '': 'x' })])),
    ],
    [
      'has a cut header',
      gzipSync(Buffer.concat([tar({ a: 'x' }).subarray(0, 1024), Buffer.from('b')])),
    ],
    [
      'has octets behind the gzip',
      Buffer.concat([gzipSync(tar({ a: 'x' })), Buffer.from('USER PIN=1')]),
    ],
    ['is a bomb', gzipSync(Buffer.alloc(65 * 1024 * 1024))],
  ])('A body that %s is stored as it is', (_, body) => {
    expect(packed(body).records).toEqual([
      {
        ...{ kind: 'file', type: 'tgz', fields: { ContentType: 'tgz' } },
        ...{ content: body, sizeMatches: true, raw: body },
      },
    ])
  })

  it('A packed body is unpacked up to a limit', () => {
    const body = gzipSync(tar({ a: 'USER PIN=1' }))
    expect(unpack(body, 100)).toBeUndefined()
    expect(unpack(body, 10_000)?.toString()).toBe('USER PIN=1\n')
  })
})

describe('A result that is packed behind a header', () => {
  const rows = 'transaction cardno=1\tpin=7\r\ntransaction cardno=2\tpin=8\r\n'
  const archive = gzipSync(tar({ 'transaction.txt': rows }))
  const about = { table: 'tabledata', tableName: 'transaction', query: { datafmt: '3' } }
  const body = (datacode: string, content: string | Buffer) => {
    const head = `name=t.tgz\r\nsize=${content.length}\r\ndatacode=${datacode}\r\ndatatype=tgz\0`
    return Buffer.concat([Buffer.from(head), Buffer.from(content as string)])
  }

  it.each([
    ['base64', body('base64', archive.toString('base64'))],
    ['octets', body('', archive)],
  ])('Its rows are read from %s', (_, sent) => {
    const { records, unparsed } = parseUpload(sent, about)
    expect(records).toMatchObject([
      { type: 'transaction', fields: { pin: '7' } },
      { type: 'transaction', fields: { pin: '8' } },
    ])
    expect([records.length, unparsed]).toEqual([2, []])
  })

  it('A result that can not be unpacked is one file', () => {
    const sent = body('base64', archive.toString('base64').slice(0, 60))
    expect(parseUpload(sent, about).records).toMatchObject([
      { kind: 'file', type: 'transaction', content: sent, fields: { datafmt: '3' } },
    ])
  })

  it('Rows of the same words are rows', () => {
    const { records } = parseUpload(Buffer.from('user pin=1\tname=datatype=tgz\n'), about)
    expect(records).toMatchObject([{ kind: 'fields', fields: { pin: '1' } }])
  })
})

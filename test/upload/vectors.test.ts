import { describe, expect, it } from 'vitest'
import { Target } from '../../src/endpoint/query.js'
import { parseUpload } from '../../src/upload/parse.js'
import { readQuery } from '../../src/upload/query.js'
import {
  bodyOf,
  inWordsOfVectors,
  type UploadVector,
  uploadVectors,
} from '../support/upload-vectors.js'

function parsed(vector: UploadVector, body = bodyOf(vector)) {
  const { records, unparsed } = parseUpload(body, readQuery(new Target(vector.path)))
  return { records: records.map(inWordsOfVectors), unread: unparsed.map(String) }
}

describe('The recorded upload', () => {
  const single = uploadVectors.filter(({ expected }) => (expected.pack?.of ?? 1) === 1)

  it.each(single.map((vector) => [vector.name, vector] as const))('%s', (name, vector) => {
    const { records, unread } = vector.expected
    if (name === 'verification data') {
      // The record there is the raw body, in a customer's own format.
      expect(parsed(vector).records).toMatchObject([
        { type: 'postverifydata', photoBytes: bodyOf(vector).length },
      ])
    } else expect(parsed(vector)).toEqual({ records, unread })
  })

  it('The recorded upload in two packets is the same once they are joined', () => {
    const second = uploadVectors.find(({ expected }) => expected.pack?.index === 2) as UploadVector
    const [first] = second.before as [UploadVector]
    const body = Buffer.concat([bodyOf(first), bodyOf(second)])
    const { records, unread } = second.expected
    expect(parsed(second, body)).toEqual({ records, unread })
  })
})

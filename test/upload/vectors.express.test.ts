import express from 'express'
import { describe, expect, it } from 'vitest'
import { memoryAdapter, terminalRouter, type Upload } from '../../src/index.js'
import { type Sent, send } from '../support/request.js'
import {
  bodyOf,
  type UploadVector,
  uploadInWords,
  uploadVectors,
} from '../support/upload-vectors.js'

const asSent = (vector: UploadVector, path = vector.path): Sent => {
  const { method, headers } = vector
  return { method, path, headers, body: bodyOf(vector) }
}

/** Checks an answer: `OK` may be followed by anything, but the answer to `tabledata` is exact. */
function expectAnswer(body: string, { expected: { answer = [] } }: UploadVector) {
  if (answer.includes('OK')) expect(body).toMatch(/^OK(: \d+)?$/)
  else expect(answer).toContain(body)
}

/** The packets are stored as they came, next to the records read from them. */
const withoutPackets = (uploads: readonly Upload[]) => {
  return uploads.filter(({ records }) => records[0]?.kind !== 'packet')
}

describe.each(uploadVectors)('The recorded upload: $name', (vector) => {
  it.each(['', '/hr/terminals'])(
    'The upload is stored and answered, mounted at "%s"',
    async (mount) => {
      const adapter = memoryAdapter()
      const app = express().use(mount, terminalRouter({ adapter }))
      for (const before of vector.before ?? []) await send(app, asSent(before, mount + before.path))

      const answer = await send(app, asSent(vector, mount + vector.path))

      expect(answer.status).toBe(200)
      expectAnswer(answer.body, vector)
      expect(answer.headers['content-type']).toBe('text/plain')
      expect(answer.headers.date).toMatch(/GMT$/)

      const { sn, table, tablename, stamp, count, commandId, pack, unread } = vector.expected
      const [upload, ...others] = withoutPackets(adapter.received())
      if (pack !== undefined && pack.index < pack.of) {
        expect(upload).toBeUndefined()
        return
      }
      expect(others).toEqual([])
      if (upload === undefined) throw new Error('nothing was kept')
      const words = uploadInWords(upload)
      if (vector.name === 'verification data') {
        expect(words).toMatchObject({ records: [{ type: 'postverifydata' }] })
        return
      }
      // Storage keeps one of two equal lines in a body.
      const lines = vector.expected.records?.map((record) => JSON.stringify(record))
      const records = [...new Set(lines)].map((line) => JSON.parse(line))
      const told = { sn, table, tablename, stamp, count, commandId }
      // `null` there is a table that the query doesn't name.
      const expected = Object.entries(told).filter(
        ([, value]) => (value ?? undefined) !== undefined,
      )
      expect(words).toMatchObject({ ...Object.fromEntries(expected), records, unread })
    },
  )
})

it('The fixture has every upload that was recorded', () => expect(uploadVectors).toHaveLength(72))

describe('The paths of uploads', () => {
  const LINE = '7\t2026-10-05 06:58:10\t0\t1'

  it.each([
    '/iclock/cdata',
    '/iclock/cdata.aspx',
    '/iclock/cdata/',
    '/ICLOCK/CDATA',
    '/iclock/iclock/cdata',
    '/iclock/iclock/cdata.aspx',
    '/iclock/fdata',
    '/iclock/fdata.aspx',
    '/iclock/querydata',
    '/iclock/querydata.aspx',
  ])('%s takes uploads', async (path) => {
    const adapter = memoryAdapter()
    const app = express().use(terminalRouter({ adapter }))
    const { body } = await send(app, { path: `${path}?SN=1&table=ATTLOG`, body: LINE })
    expect([body, adapter.received().length]).toEqual(['OK: 1', 1])
  })

  it('No other path takes uploads', async () => {
    const app = express().use(terminalRouter({ adapter: memoryAdapter() }))
    expect((await send(app, { path: '/iclock/cdatax?SN=1', body: LINE })).status).toBe(404)
  })
})

it('A command that ERRORLOG names is settled for whoever waits for it', async () => {
  const adapter = memoryAdapter()
  const app = express().use(terminalRouter({ adapter }))
  adapter.recordSent({ serialNumber: '1', commandId: '123', text: 'DATA UPDATE BIOPHOTO PIN=1' })
  const body = 'ERRORLOG ErrCode=D01E0001\tErrMsg=\tDataOrigin=cmd\tCmdId=123\tAdditional=\n'
  await send(app, { path: '/iclock/cdata?SN=1&table=ERRORLOG&Stamp=1', body })
  expect(adapter.findRecord('1', '123')).toMatchObject({
    command: { text: 'DATA UPDATE BIOPHOTO PIN=1' },
    reply: { commandName: 'ERRORLOG', fields: { ErrCode: 'D01E0001' } },
  })
})

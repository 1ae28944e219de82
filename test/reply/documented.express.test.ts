import { readFileSync } from 'node:fs'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { commandReplyRouter, memoryAdapter } from '../../src/index.js'
import { post } from '../support/terminal.js'

interface Documented {
  name: string
  query: string
  headers: Record<string, string>
  body?: string
  bodyBase64?: string
  replies: {
    commandId: string
    returnCode: number | null
    commandName: string
    fields: Record<string, string>
    contentBase64?: string
  }[]
  unparsed: number
}

const documented: Documented[] = JSON.parse(
  readFileSync(new URL('../fixtures/documented.json', import.meta.url), 'utf8'),
)

it('The fixture has the 59 bodies of the manuals', () => expect(documented).toHaveLength(59))

describe.each(documented)('$name', ({ query, headers, body, bodyBase64, replies, unparsed }) => {
  it.each(['', '/hr/terminals'])(
    'The body is read the way the manual describes it, mounted at "%s"',
    async (mount) => {
      const adapter = memoryAdapter()
      const app = express().use(mount, commandReplyRouter({ adapter }))
      const bytes =
        bodyBase64 === undefined ? Buffer.from(body ?? '') : Buffer.from(bodyBase64, 'base64')

      const answer = await post(app, {
        path: `${mount}/iclock/devicecmd`,
        query,
        headers,
        body: bytes,
      })

      expect(answer).toMatchObject({ status: 200, body: 'OK' })
      expect(
        adapter.replies().map(({ content, serialNumber, raw, ...reply }) => ({
          ...reply,
          ...(content && { contentBase64: content.toString('base64') }),
        })),
      ).toEqual(replies)
      expect(adapter.unparsed()).toHaveLength(unparsed)
    },
  )
})

import { expect, it } from 'vitest'
import { type CommandReply, memoryAdapter, parseReplies } from '../../src/index.js'

function replyOf(serialNumber: string, record: string): CommandReply {
  return parseReplies(Buffer.from(record), { serialNumber }).replies[0] as CommandReply
}

it('Replies are listed in the order in which they came', () => {
  const adapter = memoryAdapter()
  for (const commandId of ['1', '2']) {
    adapter.recordSent({ serialNumber: 'A', commandId, text: 'CHECK' })
  }
  for (const record of ['ID=2&Return=-5000', 'ID=1&Return=0', 'ID=3&Return=0', 'ID=2&Return=0']) {
    adapter.onReply(replyOf('A', record), undefined)
  }
  expect(adapter.replies().map(({ commandId, returnCode }) => [commandId, returnCode])).toEqual([
    ['1', 0],
    ['3', 0],
    ['2', 0],
  ])
})

it('A few bytes of a large body are stored without the body', () => {
  const adapter = memoryAdapter()
  const noise = 'x'.repeat(100_000)
  const body = Buffer.from(
    `ID=1&Return=0&CMD=CHECK\n${noise}\nID=2\nSN=A\nFILENAME=a\nCMD=GetFile\nReturn=3\nContent=abc`,
  )
  const { replies, unparsed } = parseReplies(body, { serialNumber: 'A' })
  for (const reply of replies) adapter.onReply(reply, undefined)
  adapter.onUnparsed?.([...unparsed, body.subarray(0, 5)], 'A')
  body.fill(0)
  expect(adapter.replies().map(({ raw }) => `${raw}`)).toEqual([
    'ID=1&Return=0&CMD=CHECK',
    'ID=2\nSN=A\nFILENAME=a\nCMD=GetFile\nReturn=3\nContent=abc',
  ])
  for (const { raw } of adapter.replies()) expect(raw.buffer.byteLength).toBe(raw.length)
  const [, file] = adapter.replies()
  expect(`${file?.content}`).toBe('abc')
  expect(file?.content?.buffer).toBe(file?.raw.buffer)
  expect(adapter.unparsed().map(({ line }) => line.buffer.byteLength)).toEqual([body.byteLength, 5])
})

import { describe, expect, it } from 'vitest'
import { Deadline } from '../../src/endpoint/deadline.js'
import type { ParsedReplies } from '../../src/reply/reply.js'
import { settleFailures } from '../../src/upload/failure.js'
import { parseUpload } from '../../src/upload/parse.js'
import type { Upload } from '../../src/upload/upload.js'

const SN = '0316144680030'
const lineOf = (id: string) => `ERRORLOG ErrCode=D01E0001\tErrMsg=\tDataOrigin=cmd\tCmdId=${id}`

function uploadOf(...lines: string[]): Upload {
  const body = Buffer.from(lines.join('\n'))
  const { records } = parseUpload(body, { table: 'ERRORLOG' })
  return { serialNumber: SN, query: {}, receivedAt: new Date(), records, unparsed: [], body }
}

/** What is kept as replies of an upload of which some records were new. */
async function settled(
  upload: Upload,
  isFresh: (index: number) => boolean,
  isAnswered: (serialNumber: string, commandId: string) => boolean | Promise<boolean>,
) {
  const kept: [ParsedReplies, string][] = []
  const asked: string[] = []
  const storage = {
    keepReplies: (parsed: ParsedReplies, serialNumber: string) => {
      kept.push([parsed, serialNumber])
    },
    isAnswered: (serialNumber: string, commandId: string) => {
      asked.push(commandId)
      return isAnswered(serialNumber, commandId)
    },
  }
  const fresh = upload.records.filter((_, index) => isFresh(index))
  await settleFailures(upload, fresh, storage, new Deadline(0, 'storage'))
  const ids = kept.flatMap(([{ replies }]) => replies.map(({ commandId }) => commandId))
  return { kept, ids, asked }
}

describe('Failures that a terminal reports', () => {
  it('Those of one upload are kept as replies of its terminal, in one call and in order', async () => {
    const { kept, ids, asked } = await settled(
      uploadOf(lineOf('b'), lineOf('a')),
      () => true,
      () => true,
    )
    expect([ids, asked]).toEqual([['b', 'a'], []])
    const reply = { serialNumber: SN, commandName: 'ERRORLOG', returnCode: null }
    const replies = [{ ...reply, fields: { ErrCode: 'D01E0001' } }, reply]
    expect(kept).toMatchObject([[{ replies, unparsed: [] }, SN]])
    expect(kept[0]?.[0].replies[0]?.raw.toString()).toBe(lineOf('b'))
  })

  it('A line that came before counts only if its command has no reply', async () => {
    const upload = uploadOf(lineOf('new'), lineOf('open'), lineOf('answered'))
    const { ids, asked } = await settled(
      upload,
      (index) => index === 0,
      async (_, commandId) => commandId === 'answered',
    )
    expect(ids).toEqual(['new', 'open'])
    expect(asked).toEqual(['open', 'answered'])
  })

  it('Nothing is kept if every command has a reply already', async () => {
    const { kept } = await settled(
      uploadOf(lineOf('1'), lineOf('2')),
      () => false,
      () => true,
    )
    expect(kept).toEqual([])
  })

  it.each([
    ['errors of no command', 'ERRORLOG ErrCode=1\tDataOrigin=dev\tCmdId='],
    ['ids that no command has', lineOf('no id')],
    ['ids that are too long', lineOf('x'.repeat(17))],
    ['other records', 'USER PIN=1\tCmdId=7'],
  ])('Nothing is asked of storage for %s', async (_, line) => {
    const { kept, asked } = await settled(
      uploadOf(line),
      () => true,
      () => false,
    )
    expect([kept, asked]).toEqual([[], []])
  })

  it('Storage that keeps no replies is asked nothing', async () => {
    const upload = uploadOf(lineOf('1'))
    const isAnswered = () => {
      throw new Error('asked')
    }
    const storage = { keepReplies: undefined, isAnswered }
    const settling = settleFailures(upload, [], storage, new Deadline(0, 'storage'))
    await expect(settling).resolves.toBeUndefined()
  })

  it('An error of storage is not swallowed: the terminal must send the lines again', async () => {
    const failing = settled(
      uploadOf(lineOf('1')),
      () => false,
      () => Promise.reject(new Error('no disk')),
    )
    await expect(failing).rejects.toThrow('no disk')
  })
})

// Everything that mongoAdapter() has stored, read from its collections.
import type { UploadedLine } from '../../src/contract.js'
import type { CommandReply } from '../../src/index.js'
import { joined } from '../../src/mongo/cut.js'
import type { CommandDocument } from '../../src/mongo/document.js'
import type { MongoDb } from '../../src/mongo/driver.js'
import { replyOf } from '../../src/mongo/reply-document.js'
import type { LineDocument } from '../../src/mongo/upload.js'
import { contentIn } from './stored-content.js'

/** The ways out that the contract needs. */
export function storedDocuments(db: MongoDb) {
  const all = async <Found>(name: string, filter: object = {}) => {
    return (await db.collection(name, { promoteBuffers: true }).find(filter).toArray()) as Found[]
  }
  return {
    async replies(): Promise<CommandReply[]> {
      const found = await all<CommandDocument>('iclock_commands', { reply: { $exists: true } })
      return found.flatMap(({ serialNumber, commandId, reply }) => {
        return reply === undefined ? [] : [replyOf(serialNumber, commandId, reply)]
      })
    },
    async unparsed() {
      const found = await all<LineDocument>('iclock_unparsed')
      return found.map((line) => ({ serialNumber: line.serialNumber, line: joined(line) }))
    },
    async lines(): Promise<UploadedLine[]> {
      const attendance = await all<LineDocument>('iclock_attendance')
      return [...attendance, ...(await all<LineDocument>('iclock_uploads'))].map(lineOf)
    },
  }
}

function lineOf(document: LineDocument): UploadedLine {
  const { serialNumber, kind, fields, contentLength, columns, ...members } = document
  const raw = joined(document)
  if (kind === 'unparsed') return { serialNumber, line: raw }
  const { _id, receivedAt, place, size, rawTail, commandId, day, ...record } = members
  const pairs = fields?.map(({ key, value }) => [key, value] as const)
  // For lists, every line has the PIN of its person; of files, photos have it themselves.
  const { pin, ...own } = record as { pin?: string; type: string }
  const isOwn = pin !== undefined && (kind !== 'file' || own.type === 'attphoto')
  const line = {
    ...{ ...own, kind, ...(isOwn && { pin }), ...columns, raw },
    ...(pairs !== undefined && { fields: Object.assign(Object.create(null), objectOf(pairs)) }),
    ...(contentLength !== undefined && { content: contentIn(raw, contentLength, record) }),
  }
  return { serialNumber, line: line as unknown as Exclude<UploadedLine['line'], Buffer> }
}

function objectOf(pairs: readonly (readonly [string, string])[]): object {
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of pairs) fields[name] = value
  return fields
}

// Faults of adapters that read the beginning of a command, each under the case that refuses it.
import type { CommandBeginning, CommandRecord } from '../../src/queue/storage.js'
import type { Fault } from './whole.js'

type Reply = NonNullable<CommandBeginning['reply']>

/** Finds another beginning; undefined is none. */
const beginning =
  (change: (found: CommandBeginning, record: CommandRecord) => object | undefined): Fault =>
  ({ adapter }) => {
    const { findBeginning, findRecord } = adapter
    adapter.findBeginning = async (serialNumber, commandId) => {
      const found = await findBeginning(serialNumber, commandId)
      const record = await findRecord(serialNumber, commandId)
      if (!found || !record) return undefined
      const changes = change(found, record)
      return changes && { ...found, ...changes }
    }
  }

const replying = (change: (reply: Reply, whole: CommandRecord['reply']) => object): Fault =>
  beginning(({ reply }, record) => ({
    reply: reply && { ...reply, ...change(reply, record.reply) },
  }))

export const BEGINNING_FAULTS: Readonly<Record<string, Record<string, Fault>>> = {
  'The beginning of a command has the first 4,096 characters of its text, and its size': {
    'shows whole texts': beginning((_, { command }) => ({ text: command?.text })),
    'shows what a list shows': beginning(({ text }) => ({ text: text?.slice(0, 300) })),
    'cuts a text by its bytes': beginning((_, { command }) => {
      return {
        text: Buffer.from(command?.text ?? '')
          .subarray(0, 4096)
          .toString(),
      }
    }),
    'leaves half a character': beginning((_, { command }) => ({
      text: command?.text.slice(0, 4096),
    })),
    'counts characters': beginning((_, { command }) => ({ textBytes: command?.text.length })),
    'counts what is shown': beginning(({ text = '' }) => ({ textBytes: Buffer.byteLength(text) })),
    "forgets the app's members": beginning(() => ({ members: undefined })),
    'forgets the terms': beginning(() => ({ terms: undefined })),
    'forgets the attempts': beginning(() => ({ attemptsMade: 0 })),
    'finds nothing': beginning(() => undefined),
  },
  'The beginning of a reply has the first 4,096 bytes of what came and of its content': {
    'shows all that came': replying((_, whole) => ({ raw: whole?.raw })),
    'shows the whole content': replying((_, whole) => ({ content: whole?.content })),
    'shows what of the content is in the first bytes': replying(({ content, raw }, whole) => {
      const start = (whole?.raw.length ?? 0) - (whole?.content?.length ?? 0)
      return { content: content && raw.subarray(start) }
    }),
    'shows no content': replying(() => ({ content: undefined })),
    'shows an empty content if there is none': replying(({ content }) => {
      return { content: content ?? Buffer.alloc(0) }
    }),
    'counts the bytes that are shown': replying(({ raw }) => ({ rawBytes: raw.length })),
    'does not count the content': replying(() => ({ contentBytes: undefined })),
    'shows no outcome': replying(() => ({ outcome: '' })),
    'shows no reply': beginning(() => ({ reply: undefined })),
  },
  'The beginning of a reply has the first fields, whole, and says whether there are more': {
    'shows all fields': replying((_, whole) => ({ fields: whole?.fields })),
    'shows no fields': replying(() => ({ fields: {} })),
    'cuts a value': replying((_, whole) => {
      const fields = Object.entries(whole?.fields ?? {})
      return {
        fields: Object.fromEntries(fields.map(([key, value]) => [key, value.slice(0, 4095)])),
      }
    }),
    'says that there are no more': replying(() => ({ hasMoreFields: false })),
    'says that there are more': replying(() => ({ hasMoreFields: true })),
    'says so by the length of what is stored': replying((_, whole) => {
      return { hasMoreFields: JSON.stringify(whole).length > 8192 }
    }),
    'finds only what was issued': beginning((_, { command }) => command && {}),
    'finds something for what is unknown': ({ adapter }) => {
      const { findBeginning } = adapter
      adapter.findBeginning = async (serialNumber, commandId) => {
        const found = await findBeginning(serialNumber, commandId)
        return found ?? { serialNumber, commandId, attemptsMade: 0 }
      }
    },
    'ignores the terminal': ({ adapter }) => {
      const { findBeginning } = adapter
      adapter.findBeginning = (_, commandId) => findBeginning('A', commandId)
    },
  },
}

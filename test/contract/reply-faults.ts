// Faults of adapters that keep replies, each under the case that refuses it.
import { type IssuedCommand, keyOf } from '../../src/command.js'
import type { CommandReply } from '../../src/index.js'
import type { ReplyKept } from '../../src/reply/storage.js'
import type { Connection, Fault } from './whole.js'

// A replacement for what is kept under a key, so that two replies meet that should not.
function keyedBy(keyFor: (serialNumber: string, id: string) => unknown): Fault {
  return ({ adapter, storage, query }) => {
    const commands = storage.once('commands', () => new Map<unknown, IssuedCommand>())
    const replies = storage.once('replies', () => new Map<unknown, CommandReply>())
    storage.issue = (command) =>
      commands.set(keyFor(command.serialNumber, command.commandId), command)
    adapter.findCommand = async (serialNumber, id) => {
      await query()
      return commands.get(keyFor(serialNumber, id))
    }
    adapter.onReply = async (reply) => {
      await query()
      replies.set(keyFor(reply.serialNumber, reply.commandId), reply)
    }
    storage.replies = () => [...replies.values()]
  }
}

function ids(change: (id: string) => string): Fault {
  return keyedBy((serialNumber, id) => keyOf(serialNumber, change(id)))
}

function terminals(change: (serialNumber: string) => string): Fault {
  return keyedBy((serialNumber, id) => keyOf(change(serialNumber), id))
}

const keepingAll: Fault = ({ adapter, storage, query }) => {
  const replies = storage.once('replies', () => [] as CommandReply[])
  adapter.onReply = async (reply) => {
    await query()
    replies.push(reply)
  }
  storage.replies = () => replies
}

export function keepingChanged(change: (reply: CommandReply) => object): Fault {
  return ({ adapter }) => {
    const { onReply } = adapter
    adapter.onReply = (reply, command) => onReply({ ...reply, ...change(reply) }, command)
  }
}

function keepingOnly(keeps: (reply: CommandReply, command?: IssuedCommand) => boolean): Fault {
  return ({ adapter }) => {
    const { onReply } = adapter
    adapter.onReply = async (reply, command) => {
      if (keeps(reply, command)) return onReply(reply, command)
      return undefined
    }
  }
}

// Replies in one document: read, changed, and written as a whole.
function inOneDocument(documentOf: (reply: CommandReply) => string): Fault {
  return ({ adapter, storage, query }) => {
    const documents = storage.once('documents', () => new Map<string, CommandReply[]>())
    adapter.onReply = async (reply) => {
      await query()
      const before = documents.get(documentOf(reply)) ?? []
      await query()
      const others = before.filter(
        ({ serialNumber, commandId }) =>
          keyOf(serialNumber, commandId) !== keyOf(reply.serialNumber, reply.commandId),
      )
      documents.set(documentOf(reply), [...others, reply])
    }
    storage.replies = () => [...documents.values()].flat()
  }
}

// Looks at what is there, decides, and puts in a second query.
function checkedThenPut(
  decide: (before: CommandReply | undefined, reply: CommandReply) => boolean,
  isStillRight: (before: CommandReply | undefined, now: CommandReply | undefined) => boolean,
): Fault {
  return ({ adapter, storage, query }) => {
    const replies = storage.once('replies', () => new Map<string, CommandReply>())
    adapter.onReply = async (reply) => {
      const key = keyOf(reply.serialNumber, reply.commandId)
      await query()
      const before = replies.get(key)
      if (!decide(before, reply)) return
      await query()
      if (isStillRight(before, replies.get(key))) replies.set(key, reply)
    }
    storage.replies = () => [...replies.values()]
  }
}

const isFinal = ({ returnCode }: CommandReply) => returnCode !== -5000
const finalStays = (before: CommandReply | undefined, reply: CommandReply) =>
  before === undefined || isFinal(reply)

const throughText = (bytes: Buffer) => Buffer.from(bytes.toString())
const cut = (length: number) => (text: string) => text.slice(0, length)
type Pair = [string, string]
const fields = (change: (pair: Pair, index: number) => Pair[]): Fault =>
  keepingChanged(({ fields }) => ({
    fields: Object.fromEntries(Object.entries(fields).flatMap(change)),
  }))
const withText =
  (change: (text: string) => string): Fault =>
  ({ storage }) => {
    const { memory } = storage
    storage.issue = (command) => memory.recordSent({ ...command, text: change(command.text) })
  }

function swallowing(call: 'findCommand' | 'onReply' | 'onUnparsed' | 'findCommands' | 'onReplies') {
  return ({ adapter }: Connection) => {
    const right = adapter[call].bind(adapter) as (...args: unknown[]) => unknown
    adapter[call] = (async (...args: unknown[]) => {
      try {
        return await right(...args)
      } catch {
        return undefined
      }
    }) as never
  }
}

export const REPLY_FAULTS: Record<string, Record<string, Fault>> = {
  'A command is found as it was issued': {
    'finds none': ({ adapter }) => {
      adapter.findCommand = () => undefined
    },
    'cuts its text at 255 characters': withText(cut(255)),
    'cuts its text at 4,000 characters': withText(cut(4000)),
    'cuts its text at 65,535 characters': withText(cut(65_535)),
    'trims its text': withText((text) => text.trim()),
    'keeps its text as Latin-1': withText((text) => text.replace(/[^ -ÿ\t]/g, '?')),
    'keeps three bytes of a character at most': withText((text) =>
      text.replace(/[\u{10000}-\u{10ffff}]/gu, '?'),
    ),
    'cuts serial numbers at 32 characters': ({ storage }) => {
      const { memory } = storage
      storage.issue = (command) =>
        memory.recordSent({ ...command, serialNumber: command.serialNumber.slice(0, 32) })
    },
  },
  'Nothing is found if nothing was issued': {
    'finds a command that it makes up': ({ adapter }) => {
      adapter.findCommand = (serialNumber, commandId) => ({ serialNumber, commandId, text: '' })
    },
    'finds by a pattern': ({ adapter, storage }) => {
      const commands = storage.once('commands', () => [] as IssuedCommand[])
      storage.issue = (command) => commands.push(command)
      adapter.findCommand = (serialNumber, id) =>
        commands.find(
          (command) => command.serialNumber === serialNumber && command.commandId.startsWith(id),
        )
    },
    'finds for any terminal': keyedBy((_, id) => id),
  },
  'A command is found even if it was looked for before it was issued': {
    'remembers what it did not find': ({ adapter }) => {
      const { findCommand } = adapter
      const absent = new Set<string>()
      adapter.findCommand = async (serialNumber, id) => {
        const key = keyOf(serialNumber, id)
        const found = absent.has(key) ? undefined : await findCommand(serialNumber, id)
        if (found == null) absent.add(key)
        return found
      }
    },
    'remembers which terminals had nothing': ({ adapter }) => {
      const { findCommand } = adapter
      const absent = new Set<string>()
      adapter.findCommand = async (serialNumber, id) => {
        const found = absent.has(serialNumber) ? undefined : await findCommand(serialNumber, id)
        if (found == null) absent.add(serialNumber)
        return found
      }
    },
    'reads all commands at the first call': ({ adapter, storage }) => {
      let snapshot: Map<string, IssuedCommand> | undefined
      const commands = storage.once('commands', () => new Map<string, IssuedCommand>())
      storage.issue = (command) =>
        commands.set(keyOf(command.serialNumber, command.commandId), command)
      adapter.findCommand = (serialNumber, id) => {
        snapshot ??= new Map(commands)
        return snapshot.get(keyOf(serialNumber, id))
      }
    },
  },
  'A command that one process issued is found in another': {
    'remembers what it did not find, until it issues it itself': ({ adapter, storage }) => {
      const { findCommand } = adapter
      const absent = new Set<string>()
      storage.once('first', () => absent)
      storage.issue = (command) => {
        const first = storage.shared.get('first') as Set<string>
        first.delete(keyOf(command.serialNumber, command.commandId))
        return storage.memory.recordSent(command)
      }
      adapter.findCommand = async (serialNumber, id) => {
        const key = keyOf(serialNumber, id)
        const found = absent.has(key) ? undefined : await findCommand(serialNumber, id)
        if (found == null) absent.add(key)
        return found
      }
    },
    'keeps replies in the process': ({ adapter, storage }) => {
      const replies = new Map<string, CommandReply>()
      const first = storage.once('first', () => replies)
      adapter.onReply = (reply) =>
        void replies.set(keyOf(reply.serialNumber, reply.commandId), reply)
      storage.replies = () => [...first.values()]
    },
  },
  'Ids are compared as text, character by character': {
    'compares ids as numbers': ids((id) => `${Number(id)}`),
    'reads ids with parseInt': ids((id) => `${Number.parseInt(id, 10) || id}`),
    'ignores the case of ids': ids((id) => id.toLowerCase()),
    'cuts ids at 15 characters': ids(cut(15)),
    'drops leading zeros': ids((id) => id.replace(/^0+(?=.)/, '')),
  },
  'Serial numbers are compared as text, character by character': {
    'compares them as numbers': terminals((sn) => `${Number(sn)}`),
    'ignores case': terminals((sn) => sn.toLowerCase()),
    'ignores accents': terminals((sn) => sn.normalize('NFD').replace(/\p{M}/gu, '')),
    'normalizes them': terminals((sn) => sn.normalize()),
    'treats full-width digits as ASCII': terminals((sn) => sn.normalize('NFKC')),
    'compares as a German dictionary does': terminals((sn) => sn.replaceAll('ß', 'ss')),
    'compares in upper case': terminals((sn) => sn.toUpperCase()),
    'treats all emoji as one': terminals((sn) => sn.replace(/[\u{10000}-\u{10ffff}]/gu, '?')),
    'ignores punctuation': terminals((sn) => sn.replace(/\p{P}/gu, '')),
    'cuts them at 32 characters': terminals(cut(32)),
    'cuts them at 63 characters': terminals(cut(63)),
    'compares by a pattern': ({ adapter, storage }) => {
      const commands = storage.once('commands', () => [] as IssuedCommand[])
      storage.issue = (command) => commands.push(command)
      adapter.findCommand = (serialNumber, id) =>
        commands.find((command) => {
          const like = command.serialNumber.replaceAll('%', '.*').replaceAll('_', '.')
          return command.commandId === id && new RegExp(`^${like}$`, 'u').test(serialNumber)
        })
    },
  },
  'Equal ids of two terminals are two commands': {
    'knows a command by its id alone': keyedBy((_, id) => id),
  },
  'A serial number and an id stay apart, whatever characters they have': Object.fromEntries(
    ['', ':', '|', '/', '-', '_', '.', ',', ' ', '#', '","', '::'].map((mark) => [
      `joins them with ${JSON.stringify(mark)}`,
      keyedBy((serialNumber, id) => `${serialNumber}${mark}${id}`),
    ]),
  ),
  'Replies to commands that nobody issued are stored, whatever their ids': {
    'drops them': keepingOnly((_, command) => command !== undefined),
    'drops ids that no terminal gets': keepingOnly(({ commandId }) => /^\w+$/.test(commandId)),
    'keeps ids as ASCII': ids((id) => id.replace(/[^ -~]/g, '?')),
    'trims ids': ids((id) => id.trim()),
    'normalizes ids': ids((id) => id.normalize()),
    'treats full-width digits as ASCII': ids((id) => id.normalize('NFKC')),
    'ignores accents': ids((id) => id.normalize('NFD').replace(/\p{M}/gu, '')),
    'cuts ids at a NUL': ids((id) => id.replace(/\0.*/, '')),
    'drops a byte order mark': ids((id) => new TextDecoder().decode(Buffer.from(id))),
    'cuts ids at 16 characters': ids(cut(16)),
    'cuts ids at 255 characters': ids(cut(255)),
    'cuts ids at 1,000 characters': ids(cut(1000)),
    'joins terminal and id with a colon': keyedBy((serialNumber, id) => `${serialNumber}:${id}`),
    'finds a command of their text later': ({ adapter }) => {
      const { findCommand, onReply } = adapter
      const seen = new Set<string>()
      adapter.onReply = (reply, command) => {
        seen.add(keyOf(reply.serialNumber, reply.commandId))
        return onReply(reply, command)
      }
      adapter.findCommand = async (serialNumber, commandId) =>
        seen.has(keyOf(serialNumber, commandId))
          ? { serialNumber, commandId, text: '' }
          : findCommand(serialNumber, commandId)
    },
  },
  'A repeated reply is stored once': {
    'appends every reply': keepingAll,
    'knows a duplicate by the object': ({ adapter, storage }) => {
      const replies = storage.once('replies', () => [] as CommandReply[])
      adapter.onReply = (reply) => {
        const isSame = replies.at(-1)?.commandId === reply.commandId
        if (!isSame) replies.push(reply)
      }
      storage.replies = () => replies
    },
  },
  'The later of two different replies wins, with nothing of the earlier left': {
    'keeps the first': ({ adapter }) => {
      const { onReply } = adapter
      const seen = new Set<string>()
      adapter.onReply = async (reply, command) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        if (seen.has(key)) return undefined
        seen.add(key)
        return onReply(reply, command)
      }
    },
    'never lets a failure replace a success': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        const before = storage.replies().find((r) => keyOf(r.serialNumber, r.commandId) === key)
        if (before?.returnCode === 0 && Number(reply.returnCode) < 0) return undefined
        return onReply(reply, command)
      }
    },
    'never lets a missing code replace one': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        const before = storage.replies().find((r) => keyOf(r.serialNumber, r.commandId) === key)
        if (before !== undefined && reply.returnCode === null) return undefined
        return onReply(reply, command)
      }
    },
    'leaves the content of the earlier': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = (reply, command) => {
        const before = storage.replies().find(({ commandId }) => commandId === reply.commandId)
        return onReply({ ...before, ...reply }, command)
      }
    },
    'leaves fields of the earlier': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = (reply, command) => {
        const before = storage.replies().find(({ commandId }) => commandId === reply.commandId)
        return onReply({ ...reply, fields: { ...before?.fields, ...reply.fields } }, command)
      }
    },
    'keeps both': keepingAll,
  },
  'A final reply replaces a pending one, and never the other way around': {
    'lets the latest win, whatever it says': keyedBy(keyOf),
    'keeps no pending reply': keepingOnly(isFinal),
    'keeps both': keepingAll,
    'knows only success as final': checkedThenPut(
      (before, reply) => before?.returnCode !== 0 || reply.returnCode !== -5000,
      () => true,
    ),
  },
  'How many rows came replaces only a pending reply, and gives way to any final one': {
    'lets rows win': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => {
        const said = await onReply(reply, command)
        const record = storage.records.get(keyOf(reply.serialNumber, reply.commandId))
        if (record && reply.rows !== undefined) record.reply = reply
        return said
      }
    },
    'keeps rows as if they were a reply': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = (reply, command) => {
        const record = storage.records.get(keyOf(reply.serialNumber, reply.commandId))
        return record?.reply?.rows === undefined ? onReply(reply, command) : 'repeated'
      }
    },
    'keeps no rows': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReply = async ({ rows: _, ...reply }, command) => onReply(reply, command)
    },
    'counts other rows anew': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => {
        const record = storage.records.get(keyOf(reply.serialNumber, reply.commandId))
        if (record?.reply?.rows !== undefined && reply.rows !== undefined) record.reply = reply
        return onReply(reply, command)
      }
    },
    'drops rows': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReply = (reply, command) => {
        return reply.rows === undefined ? onReply(reply, command) : 'repeated'
      }
    },
    'lets a pending reply replace rows': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = (reply, command) => {
        const record = storage.records.get(keyOf(reply.serialNumber, reply.commandId))
        if (reply.returnCode === -5000 && record?.reply?.rows !== undefined) delete record.reply
        return onReply(reply, command)
      }
    },
  },
  'onReply fulfills only when the reply can be read back': {
    'keeps it a moment later': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => void setImmediate(() => onReply(reply, command))
    },
    'keeps what it has every 20 ms': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => void setTimeout(() => onReply(reply, command), 20)
    },
    'keeps them ten at a time': ({ adapter }) => {
      const { onReply } = adapter
      const waiting: CommandReply[] = []
      adapter.onReply = async (reply) => {
        waiting.push(reply)
        if (waiting.length < 10) return
        for (const each of waiting.splice(0)) await onReply(each, undefined)
      }
    },
  },
  'A reply that cannot be stored rejects': {
    'swallows what it catches': swallowing('onReply'),
  },
  'A reply is reported as new only if it was, if at all': {
    'says of every reply that it was new': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command): Promise<ReplyKept> => {
        await onReply(reply, command)
        return 'kept'
      }
    },
    'says of none that it was new': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command): Promise<ReplyKept> => {
        await onReply(reply, command)
        return 'repeated'
      }
    },
    'says of a changed reply that it was a duplicate': ({ adapter }) => {
      const { onReply } = adapter
      const seen = new Set<string>()
      adapter.onReply = async (reply, command): Promise<ReplyKept> => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        const said = await onReply(reply, command)
        const isFirst = !seen.has(key)
        seen.add(key)
        return isFirst && said ? said : 'repeated'
      }
    },
    'says of a late pending reply that it was new': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command): Promise<ReplyKept> => {
        const said = await onReply(reply, command)
        return reply.returnCode === -5000 || !said ? 'kept' : said
      }
    },
    'says how many rows it changed': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReply = (async (reply: CommandReply) =>
        (await onReply(reply, undefined)) === 'kept' ? 1 : 0) as never
    },
  },
  'Every byte of raw and of content comes back': {
    'keeps raw as text': keepingChanged(({ raw }) => ({ raw: throughText(raw) })),
    'keeps content as text': keepingChanged(({ content }) =>
      content ? { content: throughText(content) } : {},
    ),
    'forgets content': keepingChanged(() => ({ content: undefined })),
    'treats empty content as none': keepingChanged(({ content }) =>
      content?.length ? {} : { content: undefined },
    ),
    'cuts raw at 65,535 bytes': keepingChanged(({ raw }) => ({ raw: raw.subarray(0, 65_535) })),
    'trims content': keepingChanged(({ content }) =>
      content && content.length < 20 ? { content: Buffer.from(content.toString().trim()) } : {},
    ),
    'trims the beginning of raw': keepingChanged(({ raw }) => ({
      raw: Buffer.from(raw.toString('latin1').trimEnd(), 'latin1'),
    })),
    'gives back no Buffer': keepingChanged(({ raw }) => ({ raw: new Uint8Array(raw) })),
  },
  'A reply of four megabytes comes back': {
    'cuts content at 1 MB': keepingChanged(({ content }) =>
      content ? { content: content.subarray(0, 1024 * 1024) } : {},
    ),
    'cuts raw at 64 kB': keepingChanged(({ raw }) => ({ raw: raw.subarray(0, 65_536) })),
    'cuts raw at 1 MB': keepingChanged(({ raw }) => ({ raw: raw.subarray(0, 2 ** 20) })),
    'drops what is over 1 MB': keepingOnly(({ raw }) => raw.length < 2 ** 20),
  },
  'Every field comes back in order, whatever its name and value': {
    'assigns them to an object with a prototype': keepingChanged(({ fields }) => {
      const copy: Record<string, string> = {}
      for (const [key, value] of Object.entries(fields)) copy[key] = value
      return { fields: copy }
    }),
    'drops names with a dot': fields((pair) => (pair[0].includes('.') ? [] : [pair])),
    'drops names that begin with a dollar': fields((pair) =>
      pair[0].startsWith('$') ? [] : [pair],
    ),
    'drops the empty name': fields((pair) => (pair[0] === '' ? [] : [pair])),
    'drops empty values': fields((pair) => (pair[1] === '' ? [] : [pair])),
    'cuts values at a NUL': fields(([key, value]) => [[key, value.replace(/\0.*/s, '')]]),
    'drops NUL': fields(([key, value]) => [[key.replaceAll('\0', ''), value.replaceAll('\0', '')]]),
    'trims names': fields(([key, value]) => [[key.trim(), value]]),
    'trims values': fields(([key, value]) => [[key, value.trim()]]),
    'puts names in lower case': fields(([key, value]) => [[key.toLowerCase(), value]]),
    'sorts them': keepingChanged(({ fields }) => ({
      fields: Object.fromEntries(Object.entries(fields).sort()),
    })),
    'reads "null" as null': fields(([key, value]) => [[key, value === 'null' ? '' : value]]),
    'reads numbers': fields(([key, value]) => [
      [key, /^\d/.test(value) ? `${Number(value)}` : value],
    ]),
    'reads dates': fields(([key, value]) => [[key, key === 'date' ? `${new Date(value)}` : value]]),
  },
  'A thousand fields come back, and names, values and kinds of command of any length': {
    'keeps a hundred fields': fields((pair, index) => (index < 100 ? [pair] : [])),
    'keeps 999 fields': fields((pair, index) => (index < 999 ? [pair] : [])),
    ...Object.fromEntries(
      [64, 100, 191, 255, 256, 1000, 4000, 65_535].map((length) => [
        `cuts values at ${length} characters`,
        fields(([key, value]) => [[key, value.slice(0, length)]]),
      ]),
    ),
    'cuts names at 64 characters': fields(([key, value]) => [[key.slice(0, 64), value]]),
    'cuts names at 1,024 characters': fields(([key, value]) => [[key.slice(0, 1024), value]]),
    'cuts the kind of command at 16 characters': keepingChanged(({ commandName }) => ({
      commandName: commandName.slice(0, 16),
    })),
    'cuts the kind of command at 255 characters': keepingChanged(({ commandName }) => ({
      commandName: commandName.slice(0, 255),
    })),
  },
  'Kinds of command that are not ASCII come back': {
    'keeps three bytes of a character at most': keepingChanged(({ commandName }) => ({
      commandName: commandName.replace(/[\u{10000}-\u{10ffff}]/gu, '?'),
    })),
    'drops a byte order mark': keepingChanged(({ commandName }) => ({
      commandName: new TextDecoder().decode(Buffer.from(commandName)),
    })),
    'keeps ASCII': keepingChanged(({ commandName }) => ({
      commandName: Buffer.from(commandName, 'latin1').toString('latin1'),
    })),
  },
  'Every return code is stored, and null if it is missing': {
    'reads null as 0': keepingChanged(({ returnCode }) => ({ returnCode: Number(returnCode) })),
    'reads 0 as null': keepingChanged(({ returnCode }) => ({ returnCode: returnCode || null })),
    'keeps 16 bits': keepingChanged(({ returnCode }) => ({
      returnCode: returnCode && (returnCode << 16) >> 16,
    })),
    'keeps 32 bits': keepingChanged(({ returnCode }) => ({
      returnCode: returnCode && returnCode | 0,
    })),
    'drops the sign': keepingChanged(({ returnCode }) => ({
      returnCode: returnCode && Math.abs(returnCode),
    })),
    'keeps it as text': keepingChanged(({ returnCode }) => ({ returnCode: `${returnCode}` })),
  },
  'A reply that comes a hundred times at the same moment is stored once, and every call fulfills': {
    'looks first, and inserts then': ({ adapter, storage, query }) => {
      const replies = storage.once('replies', () => [] as CommandReply[])
      adapter.onReply = async (reply) => {
        await query()
        const found = replies.some(({ commandId }) => commandId === reply.commandId)
        await query()
        if (!found) replies.push(reply)
      }
      storage.replies = () => replies
    },
    'refuses a retry as a duplicate': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => {
        if (storage.replies().length > 0) throw new Error('duplicate key')
        return onReply(reply, command)
      }
    },
    'says twice that it was new': ({ adapter, storage, query }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command): Promise<ReplyKept> => {
        await query()
        const before = storage.replies().some(({ commandId }) => commandId === reply.commandId)
        await onReply(reply, command)
        return before ? 'repeated' : 'kept'
      }
    },
  },
  'The replies of a hundred and fifty terminals at the same moment are stored': {
    'reads, changes and writes one file': inOneDocument(() => 'all'),
    'reads, changes and writes a document a terminal': inOneDocument(
      ({ serialNumber }) => serialNumber,
    ),
    'reads, changes and writes a document for every ten': inOneDocument(({ serialNumber }) =>
      serialNumber.slice(0, -1),
    ),
    'keeps the newest 100': ({ storage }) => {
      storage.replies = () => storage.memory.replies().slice(-100)
    },
    'keeps the first 150': ({ storage }) => {
      storage.replies = () => storage.memory.replies().slice(0, 150)
    },
  },
  'Replies that two processes receive at the same moment are stored': {
    'locks within its process': ({ adapter, storage, query }) => {
      let last: Promise<unknown> = Promise.resolve()
      const replies = storage.once('document', () => ({ all: new Map<string, CommandReply>() }))
      adapter.onReply = (reply) => {
        const turn = last.then(async () => {
          await query()
          const all = new Map(replies.all)
          await query()
          replies.all = all.set(keyOf(reply.serialNumber, reply.commandId), reply)
        })
        last = turn
        return turn
      }
      storage.replies = () => [...replies.all.values()]
    },
    'knows duplicates by what its process has seen': ({ adapter, storage, query }) => {
      const replies = storage.once('list', () => [] as CommandReply[])
      const seen = new Set<string>()
      adapter.onReply = async (reply) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        if (seen.has(key)) return
        seen.add(key)
        await query()
        replies.push(reply)
      }
      storage.replies = () => replies
    },
    'says that it was new if its process has not seen it': ({ adapter }) => {
      const { onReply } = adapter
      const seen = new Set<string>()
      adapter.onReply = async (reply, command): Promise<ReplyKept> => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        const isNew = !seen.has(key)
        seen.add(key)
        await onReply(reply, command)
        return isNew ? 'kept' : 'repeated'
      }
    },
  },
  'A final reply wins over a pending one that comes at the same moment': {
    'checks a pending reply, then puts it': checkedThenPut(finalStays, () => true),
    'checks it, and puts it after three queries': ({ adapter, storage, query }) => {
      const replies = storage.once('replies', () => new Map<string, CommandReply>())
      adapter.onReply = async (reply) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        await query()
        if (!finalStays(replies.get(key), reply)) return
        for (let step = 0; step < 3; step++) await query()
        replies.set(key, reply)
      }
      storage.replies = () => [...replies.values()]
    },
    'puts a final reply at once, a pending one after a look': ({ adapter, storage, query }) => {
      const replies = storage.once('replies', () => new Map<string, CommandReply>())
      adapter.onReply = async (reply) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        if (!isFinal(reply)) {
          await query()
          if (replies.has(key)) return
        }
        await query()
        replies.set(key, reply)
      }
      storage.replies = () => [...replies.values()]
    },
  },
  'The later of two replies wins even if the earlier takes longer to store': {
    'puts what comes last from the network': ({ adapter, storage, query }) => {
      const replies = storage.once('replies', () => new Map<string, CommandReply>())
      adapter.onReply = async (reply) => {
        const isLarge = reply.raw.length > 100_000
        for (let turn = 0; turn < (isLarge ? 30 : 1); turn++) await query()
        if (isLarge) await new Promise((resolve) => setTimeout(resolve, 20))
        replies.set(keyOf(reply.serialNumber, reply.commandId), reply)
      }
      storage.replies = () => [...replies.values()]
    },
  },
  'The later of two replies wins even if the earlier was delayed on its way to storage': {
    'finds, then replaces without condition': checkedThenPut(finalStays, () => true),
    'replaces only what it saw, and tries again with what it sees': ({
      adapter,
      storage,
      query,
    }) => {
      const replies = storage.once('replies', () => new Map<string, CommandReply>())
      adapter.onReply = async (reply) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        for (;;) {
          await query()
          const before = replies.get(key)
          if (!finalStays(before, reply)) return
          await query()
          if (replies.get(key) !== before) continue
          replies.set(key, reply)
          return
        }
      }
      storage.replies = () => [...replies.values()]
    },
    'puts at once, whenever it gets there': checkedThenPut(finalStays, () => true),
    'replaces only what it saw, which it sees late': checkedThenPut(
      finalStays,
      (before, now) => before === now,
    ),
    'notes the time when it gets there': ({ adapter, storage, query }) => {
      const replies = storage.once('replies', () => new Map<string, CommandReply>())
      const times = storage.once('times', () => new Map<string, number>())
      adapter.onReply = async (reply) => {
        const key = keyOf(reply.serialNumber, reply.commandId)
        await query()
        const now = Date.now()
        await query()
        if (now < (times.get(key) ?? 0)) return
        times.set(key, now)
        if (finalStays(replies.get(key), reply)) replies.set(key, reply)
      }
      storage.replies = () => [...replies.values()]
    },
  },
  'Unparsed lines are stored with the terminal that sent them, byte for byte': {
    'keeps lines as text': ({ adapter }) => {
      const { onUnparsed } = adapter
      adapter.onUnparsed = (lines, sn) => onUnparsed(lines.map(throughText), sn)
    },
    'keeps the last line only': ({ adapter }) => {
      const { onUnparsed } = adapter
      adapter.onUnparsed = (lines, sn) => onUnparsed(lines.slice(-1), sn)
    },
    'forgets the terminal': ({ adapter }) => {
      const { onUnparsed } = adapter
      adapter.onUnparsed = (lines) => onUnparsed(lines, '')
    },
    'trims lines': ({ adapter }) => {
      const { onUnparsed } = adapter
      const trimmed = (line: Buffer) => Buffer.from(line.toString('latin1').trim(), 'latin1')
      adapter.onUnparsed = (lines, sn) => onUnparsed(lines.map(trimmed), sn)
    },
    'cuts lines at 64 kB': ({ adapter }) => {
      const { onUnparsed } = adapter
      adapter.onUnparsed = (lines, sn) =>
        onUnparsed(
          lines.map((line) => line.subarray(0, 65_535)),
          sn,
        )
    },
    'knows a line by its text': ({ adapter }) => {
      const { onUnparsed } = adapter
      const seen = new Set<string>()
      adapter.onUnparsed = (lines, sn) => {
        const fresh = lines.filter((line) => !seen.has(`${sn} ${line}`))
        for (const line of fresh) seen.add(`${sn} ${line}`)
        return onUnparsed(
          fresh.filter((line, index) => fresh.findIndex((one) => `${one}` === `${line}`) === index),
          sn,
        )
      }
    },
  },
  'A repeated unparsed line is stored once': {
    'appends every line': ({ adapter, storage, query }) => {
      const kept = storage.once('lines', () => [] as { serialNumber: string; line: Buffer }[])
      adapter.onUnparsed = async (lines, serialNumber) => {
        await query()
        kept.push(...lines.map((line) => ({ serialNumber, line })))
      }
      storage.unparsed = () => kept
    },
    'looks first, and appends then': ({ adapter, storage, query }) => {
      const kept = storage.once('lines', () => [] as { serialNumber: string; line: Buffer }[])
      adapter.onUnparsed = async (lines, serialNumber) => {
        await query()
        const fresh = lines.filter(
          (line) => !kept.some((one) => one.serialNumber === serialNumber && one.line.equals(line)),
        )
        await query()
        kept.push(...fresh.map((line) => ({ serialNumber, line })))
      }
      storage.unparsed = () => kept
    },
  },
  'Unparsed lines that fifty terminals send at the same moment are stored': {
    'reads, changes and writes one file': ({ adapter, storage, query }) => {
      const file = storage.once('file', () => ({
        lines: [] as { serialNumber: string; line: Buffer }[],
      }))
      adapter.onUnparsed = async (lines, serialNumber) => {
        await query()
        const before = file.lines
        await query()
        file.lines = [...before, ...lines.map((line) => ({ serialNumber, line }))]
      }
      storage.unparsed = () => file.lines
    },
  },
  'Unparsed lines that cannot be stored reject': {
    'swallows what it catches': swallowing('onUnparsed'),
  },
  'findCommands finds what findCommand finds': {
    'finds a first page of a hundred': ({ adapter }) => {
      const { findCommands } = adapter
      adapter.findCommands = async (sn, all) => [...(await findCommands(sn, all))].slice(0, 100)
    },
    "finds other terminals' commands": ({ adapter, storage }) => {
      const { memory } = storage
      const commands = storage.once('commands', () => [] as IssuedCommand[])
      storage.issue = (command) => {
        commands.push(command)
        return memory.recordSent(command)
      }
      adapter.findCommands = async (_, all) =>
        commands.filter(({ commandId }) => all.includes(commandId))
    },
    ...Object.fromEntries(
      [500, 999, 1000, 2000].map((limit) => [
        `asks for the first ${limit} ids`,
        ({ adapter }: Connection) => {
          const { findCommands } = adapter
          adapter.findCommands = (sn, all) => findCommands(sn, all.slice(0, limit))
        },
      ]),
    ),
    'compares ids without leading zeros': ({ adapter }) => {
      const { findCommands } = adapter
      adapter.findCommands = (sn, all) =>
        findCommands(
          sn,
          all.map((id) => id.replace(/^0+(?=.)/, '')),
        )
    },
  },
  'onReplies stores what onReply would store, call by call': {
    'keeps the first of a batch': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = (answered) => onReplies([...answered].reverse())
    },
    'replaces what was kept before': ({ adapter, storage }) => {
      const { replies } = storage
      adapter.onReplies = async (answered) => {
        const kept = new Map(answered.map(({ reply }) => [reply.commandId, reply]))
        storage.replies = () => [...kept.values()]
      }
      storage.replies = () => replies()
    },
    'keeps no content': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = (answered) =>
        onReplies(
          answered.map(({ command, reply: { content: _, ...reply } }) => ({ reply, command })),
        )
    },
    'keeps them a moment later': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = async (answered) => void setImmediate(() => onReplies(answered))
    },
  },
  'The replies of a batch to commands that nobody issued are stored': {
    'drops them': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = (answered) => onReplies(answered.filter(({ command }) => command))
    },
    'keeps none if one is unknown': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = async (answered) =>
        answered.every(({ command }) => command) ? onReplies(answered) : []
    },
  },
  'Every reply of a batch of more than a thousand is stored': Object.fromEntries(
    [100, 500, 512, 999, 1000].map((limit) => [
      `drops what is beyond ${limit}`,
      ({ adapter }: Connection) => {
        const { onReplies } = adapter
        adapter.onReplies = (answered) => onReplies(answered.slice(0, limit))
      },
    ]),
  ),
  'Each reply of a batch is stored once, even if the batch comes many times at the same moment': {
    'looks first, and inserts then': ({ adapter, storage, query }) => {
      const replies = storage.once('replies', () => [] as CommandReply[])
      adapter.onReplies = async (answered) => {
        await query()
        const fresh = answered.filter(({ reply }) => !replies.includes(reply))
        await query()
        replies.push(...fresh.map(({ reply }) => reply))
      }
      storage.replies = () => replies
    },
    'refuses a retry as a duplicate': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReplies = async (answered) => {
        for (const { reply } of answered) {
          await onReply(reply, undefined)
          if (storage.shared.has(reply.commandId)) throw new Error('duplicate key')
          storage.shared.set(reply.commandId, true)
        }
      }
    },
    'says of every batch that it was new': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = async (answered) => {
        await onReplies(answered)
        return answered.map(() => 'kept' as const)
      }
    },
  },
  'The later reply wins even if an earlier batch was delayed on its way to storage': {
    'calls onReply for each, as time goes by': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReplies = async (answered) => {
        for (const { reply, command } of answered) await onReply(reply, command)
      }
    },
    'finds, then replaces without condition': ({ adapter, storage, query }) => {
      const replies = storage.once('replies', () => new Map<string, CommandReply>())
      const keep = async (all: readonly CommandReply[]) => {
        await query()
        const fresh = all.filter((reply) => replies.get(reply.commandId) !== reply)
        await query()
        for (const reply of fresh) replies.set(reply.commandId, reply)
      }
      adapter.onReply = (reply) => keep([reply])
      adapter.onReplies = (answered) => keep(answered.map(({ reply }) => reply))
      storage.replies = () => [...replies.values()]
    },
  },
  'A batch with a reply that cannot be stored rejects': {
    'fulfills though one was not kept': ({ adapter }) => {
      const { onReply } = adapter
      adapter.onReplies = async (answered) => {
        await Promise.allSettled(
          answered.map(async ({ reply, command }) => onReply(reply, command)),
        )
      }
    },
    'stops at the one that it cannot keep, and fulfills': swallowing('onReplies'),
    'leaves out what it cannot read': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = (answered) => onReplies(answered.filter(({ reply }) => reply))
    },
  },
  'Replies of a batch are reported as new only if they were, if at all': {
    'says of all that they were new': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = async (answered) => {
        await onReplies(answered)
        return answered.map(() => 'kept' as const)
      }
    },
    'leaves duplicates out of its answer': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = async (answered) =>
        ((await onReplies(answered)) ?? []).filter((said) => said === 'kept')
    },
    'answers in another order': ({ adapter }) => {
      const { onReplies } = adapter
      adapter.onReplies = async (answered) => [...((await onReplies(answered)) ?? [])].reverse()
    },
  },
  'Every call on replies rejects while storage is unreachable': Object.fromEntries(
    (['findCommand', 'onReply', 'onUnparsed', 'findCommands', 'onReplies'] as const).map((call) => [
      `swallows what goes wrong in ${call}`,
      swallowing(call),
    ]),
  ),
}

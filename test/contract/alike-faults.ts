// Faults of adapters that take two things for one, or put them in another order: by too little of
// them, or by the rules of some language. Each under the case that refuses it.
import { keyOf } from '../../src/command.js'
import type { CommandReply, Page, Upload, UploadRecord } from '../../src/index.js'
import { lineKey } from '../../src/index.js'
import type { CommandFilter, CommandRecord, CommandSummary } from '../../src/queue/storage.js'
import { limitedFirst, showing } from './list-faults.js'
import { closingAlike } from './open-faults.js'
import { keyedBy } from './upload-faults.js'
import type { Fault } from './whole.js'

type Faults = Record<string, Fault>
type Line = UploadRecord | Buffer

/** Takes a reply for one that it has if these parts of both are the same. */
const sameReply = (partsOf: (reply: CommandReply) => unknown): Fault => {
  return ({ adapter, storage }) => {
    const { onReply } = adapter
    const known = storage.once('known', () => new Map<string, string>())
    adapter.onReply = async (reply, command) => {
      const key = keyOf(reply.serialNumber, reply.commandId)
      const parts = JSON.stringify(partsOf(reply))
      if (known.get(key) === parts) return 'repeated'
      known.set(key, parts)
      return onReply(reply, command)
    }
  }
}

const hex = (bytes: Buffer | undefined) => bytes?.toString('hex')

/** A pending reply that has this takes the place of a final one. */
const pendingWins = (wins: (reply: CommandReply) => boolean): Fault => {
  return ({ adapter, storage }) => {
    const { onReply } = adapter
    adapter.onReply = async (reply, command) => {
      const record = storage.records.get(keyOf(reply.serialNumber, reply.commandId))
      if (reply.returnCode !== -5000 || !record?.reply || !wins(reply))
        return onReply(reply, command)
      record.reply = reply
      return 'kept'
    }
  }
}

const bytesOf = (line: Line) => (Buffer.isBuffer(line) ? line : line.raw)

/** Takes a line for one that it has if it says the same of both, and the rest of the key is right. */
const sameLine = (partsOf: (line: Line, upload: Upload) => unknown): Fault => {
  return keyedBy((upload, line) => JSON.stringify([upload.serialNumber, partsOf(line, upload)]))
}
const sameOf = <Kind extends UploadRecord['kind']>(
  kind: Kind,
  partsOf: (record: Extract<UploadRecord, { kind: Kind }>) => unknown,
): Fault => {
  return sameLine((line, upload) => {
    const isOfKind = !Buffer.isBuffer(line) && line.kind === kind
    return isOfKind
      ? [kind, partsOf(line as Extract<UploadRecord, { kind: Kind }>)]
      : lineKey(upload, line)
  })
}
const sameText = (change: (text: string) => string): Fault => {
  return sameLine((line) => [
    Buffer.isBuffer(line) ? '' : line.type,
    change(bytesOf(line).toString()),
  ])
}
const sameBytes = (change: (bytes: Buffer) => unknown): Fault => {
  return sameLine((line) => [Buffer.isBuffer(line) ? '' : line.type, change(bytesOf(line))])
}

/** Takes unparsed lines for one. */
const sameUnparsed = (partsOf: (line: Buffer) => unknown): Fault => {
  return ({ adapter, storage }) => {
    const { onUnparsed } = adapter
    const known = storage.once('known', () => new Set<string>())
    adapter.onUnparsed = async (lines, serialNumber) => {
      const fresh = lines.filter((line) => {
        const key = JSON.stringify([serialNumber, partsOf(line)])
        const isNew = !known.has(key)
        known.add(key)
        return isNew
      })
      await onUnparsed(fresh, serialNumber)
    }
  }
}

/** Takes the new text of a command that this holds for. */
const takingText = (isTaken: (record: CommandRecord, text: string) => boolean): Fault => {
  return ({ adapter, storage }) => {
    const { issue } = adapter
    adapter.issue = async (commands) => {
      const others = commands.filter(({ command }) => {
        const record = storage.records.get(keyOf(command.serialNumber, command.commandId))
        const isOther = record?.command !== undefined && record.command.text !== command.text
        if (!isOther || record.reply || !isTaken(record, command.text)) return true
        record.command = { ...command }
        return false
      })
      await issue(others)
    }
  }
}

const isOver = ({ openUntil }: CommandRecord) => openUntil !== undefined && openUntil < new Date()

/** Compares the own members of commands by another rule. */
const comparing = (
  isSame: (own: unknown, wanted: unknown) => boolean,
  namedAs = (name: string) => name,
): Fault => {
  return ({ adapter, storage }) => {
    const { listCommands } = adapter
    adapter.listCommands = async ({ members, ...filter }: CommandFilter, now) => {
      if (members === undefined) return listCommands(filter, now)
      const { rows } = await listCommands({ ...filter, limit: 1000 }, now)
      const found = rows.filter(({ serialNumber, commandId }) => {
        const record = storage.records.get(keyOf(serialNumber, commandId))
        const own = new Map(
          Object.entries(record?.command ?? {}).map(([name, value]) => [namedAs(name), value]),
        )
        return Object.entries(members).every(([name, wanted]) =>
          isSame(own.get(namedAs(name)), wanted),
        )
      })
      return { rows: found.slice(0, filter.limit ?? 100) } as Page<CommandSummary>
    }
  }
}

const compose = (text: unknown) => (typeof text === 'string' ? text.normalize() : text)
const inOrder = (compare: (one: string, other: string) => number): Fault => {
  return showing('listTerminals', (rows) => {
    return [...rows].sort((one, other) => compare(`${one.serialNumber}`, `${other.serialNumber}`))
  })
}

const CLOSED = ['cancelled', 'superseded', 'expired'] as const

export const ALIKE_FAULTS: Record<string, Faults> = {
  'Two replies that differ in one letter, one byte or one field are two': {
    'goes by the code': sameReply(({ returnCode }) => returnCode),
    'goes by the code and the size': sameReply(({ returnCode, raw }) => [returnCode, raw.length]),
    'goes by the code and the kind of command': sameReply(({ returnCode, commandName }) => [
      returnCode,
      commandName,
    ]),
    'goes by the code, the kind and the fields': sameReply(
      ({ returnCode, commandName, fields }) => [returnCode, commandName, fields],
    ),
    'goes by the code, the kind and the size of the content': sameReply(
      ({ returnCode, commandName, fields, content }) => [
        returnCode,
        commandName,
        fields,
        content?.length,
      ],
    ),
    'goes by the bytes alone': sameReply(({ raw }) => hex(raw)),
    'goes by the bytes as UTF-8': sameReply(({ raw, commandName }) => [
      raw.toString(),
      commandName,
    ]),
    'ignores case': sameReply(({ raw }) => raw.toString('latin1').toLowerCase()),
    'ignores the case of the kind': sameReply(({ raw, commandName }) => [
      hex(raw),
      commandName.toLowerCase(),
    ]),
    'ignores blanks': sameReply(({ raw, commandName }) => [
      raw.toString('latin1').replaceAll(' ', ''),
      commandName,
    ]),
    'ignores the values of fields': sameReply(({ returnCode, commandName, fields, content }) => [
      returnCode,
      commandName,
      Object.keys(fields),
      hex(content),
    ]),
    'compares the first 64 kB': sameReply(({ raw, commandName }) => [
      hex(raw.subarray(0, 65_536)),
      commandName,
    ]),
  },
  'A final reply replaces a pending one, and never the other way around': {
    'lets one with fields win': pendingWins(({ fields }) => Object.keys(fields).length > 0),
    'lets one with content win': pendingWins(({ content }) => content !== undefined),
    'lets one of another kind win': pendingWins(({ commandName }) => commandName !== 'DATA'),
    'lets a longer one win': pendingWins(({ raw }) => raw.length > 30),
  },
  'Unparsed lines are stored with the terminal that sent them, byte for byte': {
    'goes by the size': sameUnparsed((line) => line.length),
    'goes by the text in UTF-8': sameUnparsed((line) => line.toString()),
    'composes them': sameUnparsed((line) => [
      line.toString().normalize(),
      line.length > 3 && hex(line),
    ]),
    'goes by the first 64 kB': sameUnparsed((line) => hex(line.subarray(0, 65_536))),
    'goes by the first megabyte': sameUnparsed((line) => hex(line.subarray(0, 1_048_576))),
    'goes by the first seven bytes': sameUnparsed((line) => hex(line.subarray(0, 7))),
    'cuts them at a megabyte': ({ adapter }) => {
      const { onUnparsed } = adapter
      adapter.onUnparsed = (lines, serialNumber) =>
        onUnparsed(
          lines.map((line) => line.subarray(0, 1_048_576)),
          serialNumber,
        )
    },
  },
  'Lines that differ in the terminal, a letter, a blank or the last of many bytes are told apart': {
    'knows attendance by person and time': sameOf('attendance', ({ pin, time }) => [pin, time]),
    'knows attendance by person and minute': sameOf(
      'attendance',
      ({ pin, time, status, verify, rest, workCode }) => [
        pin,
        time.slice(0, 16),
        status,
        verify,
        workCode,
        rest,
      ],
    ),
    'knows attendance by person, time and status': sameOf('attendance', ({ pin, time, status }) => [
      pin,
      time,
      status,
    ]),
    'knows attendance by its first columns': sameOf(
      'attendance',
      ({ pin, time, status, verify, workCode }) => [pin, time, status, verify, workCode],
    ),
    'knows attendance without its work code': sameOf(
      'attendance',
      ({ pin, time, status, verify, rest }) => [pin, time, status, verify, rest],
    ),
    'knows attendance without how it was proved': sameOf(
      'attendance',
      ({ pin, time, status, workCode, rest }) => [pin, time, status, workCode, rest],
    ),
    'leaves the type out': sameLine((line) => bytesOf(line).toString('latin1')),
    'leaves the type of fields out': sameOf('fields', ({ raw }) => raw.toString('latin1')),
    'knows fields by their person': sameOf('fields', ({ type, fields }) => [type, fields.PIN]),
    'knows fields by their text': sameOf('fields', ({ type, fields }) => [type, fields]),
    'knows photos by their name': sameOf('file', ({ fields }) => fields.PIN),
    'knows photos by their size': sameOf('file', ({ content }) => content.length),
    'knows photos by name and size': sameOf('file', ({ fields, content }) => [
      fields.PIN,
      content.length,
    ]),
    'knows photos by their bytes': sameOf('file', ({ content }) => hex(content)),
    'knows photos by their bytes as UTF-8': sameOf('file', ({ fields, content }) => [
      fields.PIN,
      content.toString(),
    ]),
    'reads lines as UTF-8': sameText((text) => text),
    'composes lines': sameText((text) => text.normalize()),
    'reads unparsed lines as UTF-8': sameLine((line, upload) =>
      Buffer.isBuffer(line) ? line.toString() : lineKey(upload, line),
    ),
    'compares the first 64 kB': sameBytes((bytes) => hex(bytes.subarray(0, 65_536))),
    'compares the first megabyte': sameBytes((bytes) => hex(bytes.subarray(0, 1_048_576))),
    'compares sizes and beginnings': sameBytes((bytes) => [
      bytes.length,
      hex(bytes.subarray(0, 400)),
    ]),
  },
  'An id that its terminal has had with another text or with a reply is refused': {
    ...Object.fromEntries(
      CLOSED.map((reason) => [
        `takes another text if it is ${reason}`,
        takingText(({ cancelled }) => cancelled?.reason === reason),
      ]),
    ),
    'takes another text if it was claimed': takingText(({ attemptsMade }) => attemptsMade > 0),
    'takes another text if it is over': takingText(
      (record) => isOver(record) && !record.cancelled && record.attemptsMade === 0,
    ),
    'takes a text in another case': takingText(
      ({ command }, text) => command?.text.toLowerCase() === text.toLowerCase(),
    ),
    'takes a text with another accent': takingText(
      ({ command }, text) => command?.text === text.normalize('NFD').replace(/\p{M}/gu, ''),
    ),
  },
  'A command takes the place of all older ones with its key that were not handed out': {
    ...Object.fromEntries(
      [50, 64, 100, 191, 198].map((length) => [
        `compares ${length} characters of keys`,
        closingAlike((key) => key.slice(0, length)),
      ]),
    ),
    'composes keys': closingAlike((key) => key.normalize().slice(0, 190)),
    'ignores trailing blanks': closingAlike((key) => key.trimEnd()),
    'reads keys as Latin-1': closingAlike((key) =>
      Buffer.from(key, 'latin1').toString('latin1').replaceAll('\x8b', '!'),
    ),
    'ignores punctuation': closingAlike((key) => key.replace(/[!']/g, '')),
  },
  'Commands are listed by their states at the requested moment': {
    'looks at one state after the limit': limitedFirst,
  },
  "Commands are listed by their ids, their key, the app's own members and the person": {
    'compares members loosely': comparing((own, wanted) => {
      return own === wanted || (own !== undefined && Number(own) === Number(wanted))
    }),
    'treats all that is false alike': comparing(
      (own, wanted) => own === wanted || (own !== undefined && !own && !wanted),
    ),
    'trims members': comparing(
      (own, wanted) => own === wanted || (typeof own === 'string' && own.trim() === wanted),
    ),
    'composes members': comparing((own, wanted) => compose(own) === compose(wanted)),
    'composes names': comparing(Object.is, (name) => name.normalize()),
    'drops dollars from names': comparing(
      (own, wanted) => own === wanted || (own === undefined && wanted === ''),
      (name) => name.replace('$', ''),
    ),
    'finds 0 by half': comparing(
      (own, wanted) =>
        own === wanted ||
        (typeof own === 'number' && typeof wanted === 'number' && Math.floor(own) === wanted),
    ),
    'finds what objects inherit': comparing(
      (own, wanted) => own === wanted || (own === undefined && wanted === null),
    ),
  },
  'The pages of terminals hold each of them once, in the order of serial numbers': {
    'sorts as people do': inOrder((one, other) => one.localeCompare(other, 'en')),
    'sorts as people do, numbers by their value': inOrder((one, other) =>
      one.localeCompare(other, 'en', { numeric: true }),
    ),
    'sorts without punctuation': inOrder((one, other) =>
      one.localeCompare(other, 'en', { ignorePunctuation: true }),
    ),
    'sorts without accents': inOrder((one, other) =>
      one.localeCompare(other, 'en', { sensitivity: 'base' }),
    ),
    'sorts by length first': inOrder(
      (one, other) => one.length - other.length || (one < other ? -1 : 1),
    ),
  },
}

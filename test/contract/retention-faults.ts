// Faults of adapters in what they forget and what they cost, each under the case that refuses it.
import { keyOf } from '../../src/command.js'
import type { Forgotten, ForgottenPerson } from '../../src/kept.js'
import type { UploadedLine } from '../../src/memory/uploaded.js'
import type { CommandRecord } from '../../src/queue/storage.js'
import { personOf } from '../../src/upload/person.js'
import type { Fault, Storage } from './whole.js'

// It forgets, but brings back some of the commands.
const sparing =
  (isSpared: (record: CommandRecord) => boolean): Fault =>
  ({ adapter, storage }) => {
    const { forget } = adapter
    adapter.forget = async (before) => {
      const spared = [...storage.records].filter(([, record]) => isSpared(record))
      const forgotten = await forget(before)
      for (const [key, record] of spared) storage.records.set(key, record)
      return forgotten
    }
  }

// It forgets more than it should.
const deleting =
  (isDeleted: (record: CommandRecord) => boolean): Fault =>
  ({ adapter, storage }) => {
    const { forget } = adapter
    adapter.forget = async (before) => {
      const forgotten = await forget(before)
      for (const [key, record] of storage.records) {
        if (isDeleted(record)) storage.records.delete(key)
      }
      return forgotten
    }
  }

const counting =
  (change: (forgotten: Forgotten) => object): Fault =>
  ({ adapter }) => {
    const { forget, forgetPerson } = adapter
    adapter.forget = async (before) => change(await forget(before)) as Forgotten
    adapter.forgetPerson = async (person) => change(await forgetPerson(person)) as Forgotten
  }

const inPart = (most: number): Fault => {
  return ({ adapter, storage }) => {
    const { forget } = adapter
    adapter.forget = async (before) => {
      const lines = linesOf(storage).slice(most)
      const commands = [...storage.records].slice(most)
      const isFirst = !storage.shared.has('forgotten')
      storage.once('forgotten', () => true)
      const forgotten = await forget(before)
      if (!isFirst) return forgotten
      for (const [key, record] of commands) storage.records.set(key, record)
      restore(storage, lines)
      return forgotten
    }
  }
}

const asking =
  (change: (person: ForgottenPerson) => Partial<ForgottenPerson>): Fault =>
  ({ adapter }) => {
    const { forgetPerson } = adapter
    adapter.forgetPerson = (person) => forgetPerson({ ...person, ...change(person) })
  }

// It forgets a person, but brings back some of what it should have deleted.
const keeping =
  (
    isCommandKept: (record: CommandRecord) => boolean,
    isLineKept: (kind: string) => boolean = () => false,
  ): Fault =>
  ({ adapter, storage }) => {
    const { forgetPerson } = adapter
    adapter.forgetPerson = async (person) => {
      const commands = [...storage.records].filter(([, record]) => isCommandKept(record))
      const lines = linesOf(storage).filter(({ line }) => {
        return isLineKept(Buffer.isBuffer(line) ? 'unparsed' : line.kind)
      })
      const forgotten = await forgetPerson(person)
      for (const [key, record] of commands) storage.records.set(key, record)
      restore(storage, lines)
      return forgotten
    }
  }

const linesOf = ({ uploads }: Storage) => uploads.lines()

function restore({ uploads }: Storage, lines: readonly UploadedLine[]): void {
  for (const { isGone: _, ...line } of lines) uploads.add(line)
}

export const RETENTION_FAULTS: Record<string, Record<string, Fault>> = {
  'What is settled and old is forgotten, and what is open is kept': {
    'forgets nothing': ({ adapter }) => {
      adapter.forget = async () => ({ commands: 0, attendance: 0, uploads: 0, unparsed: 0 })
    },
    'forgets what waits': deleting(({ reply, cancelled, openUntil }) => {
      return !reply && !cancelled && !openUntil
    }),
    'forgets what has a pending reply': deleting(({ reply }) => reply?.returnCode === -5000),
    'forgets what expires later': deleting(({ openUntil }) => Number(openUntil) > Date.now()),
    'keeps what was cancelled': sparing(({ cancelled }) => cancelled !== undefined),
    'keeps what failed': sparing(({ reply }) => reply?.returnCode === -1),
    'keeps what is over': sparing(({ openUntil }) => Number(openUntil) < Date.now()),
    'keeps replies that nobody asked for': sparing(({ command }) => command === undefined),
    'goes by its own clock': ({ adapter }) => {
      const { forget } = adapter
      adapter.forget = () => forget(new Date())
    },
    'keeps uploads': ({ adapter, storage }) => {
      const { forget } = adapter
      adapter.forget = async (before) => {
        const rows = linesOf(storage)
        const forgotten = await forget(before)
        restore(storage, rows)
        return forgotten
      }
    },
    'counts nothing': counting(() => ({ commands: 0, attendance: 0, uploads: 0, unparsed: 0 })),
    'says nothing': counting(() => ({})),
  },
  'Thousands of lines and commands are forgotten, to the last one': Object.fromEntries(
    [100, 1000, 2000].map((most) => [`forgets ${most} and brings back the rest`, inPart(most)]),
  ),
  'Records of a time that was forgotten are stored again, but not reported as new': {
    'reports them as new': ({ adapter, storage }) => {
      const { onUpload } = adapter
      adapter.onUpload = async (upload) => {
        const known = new Set(linesOf(storage))
        await onUpload(upload)
        const fresh = linesOf(storage).filter((row) => !known.has(row))
        return upload.records.filter((record) => fresh.some(({ line }) => line === record))
      }
    },
    'does not store them': ({ adapter, storage }) => {
      const { onUpload } = adapter
      adapter.onUpload = (upload) => {
        if (storage.uploads.forgottenBefore === undefined) return onUpload(upload)
        const records = upload.records.filter(({ kind }) => kind !== 'attendance')
        return onUpload({ ...upload, records })
      }
    },
    'forgets the moment when it forgets less': ({ adapter, storage }) => {
      const { forget } = adapter
      adapter.forget = async (before) => {
        const forgotten = await forget(before)
        storage.uploads.forgottenBefore = before
        return forgotten
      }
    },
    'reports nothing as new from then on': ({ adapter, storage }) => {
      const { onUpload } = adapter
      adapter.onUpload = async (upload) => {
        const said = await onUpload(upload)
        return storage.uploads.forgottenBefore === undefined ? said : []
      }
    },
  },
  'A counter of a terminal goes on after everything is forgotten': {
    'begins anew': ({ adapter, storage }) => {
      const { forget, nextNumbers } = adapter
      const numbers = storage.once('numbers', () => ({ last: undefined as number | undefined }))
      adapter.forget = (before) => {
        numbers.last = 0
        return forget(before)
      }
      adapter.nextNumbers = async (serialNumber, count) => {
        if (numbers.last === undefined) return nextNumbers(serialNumber, count)
        numbers.last += count
        return numbers.last - count + 1
      }
    },
    'counts the commands that are there': ({ adapter, storage }) => {
      adapter.nextNumbers = async () => storage.records.size + 1
    },
  },
  'Everything about a person on these terminals is forgotten, and nothing about another': {
    'forgets nothing': ({ adapter }) => {
      adapter.forgetPerson = async () => ({ commands: 0, attendance: 0, uploads: 0, unparsed: 0 })
    },
    'forgets him on every terminal': asking(() => ({ serialNumbers: ['A', 'B', 'C'] })),
    'treats PINs as numbers': ({ adapter }) => {
      const { forgetPerson } = adapter
      adapter.forgetPerson = async (person) => {
        await forgetPerson({ ...person, pin: '07' })
        return forgetPerson(person)
      }
    },
    'forgets those whose PIN begins alike': ({ adapter }) => {
      const { forgetPerson } = adapter
      adapter.forgetPerson = async (person) => {
        await forgetPerson({ ...person, pin: '70' })
        return forgetPerson(person)
      }
    },
    'keeps his open commands': keeping(({ reply, attemptsMade }) => !reply && attemptsMade === 0),
    'keeps what was handed out': keeping(({ attemptsMade }) => attemptsMade > 0),
    'keeps his commands that are done': keeping(({ command, reply }) => {
      return command !== undefined && reply !== undefined
    }),
    'keeps replies that nobody asked for': keeping(({ command }) => command === undefined),
    'keeps attendance': keeping(
      () => false,
      (kind) => kind === 'attendance',
    ),
    'keeps photos': keeping(
      () => false,
      (kind) => kind === 'file',
    ),
    'keeps users': keeping(
      () => false,
      (kind) => kind === 'fields',
    ),
    'keeps packets': keeping(
      () => false,
      (kind) => kind === 'packet',
    ),
    'forgets packets of which some are missing': ({ adapter, storage }) => {
      const { forgetPerson } = adapter
      adapter.forgetPerson = async (person) => {
        const forgotten = await forgetPerson(person)
        for (const line of storage.uploads.lines()) {
          if (line.set !== undefined) storage.uploads.delete(line)
        }
        return forgotten
      }
    },
    'forgets everybody on these terminals': ({ adapter, storage }) => {
      const { forgetPerson } = adapter
      adapter.forgetPerson = async (person) => {
        const forgotten = await forgetPerson(person)
        for (const row of storage.uploads.lines()) {
          const { line, upload } = row
          const isOther = !Buffer.isBuffer(line) && personOf(line) !== undefined
          if (isOther && person.serialNumbers.includes(upload.serialNumber)) {
            storage.uploads.delete(row)
          }
        }
        return forgotten
      }
    },
    'counts nothing': counting(() => ({ commands: 0, attendance: 0, uploads: 0, unparsed: 0 })),
  },
  'A person with thousands of records is forgotten whole': Object.fromEntries(
    [100, 1000, 2000].map((most): [string, Fault] => [
      `forgets ${most}`,
      ({ adapter, storage }) => {
        const { forgetPerson } = adapter
        adapter.forgetPerson = async (person) => {
          const rows = linesOf(storage).slice(most)
          const forgotten = await forgetPerson(person)
          restore(storage, rows)
          return forgotten
        }
      },
    ]),
  ),
  'Ten thousand settled commands, and as many waiting, do not make a poll dearer': {
    'looks through all commands at each poll': ({ adapter, storage }) => {
      const { openCommands } = adapter
      adapter.openCommands = (serialNumber, ...rest) => {
        const own = [...storage.records.values()].filter((record) => {
          return record.command?.serialNumber === serialNumber && !record.cancelled
        })
        return own.length === 0 ? { records: [], more: false } : openCommands(serialNumber, ...rest)
      }
    },
    'looks through all that waits': ({ adapter, storage }) => {
      const { openCommands } = adapter
      adapter.openCommands = (serialNumber, ...rest) => {
        const waiting = [...storage.records.values()]
          .filter(({ cancelled }) => cancelled === undefined)
          .map((record) => ({ ...record }))
        return waiting.length === 0
          ? { records: [], more: false }
          : openCommands(serialNumber, ...rest)
      }
    },
    'looks through all of a terminal at each claim': ({ adapter, storage }) => {
      const { claim } = adapter
      adapter.claim = (serialNumber, claims) => {
        const own = new Map<string, CommandRecord>()
        for (const record of storage.records.values()) {
          const { command } = record
          if (command?.serialNumber !== serialNumber) continue
          own.set(keyOf(serialNumber, command.commandId), record)
        }
        return own.size === 0 ? [] : claim(serialNumber, claims)
      }
    },
    'sorts what waits at each poll': ({ adapter, storage }) => {
      const { openCommands } = adapter
      adapter.openCommands = (serialNumber, ...rest) => {
        const own = [...storage.records.values()].sort((one, other) => {
          return Number(one.issuedAt) - Number(other.issuedAt)
        })
        return own.length === 0 ? { records: [], more: false } : openCommands(serialNumber, ...rest)
      }
    },
  },
}

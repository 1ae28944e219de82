// Faults of adapters that keep uploads, each under the case that refuses it.
import type { UploadedLine } from '../../src/contract.js'
import {
  type FileRecord,
  lineKey,
  type PacketRecord,
  type Upload,
  type UploadRecord,
} from '../../src/index.js'
import { sumOf } from '../../src/upload/packet.js'
import type { PacketSet } from '../../src/upload/storage.js'
import type { Fault, Storage } from './whole.js'

type Line = UploadRecord | Buffer

/** Keeps what a change makes of each upload. */
function keepingChanged(change: (upload: Upload) => Upload): Fault {
  return ({ adapter }) => {
    const { onUpload } = adapter
    adapter.onUpload = (upload) => onUpload(change(upload))
  }
}

export function changingLines(change: (line: Line) => Line | undefined): Fault {
  return keepingChanged((upload) => ({
    ...upload,
    records: upload.records.flatMap((record) => (change(record) as UploadRecord) ?? []),
    unparsed: upload.unparsed.flatMap((line) => (change(line) as Buffer) ?? []),
  }))
}

const bytesOf = (line: Line) => (Buffer.isBuffer(line) ? line : line.raw)

/** Keeps each line under a key of its own making. */
export function keyedBy(keyOf: (upload: Upload, line: Line) => unknown): Fault {
  return ({ adapter, storage, query }) => {
    const kept = storage.once('lines', () => new Map<unknown, UploadedLine>())
    adapter.onUpload = async (upload) => {
      await query()
      const { serialNumber } = upload
      const isNew = (line: Line) => {
        const key = keyOf(upload, line)
        if (kept.has(key)) return false
        kept.set(key, { serialNumber, line })
        return true
      }
      upload.unparsed.filter(isNew)
      return upload.records.filter(isNew)
    }
    storage.lines = () => [...kept.values()]
  }
}

const keyedByText = (change: (text: string) => string) => {
  return keyedBy(({ serialNumber }, line) => {
    const type = Buffer.isBuffer(line) ? '' : line.kind
    return JSON.stringify([serialNumber, type, change(bytesOf(line).toString('latin1'))])
  })
}

const keyedByBytes = (typeOf: (line: Line) => string) => {
  return keyedBy(({ serialNumber }, line) => {
    return JSON.stringify([serialNumber, typeOf(line), bytesOf(line).toString('latin1')])
  })
}

const changingFiles = (change: (file: FileRecord) => FileRecord) => {
  return changingLines((line) => {
    return !Buffer.isBuffer(line) && line.kind === 'file' ? change(line) : line
  })
}

const answering = (answer: (upload: Upload, fresh: readonly UploadRecord[]) => unknown): Fault => {
  return ({ adapter }) => {
    const { onUpload } = adapter
    adapter.onUpload = async (upload) => {
      const fresh = (await onUpload(upload)) ?? []
      return answer(upload, fresh) as readonly UploadRecord[]
    }
  }
}

// Checks what is there, then inserts, with a query in between.
const checkedThenInserted: Fault = ({ adapter, storage, query }) => {
  const kept = storage.once('lines', () => [] as (UploadedLine & { key: string })[])
  adapter.onUpload = async (upload) => {
    const { serialNumber } = upload
    await query()
    const known = new Set(kept.map(({ key }) => key))
    const fresh = [...upload.records, ...upload.unparsed].filter((line) => {
      return !known.has(lineKey(upload, line))
    })
    await query()
    for (const line of new Set(fresh)) {
      kept.push({ serialNumber, line, key: lineKey(upload, line) })
    }
  }
  storage.lines = () => kept
}

// One document for all: read, changed, and written as a whole.
const inOneDocument: Fault = ({ adapter, storage, query }) => {
  const document = storage.once('document', () => ({ lines: new Map<string, UploadedLine>() }))
  adapter.onUpload = async (upload) => {
    const { serialNumber } = upload
    await query()
    const lines = new Map(document.lines)
    for (const line of [...upload.records, ...upload.unparsed]) {
      lines.set(lineKey(upload, line), { serialNumber, line })
    }
    await query()
    document.lines = lines
  }
  storage.lines = () => [...document.lines.values()]
}

const writingBehind: Fault = ({ adapter }) => {
  const { onUpload } = adapter
  adapter.onUpload = async (upload) => {
    setTimeout(() => void Promise.resolve(onUpload(upload)).catch(() => {}), 20)
  }
}

const swallowing: Fault = ({ adapter }) => {
  const { onUpload } = adapter
  adapter.onUpload = async (upload) => {
    try {
      return await onUpload(upload)
    } catch {
      return []
    }
  }
}

// Remembers in its own process what it has kept.
const cachedInProcess: Fault = ({ adapter, storage, query }) => {
  const known = new Set<string>()
  const kept = storage.once('lines', () => [] as UploadedLine[])
  adapter.onUpload = async (upload) => {
    await query()
    const { serialNumber } = upload
    const isNew = (line: Line) => {
      const { size } = known
      return known.add(lineKey(upload, line)).size > size
    }
    const fresh = upload.records.filter(isNew)
    for (const line of [...fresh, ...upload.unparsed.filter(isNew)])
      kept.push({ serialNumber, line })
    return fresh
  }
  storage.lines = () => kept
}

function findingPackets(
  change: (packets: readonly PacketRecord[], storage: Storage) => readonly PacketRecord[],
): Fault {
  return ({ adapter, storage }) => {
    const { findPackets } = adapter
    adapter.findPackets = async (...args) => {
      const found = await findPackets(...args)
      return typeof found === 'number' ? found : change(found, storage)
    }
  }
}

const asking = (change: (set: PacketSet) => PacketSet): Fault => {
  return ({ adapter }) => {
    const { findPackets } = adapter
    adapter.findPackets = (serialNumber, commandId, set) => {
      return findPackets(serialNumber, commandId, change(set))
    }
  }
}

interface KeptPacket {
  upload: Upload
  packet: PacketRecord
}

const packetsIn = ({ memory }: Storage): KeptPacket[] => {
  return memory.received().flatMap((upload) => {
    return upload.records.flatMap((packet) => (packet.kind === 'packet' ? { upload, packet } : []))
  })
}

interface AskedPackets extends PacketSet {
  serialNumber: string
  commandId: string
}

const isOfCommand = (upload: Upload, asked: Pick<AskedPackets, 'serialNumber' | 'commandId'>) => {
  return upload.serialNumber === asked.serialNumber && upload.commandId === asked.commandId
}

const isOfSet = ({ table, count }: PacketRecord, set: Omit<PacketSet, 'maxBytes'>) => {
  return table === set.table && count === set.count
}

// Which packets make a set, by another rule.
function packetsBy(
  isFound: (kept: KeptPacket, asked: AskedPackets) => boolean,
  isWhole?: (packets: readonly PacketRecord[], asked: AskedPackets) => boolean,
): Fault {
  return ({ adapter, storage }) => {
    adapter.findPackets = async (serialNumber, commandId, set) => {
      const asked = { ...set, serialNumber, commandId }
      const found = packetsIn(storage).filter((kept) => isFound(kept, asked))
      const packets = found.map(({ packet }) => packet)
      const last = [...new Map(packets.map((packet) => [packet.index, packet])).values()]
      const inOrder = (isWhole ? packets : last).sort((one, other) => one.index - other.index)
      const isEnough = isWhole?.(inOrder, asked) ?? inOrder.length === set.count
      return isEnough ? inOrder : []
    }
  }
}

const firstPackets: Fault = ({ adapter, storage }) => {
  adapter.findPackets = async (serialNumber, commandId, set) => {
    const found = packetsIn(storage).filter(({ upload, packet }) => {
      return isOfCommand(upload, { serialNumber, commandId }) && isOfSet(packet, set)
    })
    const first = new Map(found.reverse().map(({ packet }) => [packet.index, packet]))
    const inOrder = [...first.values()].sort((one, other) => one.index - other.index)
    return inOrder.length === set.count ? inOrder : []
  }
}

// Sums the packets that are found by another rule.
const summing = (
  isFound: (kept: KeptPacket, asked: Omit<AskedPackets, 'maxBytes'>) => boolean,
  isWhole = (packets: readonly PacketRecord[], count: number) => packets.length >= count,
  sum: (packets: readonly PacketRecord[]) => number | undefined = sumOf,
): Fault => {
  return ({ adapter, storage }) => {
    adapter.sumPackets = async (serialNumber, commandId, set) => {
      const asked = { ...set, serialNumber, commandId }
      const packets = packetsIn(storage).flatMap((kept) => {
        return isFound(kept, asked) ? [kept.packet] : []
      })
      const last = [...new Map(packets.map((packet) => [packet.index, packet])).values()]
      if (!isWhole(last, set.count)) return undefined
      return sum(last)
    }
  }
}

export const UPLOAD_FAULTS: Record<string, Record<string, Fault>> = {
  'Every line of an upload is stored with the terminal that sent it, byte for byte': {
    'keeps records alone': keepingChanged((upload) => ({ ...upload, unparsed: [] })),
    'keeps attendance alone': changingLines((line) => {
      return Buffer.isBuffer(line) || line.kind === 'attendance' ? line : undefined
    }),
    'keeps lines as text': changingLines((line) => {
      return Buffer.isBuffer(line) ? Buffer.from(line.toString()) : line
    }),
    'keeps files as text': changingLines((line) => {
      if (Buffer.isBuffer(line) || line.kind !== 'file') return line
      return { ...line, content: Buffer.from(line.content.toString()) }
    }),
    'trims what it keeps': changingLines((line) => {
      return Buffer.isBuffer(line) ? Buffer.from(line.toString('latin1').trim(), 'latin1') : line
    }),
    'cuts values at 64 kB': changingLines((line) => {
      if (Buffer.isBuffer(line) || line.kind !== 'fields') return line
      const cut = Object.entries(line.fields).map(([key, value]) => [key, value.slice(0, 65_535)])
      return { ...line, fields: Object.fromEntries(cut) }
    }),
    'loses keys that mean something to JavaScript': changingLines((line) => {
      if (Buffer.isBuffer(line) || line.kind !== 'fields') return line
      const fields: Record<string, string> = {}
      for (const [key, value] of Object.entries(line.fields)) fields[key] = value
      return { ...line, fields }
    }),
    'keeps person 007 as number 7': changingLines((line) => {
      if (Buffer.isBuffer(line) || line.kind !== 'attendance') return line
      return { ...line, pin: String(Number(line.pin)) }
    }),
    'loses the moment': changingLines((line) => {
      if (Buffer.isBuffer(line) || line.kind !== 'attendance') return line
      const { instant: _, ...record } = line
      return record
    }),
    'keeps it under another terminal': keepingChanged((upload) => ({
      ...upload,
      serialNumber: 'X',
    })),
  },
  'A repeated line is stored once': {
    'keeps every delivery': keyedBy(() => Symbol('new')),
    'compares with the upload before alone': keyedBy(({ body }, line) => {
      return `${body.toString('latin1')} ${bytesOf(line).toString('latin1')}`
    }),
    'looks into storage once for each upload': checkedThenInserted,
    'keeps every unparsed line': keyedBy((upload, line) => {
      return Buffer.isBuffer(line) ? Symbol('new') : lineKey(upload, line)
    }),
  },
  'Lines that differ in the terminal, a letter, a blank or the last of many bytes are told apart': {
    'ignores case': keyedByText((text) => text.toLowerCase()),
    'ignores blanks': keyedByText((text) => text.replaceAll(' ', '')),
    'ignores trailing blanks': keyedByText((text) => text.trimEnd()),
    'compares the first 255 characters': keyedByText((text) => text.slice(0, 255)),
    'compares the first 3000 characters': keyedByText((text) => text.slice(0, 3000)),
    'ignores accents': keyedByText((text) => {
      return Buffer.from(text, 'latin1').toString().normalize('NFKD').replace(/\p{M}/gu, '')
    }),
    'ignores the terminal': keyedBy((_, line) => bytesOf(line).toString('latin1')),
    'ignores the case of the terminal': keyedBy((upload, line) => {
      return lineKey({ ...upload, serialNumber: upload.serialNumber.toLowerCase() }, line)
    }),
    'treats the terminal as a number': keyedBy((upload, line) => {
      const { serialNumber } = upload
      const number = Number(serialNumber)
      return lineKey({ ...upload, serialNumber: `${number || serialNumber}` }, line)
    }),
  },
  'Every line of a large upload is stored, and of many small ones': {
    'drops what is over 999': keepingChanged((upload) => {
      return { ...upload, records: upload.records.slice(0, 999) }
    }),
    'drops what is over 2000': keepingChanged((upload) => {
      return { ...upload, records: upload.records.slice(0, 2000) }
    }),
    'keeps the newest hundred uploads': ({ storage }) => {
      const { lines } = storage
      storage.lines = () => lines().slice(-100)
    },
  },
  'onUpload fulfills only when every line can be read back': {
    'writes behind': writingBehind,
    'does not wait for the query': ({ adapter }) => {
      const { onUpload } = adapter
      adapter.onUpload = async (upload) => {
        setImmediate(() => setImmediate(() => setImmediate(() => void onUpload(upload))))
      }
    },
  },
  'An upload that cannot be stored rejects': { 'swallows errors': swallowing },
  'Records are reported as new only if they were, if at all': {
    'says that all were new': answering(({ records }) => records),
    'says that none was new': answering(() => []),
    'says all or nothing': answering(({ records }, fresh) => (fresh.length > 0 ? records : [])),
    'says nothing if none was new': answering((_, fresh) => (fresh.length > 0 ? fresh : undefined)),
    'says that a record that came twice at once is two': answering(({ records }, fresh) => {
      const raws = new Set(fresh.map(({ raw }) => raw.toString()))
      return records.filter(({ raw }) => raws.has(raw.toString('latin1')))
    }),
    'forgets whose record it was': keyedBy((_, line) => bytesOf(line).toString('latin1')),
  },
  'An upload that comes thirty times at the same moment is stored once, and every call fulfills': {
    'looks first and inserts then': checkedThenInserted,
    'rejects the duplicate': ({ adapter }) => {
      const { onUpload } = adapter
      adapter.onUpload = async (upload) => {
        const fresh = (await onUpload(upload)) ?? []
        if (fresh.length === 0) throw new Error('duplicate key')
        return fresh
      }
    },
    'says to each caller that it was new': answering(({ records }) => records),
  },
  'The uploads of a hundred terminals at the same moment are stored': {
    'reads, changes and writes one document': inOneDocument,
  },
  'An upload that two processes receive at the same moment is stored once': {
    'remembers in its process what it has kept': cachedInProcess,
    'looks first and inserts then': checkedThenInserted,
  },
  'Uploads reject while storage is unreachable': {
    'swallows errors': swallowing,
    'sums no packets then': ({ adapter }) => {
      const { sumPackets } = adapter
      adapter.sumPackets = async (...args) => {
        try {
          return await sumPackets(...args)
        } catch {
          return undefined
        }
      }
    },
    'finds no packets then': ({ adapter }) => {
      const { findPackets } = adapter
      adapter.findPackets = async (...args) => {
        try {
          return await findPackets(...args)
        } catch {
          return []
        }
      }
    },
  },
  'The same rows are stored for each query that they answer, and attendance once': {
    'ignores the command': keyedBy(({ commandId: _, ...upload }, line) => lineKey(upload, line)),
    'has the command in every key': keyedBy((upload, line) => {
      return `${upload.commandId} ${lineKey(upload, line)}`
    }),
  },
  "The packets of a terminal's command are found once all of them came, in their order": {
    'finds those of every terminal': packetsBy(({ upload, packet }, asked) => {
      return upload.commandId === asked.commandId && isOfSet(packet, asked)
    }),
    'ignores the case of the terminal': packetsBy(({ upload, packet }, asked) => {
      const isSame = upload.serialNumber.toLowerCase() === asked.serialNumber.toLowerCase()
      return isSame && upload.commandId === asked.commandId && isOfSet(packet, asked)
    }),
    'treats the id as a number': packetsBy(({ upload, packet }, asked) => {
      const isSame = Number(upload.commandId) === Number(asked.commandId)
      return isSame && upload.serialNumber === asked.serialNumber && isOfSet(packet, asked)
    }),
    'finds those of every table': packetsBy(({ upload, packet }, { table: _, ...asked }) => {
      return isOfCommand(upload, asked) && packet.count === asked.count
    }),
    'ignores the case of tables': packetsBy(({ upload, packet }, asked) => {
      const isSame = packet.table.toLowerCase() === asked.table.toLowerCase()
      return isSame && isOfCommand(upload, asked) && packet.count === asked.count
    }),
    'finds those of every count': packetsBy(({ upload, packet }, asked) => {
      return isOfCommand(upload, asked) && packet.table === asked.table
    }),
    'finds what has come so far': packetsBy(
      ({ upload, packet }, asked) => isOfCommand(upload, asked) && isOfSet(packet, asked),
      () => true,
    ),
    'finds them in the order in which they came': findingPackets((packets, storage) => {
      const all = storage.memory.received().flatMap(({ records }) => records)
      return [...packets].sort((one, other) => all.indexOf(one) - all.indexOf(other))
    }),
    'loses the table': findingPackets((packets) => {
      return packets.map((packet) => ({ ...packet, table: '' }))
    }),
    'finds them as text': findingPackets((packets) => {
      return packets.map((packet) => ({
        ...packet,
        raw: Buffer.from(packet.raw.toString('ascii')),
      }))
    }),
    'finds nothing': findingPackets(() => []),
  },
  'Of two packets with one number the later one counts': {
    'finds the first': firstPackets,
    'finds both': packetsBy(
      ({ upload, packet }, asked) => isOfCommand(upload, asked) && isOfSet(packet, asked),
      (packets, { count }) => new Set(packets.map(({ index }) => index)).size === count,
    ),
    'finds none then': packetsBy(
      ({ upload, packet }, asked) => isOfCommand(upload, asked) && isOfSet(packet, asked),
      (packets, { count }) => packets.length === count,
    ),
  },
  'Packets that have more bytes together than was asked for are not read, but counted': {
    'finds nothing then': ({ adapter }) => {
      const { findPackets } = adapter
      adapter.findPackets = async (...args) => {
        const found = await findPackets(...args)
        return typeof found === 'number' ? [] : found
      }
    },
    'ignores maxBytes': asking((set) => ({ ...set, maxBytes: 1e9 })),
    'finds less than maxBytes': asking((set) => ({ ...set, maxBytes: set.maxBytes - 1 })),
    'finds those that fit': ({ adapter }) => {
      const { findPackets } = adapter
      adapter.findPackets = async (serialNumber, commandId, set) => {
        const all = await findPackets(serialNumber, commandId, { ...set, maxBytes: 1e9 })
        if (typeof all === 'number') return all
        let bytes = 0
        return all.filter(({ raw }) => {
          bytes += raw.length
          return bytes <= set.maxBytes
        })
      }
    },
    'counts what was replaced': ({ adapter, storage }) => {
      const { findPackets } = adapter
      adapter.findPackets = async (serialNumber, commandId, set) => {
        const all = packetsIn(storage).filter(({ upload, packet }) => {
          return isOfCommand(upload, { serialNumber, commandId }) && isOfSet(packet, set)
        })
        const bytes = all.reduce((sum, { packet }) => sum + packet.raw.length, 0)
        return bytes > set.maxBytes ? bytes : findPackets(serialNumber, commandId, set)
      }
    },
    'finds a megabyte at most': asking((set) => {
      return { ...set, maxBytes: Math.min(set.maxBytes, 1_000_000) }
    }),
  },
  'The lines of a whole set of packets are added up, however large it is, but not of one with a gap':
    {
      'sums those of every terminal': summing(({ upload, packet }, asked) => {
        return upload.commandId === asked.commandId && isOfSet(packet, asked)
      }),
      'sums those of every command': summing(({ upload, packet }, asked) => {
        return upload.serialNumber === asked.serialNumber && isOfSet(packet, asked)
      }),
      'sums those of every table': summing(({ upload, packet }, asked) => {
        return isOfCommand(upload, asked) && packet.count === asked.count
      }),
      'sums those of every count': summing(({ upload, packet }, asked) => {
        return isOfCommand(upload, asked) && packet.table === asked.table
      }),
      'sums what has come so far': summing(
        ({ upload, packet }, asked) => isOfCommand(upload, asked) && isOfSet(packet, asked),
        () => true,
      ),
      'forgets the lines': ({ adapter }) => {
        adapter.sumPackets = async () => undefined
      },
      'takes no lines for none': summing(
        ({ upload, packet }, asked) => isOfCommand(upload, asked) && isOfSet(packet, asked),
        undefined,
        (packets) => sumOf(packets.map(({ lines = 0 }) => ({ lines }))),
      ),
      'sums what may be joined': ({ adapter, storage }) => {
        adapter.sumPackets = async (serialNumber, commandId, set) => {
          const found = storage.memory.findPackets(serialNumber, commandId, {
            ...set,
            maxBytes: 1e5,
          })
          if (typeof found === 'number' || found.length === 0) return undefined
          return sumOf(found)
        }
      },
      'sums each packet that came': ({ adapter, storage }) => {
        const { sumPackets } = adapter
        adapter.sumPackets = async (serialNumber, commandId, set) => {
          const found = packetsIn(storage).filter(({ upload, packet }) => {
            return isOfCommand(upload, { serialNumber, commandId }) && isOfSet(packet, set)
          })
          const known = await sumPackets(serialNumber, commandId, set)
          return known && sumOf(found.map(({ packet }) => packet))
        }
      },
    },
  'A result in a thousand packets is found whole': Object.fromEntries(
    [10, 50, 99].map((limit) => [
      `finds ${limit} at most`,
      findingPackets((packets) => packets.slice(0, limit)),
    ]),
  ),
  'A line that is not a valid record is stored once for each table, and listed with it': {
    'keeps it once': keyedByBytes((line) => (Buffer.isBuffer(line) ? 'unparsed' : line.type)),
    'keeps it each time': keyedBy(() => Symbol()),
    'lists it without its table': ({ adapter }) => {
      const { listUploads } = adapter
      adapter.listUploads = async (filter) => {
        const page = await listUploads(filter)
        return { ...page, rows: page.rows.map((row) => ({ ...row, type: '' })) }
      }
    },
    'finds it without its table': ({ adapter }) => {
      const { listUploads } = adapter
      adapter.listUploads = ({ type: _, ...filter }) => listUploads(filter)
    },
  },
  'A record is stored beside an unparsed line of the same bytes': {
    'tells lines apart by their bytes': keyedByBytes(() => ''),
    'tells lines apart by their type': keyedByBytes((line) => {
      return Buffer.isBuffer(line) ? '' : line.type
    }),
  },
  'The same picture of two people is stored for both': {
    'tells pictures apart by their bytes': keyedByBytes((line) => {
      return Buffer.isBuffer(line) ? 'unparsed' : line.kind
    }),
    'keeps each of them again': keyedBy(() => Symbol()),
  },
  'A photo that came as base64 is stored decoded and as it came': {
    'keeps the text': changingFiles((file) => ({ ...file, content: file.raw.subarray(-20) })),
    'keeps the picture alone': changingFiles((file) => ({ ...file, raw: file.content })),
    'cuts as many bytes as the picture has': changingFiles((file) => {
      return { ...file, content: file.raw.subarray(file.raw.length - file.content.length) }
    }),
    'keeps an empty picture': changingFiles((file) => ({ ...file, content: Buffer.alloc(0) })),
  },
}

// Faults of adapters in what polls read, in closing, counting and looking at many commands, each
// under the case that refuses it.
import { keyOf } from '../../src/command.js'
import type {
  CommandRecord,
  CommandSummary,
  DeliveryTerms,
  OpenBounds,
  OpenCommand,
  OpenCommands,
} from '../../src/queue/storage.js'
import { summaryOf } from '../../src/queue/summary.js'
import type { CommandReply } from '../../src/reply/reply.js'
import type { Connection, Fault } from './whole.js'

export const opening =
  (change: (open: OpenCommands, bounds: OpenBounds, now: Date) => OpenCommands): Fault =>
  ({ adapter }) => {
    const { openCommands } = adapter
    adapter.openCommands = async (serialNumber, now, bounds) => {
      return change(await openCommands(serialNumber, now, bounds), bounds, now)
    }
  }

const showing = (change: (record: OpenCommand, now: Date) => object): Fault =>
  opening(({ records, more }, _, now) => {
    const shown = records.map((record) => ({ ...record, ...change(record, now) }) as OpenCommand)
    return { records: shown, more }
  })

const termsWithout = (member: keyof DeliveryTerms): Fault =>
  showing(({ terms }) => ({ terms: { ...terms, [member]: undefined } }))

const bounding = (change: (bounds: OpenBounds) => OpenBounds): Fault => {
  return ({ adapter }) => {
    const { openCommands } = adapter
    adapter.openCommands = (serialNumber, now, bounds) => {
      return openCommands(serialNumber, now, change(bounds))
    }
  }
}

// The texts of all are counted or shown, also of those that can't be handed out.
const withTexts =
  (isShown: (record: CommandRecord, now: Date) => boolean): Fault =>
  ({ adapter, storage }) => {
    const { openCommands } = adapter
    adapter.openCommands = async (serialNumber, now, bounds) => {
      const all = await openCommands(serialNumber, now, { ...bounds, maxBytes: 1e9 })
      const records: OpenCommand[] = []
      let bytes = 0
      for (const one of all.records) {
        const record = storage.records.get(keyOf(serialNumber, one.commandId))
        const text = record?.command?.text ?? ''
        const { text: _, ...rest } = one
        const isText = record !== undefined && isShown(record, now)
        const size = isText ? Buffer.byteLength(text) : 0
        if (bytes > 0 && size > 0 && bytes + size > bounds.maxBytes) return { records, more: true }
        bytes += size
        records.push(isText ? { ...rest, text } : rest)
      }
      return { records, more: all.more }
    }
  }

const isDue = ({ attemptsMade, replyDueAt }: CommandRecord, now: Date) => {
  return attemptsMade === 0 || replyDueAt === undefined || now >= replyDueAt
}
const isAhead = ({ sentAt, replyDueAt }: CommandRecord, now: Date) => {
  return Boolean(sentAt && replyDueAt && +sentAt - +now > +replyDueAt - +sentAt)
}
const isLast = ({ attemptsMade, terms }: CommandRecord) => attemptsMade >= (terms?.attempts ?? 5)

const rightTexts = (record: CommandRecord, now: Date) => {
  return !isLast(record) && (isDue(record, now) || isAhead(record, now))
}

const countingTexts = (sizeOf: (text: string) => number): Fault => {
  return ({ adapter }) => {
    const { openCommands } = adapter
    adapter.openCommands = async (serialNumber, now, bounds) => {
      const all = await openCommands(serialNumber, now, { ...bounds, maxBytes: 1e9 })
      let bytes = 0
      const end = all.records.findIndex(({ text }, place) => {
        bytes += text === undefined ? 0 : sizeOf(text)
        return place > 0 && text !== undefined && bytes > bounds.maxBytes
      })
      return end === -1 ? all : { records: all.records.slice(0, end), more: true }
    }
  }
}

// Keys that it takes for one are closed together.
export const closingAlike =
  (change: (key: string) => string): Fault =>
  ({ adapter, storage }) => {
    const { cancel } = adapter
    adapter.cancel = async (serialNumber, which, at, reason) => {
      if ('ids' in which) return cancel(serialNumber, which, at, reason)
      const all = new Set([...storage.records.values()].map(({ terms }) => terms?.key ?? ''))
      const alike = [...all].filter((key) => change(key) === change(which.key))
      const closed = alike.map((key) => cancel(serialNumber, { ...which, key }, at, reason))
      return (await Promise.all(closed)).flat()
    }
  }

// Which commands a key closes, by another rule.
const closingBy =
  (isClosed: (record: CommandRecord, place: number, newer: number) => boolean): Fault =>
  ({ adapter, storage, query }) => {
    const { cancel } = adapter
    adapter.cancel = async (serialNumber, which, at, reason) => {
      if ('ids' in which) return cancel(serialNumber, which, at, reason)
      await query()
      const own = [...storage.records.values()].filter((record) => {
        return record.command?.serialNumber === serialNumber
      })
      const newer = own.findIndex(({ command }) => command?.commandId === which.before)
      const closed = own.filter((record, place) => {
        return record.terms?.key === which.key && isClosed(record, place, newer)
      })
      for (const record of closed) record.cancelled = { at, reason }
      return closed.map(({ command }) => `${command?.commandId}`)
    }
  }

const isUnsent = (record: CommandRecord) => {
  return record.attemptsMade === 0 && !record.reply && !record.cancelled
}

const closingUnanswered =
  (isClosed: (record: CommandRecord, attemptsMade: number) => boolean): Fault =>
  ({ adapter, storage }) => {
    const { cancel } = adapter
    adapter.cancel = async (serialNumber, which, at, reason) => {
      if ('key' in which || reason !== 'unanswered') return cancel(serialNumber, which, at, reason)
      return which.ids.filter((id) => {
        const record = storage.records.get(keyOf(serialNumber, id))
        if (!record?.command || record.cancelled) return false
        if (!isClosed(record, which.attemptsMade ?? 0)) return false
        record.cancelled = { at, reason }
        return true
      })
    }
  }

const summarizing =
  (change: (summary: CommandSummary, record: CommandRecord) => object | undefined): Fault =>
  ({ adapter, storage }) => {
    const { findSummaries } = adapter
    adapter.findSummaries = async (identities) => {
      const found = await findSummaries(identities)
      return found.flatMap((summary) => {
        const key = keyOf(summary.serialNumber, summary.commandId)
        const record = storage.records.get(key) ?? { attemptsMade: 0 }
        const changed = change(summary, record)
        return changed === undefined ? [] : [{ ...summary, ...changed } as CommandSummary]
      })
    }
  }

const replyingIf =
  (isKept: (reply: CommandReply, connection: Connection) => boolean): Fault =>
  (connection) => {
    const { adapter } = connection
    const { onReply } = adapter
    adapter.onReply = (reply, command) => {
      return isKept(reply, connection) ? onReply(reply, command) : 'repeated'
    }
  }

const findingBy =
  (key: (serialNumber: string, id: string) => string): Fault =>
  ({ adapter, storage }) => {
    adapter.findSummaries = async (identities) => {
      const asked = new Set(identities.map((one) => key(one.serialNumber, one.commandId)))
      return [...storage.records.values()].flatMap((record) => {
        const { serialNumber = '', commandId = '' } = record.command ?? record.reply ?? {}
        return asked.has(key(serialNumber, commandId)) ? [summaryOf(record)] : []
      })
    }
  }

const lastClosed: Fault = ({ adapter }) => {
  const { cancel } = adapter
  adapter.cancel = async (serialNumber, which, at, reason) => {
    if ('ids' in which) return cancel(serialNumber, which, at, reason)
    const closed = await cancel(serialNumber, which, at, reason)
    return closed.slice(-1)
  }
}

const cutting = (limit: number): Fault =>
  closingBy((record, place, newer) => place < newer && isUnsent(record) && place < limit)

export const OPEN_FAULTS: Record<string, Record<string, Fault>> = {
  'The open commands come with everything that a poll decides by': {
    ...Object.fromEntries(
      (['replyWithin', 'expiresAt', 'key', 'endsAnswer', 'encoding'] as const).map((member) => [
        `loses ${member}`,
        termsWithout(member),
      ]),
    ),
    'says that each has five attempts': showing(({ terms }) => ({
      terms: { ...terms, attempts: 5 },
    })),
    'trims keys': showing(({ terms }) => ({ terms: { ...terms, key: terms.key?.trim() } })),
    'keeps endsAnswer as 1': showing(({ terms }) => ({
      terms: { ...terms, ...(terms.endsAnswer && { endsAnswer: 1 }) },
    })),
    'keeps replyWithin in seconds': showing(({ terms }) => ({
      terms: { ...terms, replyWithin: Math.round(terms.replyWithin / 10_000) * 10_000 },
    })),
    'shows no attempts': showing(() => ({ attemptsMade: 0 })),
    'shows no time of the attempt': showing(() => ({ sentAt: undefined })),
    'shows no time of the reply': showing(() => ({ replyDueAt: undefined })),
    'shows no end': showing(() => ({ openUntil: undefined })),
    'trims texts': showing(({ text }) => ({ text: text?.trim() })),
    'shows null for what is missing': showing(({ sentAt = null }) => ({ sentAt })),
    'shows the command as it was issued': showing(({ serialNumber, commandId, text }) => ({
      serialNumber: undefined,
      commandId: undefined,
      text: undefined,
      command: { serialNumber, commandId, text },
    })),
  },
  'A list of open commands ends at its limit, and says whether there are more': {
    'never says that there are more': opening(({ records }) => ({ records, more: false })),
    'always says that there are more': opening(({ records }) => ({ records, more: true })),
    'says it if the list is full': opening(({ records }, { limit }) => {
      return { records, more: records.length >= limit }
    }),
    'lists one more': bounding(({ limit, maxBytes }) => ({ limit: limit + 1, maxBytes })),
    'lists ten at most': bounding(({ limit, maxBytes }) => {
      return { limit: Math.min(limit, 10), maxBytes }
    }),
    'lists them without saying more': opening(({ records }) => records as never),
  },
  'A list of open commands ends before more text than was asked for': {
    'ignores maxBytes': bounding(({ limit }) => ({ limit, maxBytes: 1e9 })),
    'ends behind the text that is too much': countingTexts((text) => text.length - 1),
    'leaves out a first text that is too long': opening(({ records, more }, { maxBytes }) => {
      const isFit = (record: OpenCommand) => (record.text?.length ?? 0) <= maxBytes
      return { records: records.filter(isFit), more }
    }),
    'skips what is too long, and goes on': ({ adapter }) => {
      const { openCommands } = adapter
      adapter.openCommands = async (serialNumber, now, bounds) => {
        const all = await openCommands(serialNumber, now, { ...bounds, maxBytes: 1e9 })
        let bytes = 0
        const records = all.records.filter(({ text = '' }, place) => {
          const isFit = place === 0 || bytes + text.length <= bounds.maxBytes
          if (isFit) bytes += text.length
          return isFit
        })
        return { records, more: records.length < all.records.length }
      }
    },
    'says nothing of the bytes that cut the list': opening(({ records, more }, { limit }) => {
      return { records, more: more && records.length === limit }
    }),
    'cuts texts at maxBytes': opening(({ records, more }, { maxBytes }) => {
      const cut = records.map((record) => ({
        ...record,
        text: `${record.text?.slice(0, maxBytes)}`,
      }))
      return { records: cut, more }
    }),
    'reads a megabyte at least': bounding(({ limit, maxBytes }) => {
      return { limit, maxBytes: Math.max(maxBytes, 1_000_000) }
    }),
  },
  'The text that is counted has the bytes of UTF-8': {
    'counts characters': countingTexts((text) => [...text].length),
    'counts UTF-16': countingTexts((text) => text.length),
    'counts three bytes for each': countingTexts((text) => text.length * 3),
  },
  'What is on the terminal or had its last attempt comes without its text, and counts no bytes': {
    'shows all texts': withTexts(() => true),
    'shows what is on the terminal': withTexts((record) => !isLast(record)),
    'shows what had its last attempt': withTexts((record, now) => {
      return isDue(record, now) || isAhead(record, now)
    }),
    'shows nothing that was handed out': withTexts(({ attemptsMade }) => attemptsMade === 0),
    'goes by a clock that is ahead for an hour': withTexts((record, now) => {
      return !isLast(record) && isDue(record, now)
    }),
    'treats every clock that is ahead as wrong': withTexts((record, now) => {
      const isLater = record.sentAt !== undefined && record.sentAt > now
      return !isLast(record) && (isDue(record, now) || isLater)
    }),
    'goes by its own clock': withTexts((record) => rightTexts(record, new Date())),
    'holds what is due at this moment': withTexts((record, now) => {
      return rightTexts(record, new Date(+now - 1))
    }),
    'shows empty texts': showing(({ text = '' }) => ({ text })),
    'counts the bytes of what it does not show': ({ adapter, storage }) => {
      const { openCommands } = adapter
      adapter.openCommands = async (serialNumber, now, bounds) => {
        const open = await openCommands(serialNumber, now, { ...bounds, maxBytes: 1e9 })
        let bytes = 0
        const end = open.records.findIndex(({ commandId }, place) => {
          const { command } = storage.records.get(keyOf(serialNumber, commandId)) ?? {}
          bytes += command?.text.length ?? 0
          return place > 0 && bytes > bounds.maxBytes
        })
        return end === -1 ? open : { records: open.records.slice(0, end), more: true }
      }
    },
  },
  'The urgent command that comes next is listed before all others, whatever the bounds are': {
    'lists it in its place': ({ adapter, storage }) => {
      const { openCommands } = adapter
      adapter.openCommands = async (serialNumber, now, bounds) => {
        const { records, more } = await openCommands(serialNumber, now, bounds)
        const all = [...storage.records.keys()]
        const placeOf = ({ commandId }: OpenCommand) => all.indexOf(keyOf(serialNumber, commandId))
        return { records: [...records].sort((one, two) => placeOf(one) - placeOf(two)), more }
      }
    },
    'lists none': opening(({ records, more }) => {
      return { records: records.filter(({ terms }) => !terms.urgent), more }
    }),
    'counts it': opening(({ records, more }, { limit }) => {
      return { records: records.slice(0, limit), more: more || records.length > limit }
    }),
    'forgets that it is urgent': termsWithout('urgent'),
    'lists the newest one': ({ adapter, storage }) => {
      const { openCommands } = adapter
      adapter.openCommands = async (serialNumber, now, bounds) => {
        const { records, more } = await openCommands(serialNumber, now, bounds)
        const [first, ...others] = records
        if (!first?.terms.urgent) return { records, more }
        const newest = [...storage.records.values()].filter(({ command, terms, ...record }) => {
          const isOwn = command?.serialNumber === serialNumber && terms?.urgent
          return isOwn && record.attemptsMade === 0 && !record.cancelled
        })
        const commandId = newest.at(-1)?.command?.commandId ?? first.commandId
        return { records: [{ ...first, commandId }, ...others], more }
      }
    },
    'lists one that was handed out': ({ adapter, storage }) => {
      const { openCommands } = adapter
      adapter.openCommands = async (serialNumber, now, bounds) => {
        const { records, more } = await openCommands(serialNumber, now, bounds)
        const sent = [...storage.records.values()].find(({ command, terms, attemptsMade }) => {
          return command?.serialNumber === serialNumber && terms?.urgent && attemptsMade > 0
        })
        if (!sent?.command || !sent.terms || sent.cancelled) return { records, more }
        const { command, terms, attemptsMade } = sent
        const { serialNumber: own, commandId } = command
        return {
          records: [{ serialNumber: own, commandId, terms, attemptsMade }, ...records],
          more,
        }
      }
    },
  },
  'Open commands stay in order behind a thousand that are settled, closed or over': {
    'looks at the first thousand': ({ adapter, storage }) => {
      const { openCommands } = adapter
      adapter.openCommands = async (serialNumber, now, bounds) => {
        const { records, more } = await openCommands(serialNumber, now, bounds)
        const first = new Set([...storage.records.keys()].slice(0, 1000))
        const isNear = ({ commandId }: OpenCommand) => first.has(keyOf(serialNumber, commandId))
        return { records: records.filter(isNear), more }
      }
    },
    'lists 200 at most': bounding(({ limit, maxBytes }) => {
      return { limit: Math.min(limit, 200), maxBytes }
    }),
    'sorts by id': opening(({ records, more }) => {
      return { records: [...records].sort((a, b) => (a.commandId < b.commandId ? -1 : 1)), more }
    }),
  },
  'A command is closed as unanswered only if no other attempt was made since it was looked at': {
    'closes it whatever was made': closingUnanswered(({ reply }) => !reply),
    'closes it if it was handed out': closingUnanswered(({ reply, attemptsMade }) => {
      return !reply && attemptsMade > 0
    }),
    'closes it if fewer attempts were made': closingUnanswered(({ reply, attemptsMade }, made) => {
      return !reply && attemptsMade > 0 && attemptsMade <= made
    }),
    'closes what has a pending reply': closingUnanswered(({ reply, attemptsMade }, made) => {
      return (!reply || reply.returnCode === -5000) && attemptsMade === made
    }),
    'closes what is answered': closingUnanswered(({ attemptsMade }, made) => attemptsMade === made),
    'closes nothing': closingUnanswered(() => false),
    'says that it closed all': ({ adapter }) => {
      const { cancel } = adapter
      adapter.cancel = async (serialNumber, which, at, reason) => {
        const closed = await cancel(serialNumber, which, at, reason)
        return 'ids' in which && reason === 'unanswered' ? which.ids : closed
      }
    },
    'notes another reason': ({ adapter }) => {
      const { findRecord } = adapter
      adapter.findRecord = async (...args) => {
        const record = await findRecord(...args)
        if (record?.cancelled?.reason !== 'unanswered') return record
        return { ...record, cancelled: { ...record.cancelled, reason: 'expired' } }
      }
    },
  },
  'A command takes the place of all older ones with its key that were not handed out': {
    'ignores the case of keys': closingAlike((key) => key.toLowerCase()),
    'closes those of every key': closingAlike(() => ''),
    'trims keys': closingAlike((key) => key.trim()),
    'cuts keys at ten characters': closingAlike((key) => key.slice(0, 10)),
    'closes what was handed out': closingBy((record, place, newer) => {
      return place < newer && !record.reply && !record.cancelled && !record.openUntil
    }),
    'closes what is answered': closingBy((record, place, newer) => {
      return place < newer && record.attemptsMade === 0 && !record.cancelled && !record.openUntil
    }),
    'closes what was cancelled again': closingBy((record, place, newer) => {
      return place < newer && record.attemptsMade === 0 && !record.reply && !record.openUntil
    }),
    'closes what is over': closingBy((record, place, newer) => {
      return place < newer && isUnsent(record)
    }),
    'closes the newer ones as well': closingBy((record, place, newer) => {
      return newer !== -1 && place !== newer && isUnsent(record) && !record.openUntil
    }),
    'closes the command itself': closingBy((record, place, newer) => {
      return place <= newer && isUnsent(record) && !record.openUntil
    }),
    'closes all if it does not know the command': closingBy((record, place, newer) => {
      return (newer === -1 || place < newer) && isUnsent(record) && !record.openUntil
    }),
    'closes none behind a command without the key': closingBy((record, place, newer) => {
      return place < newer && newer < 8 && isUnsent(record) && !record.openUntil
    }),
    'closes the last one': lastClosed,
    'says nothing': ({ adapter }) => {
      const { cancel } = adapter
      adapter.cancel = async (...args) => {
        const closed = await cancel(...args)
        return 'key' in args[1] ? [] : closed
      }
    },
  },
  'Every older command with a key is closed, however many there are and however long they are':
    Object.fromEntries([
      ...[100, 500, 999, 1000].map((limit) => [`closes the first ${limit}`, cutting(limit)]),
      [
        'leaves what is long',
        closingBy((record, place, newer) => {
          return place < newer && isUnsent(record) && (record.command?.text.length ?? 0) < 1_000_000
        }),
      ],
    ]),
  'Exactly one of two newer commands is left if both supersede at the same moment': {
    'looks first, and closes then': ({ adapter, storage, query }) => {
      const { cancel } = adapter
      adapter.cancel = async (serialNumber, which, at, reason) => {
        if ('ids' in which) return cancel(serialNumber, which, at, reason)
        await query()
        const own = [...storage.records.values()]
        const newer = own.findIndex(({ command }) => command?.commandId === which.before)
        const older = own.filter((record, place) => {
          return place < newer && record.terms?.key === which.key && isUnsent(record)
        })
        await query()
        for (const record of older) record.cancelled = { at, reason }
        return older.map(({ command }) => `${command?.commandId}`)
      }
    },
    'closes all but the one that it names': closingBy((record, place, newer) => {
      return place !== newer && isUnsent(record)
    }),
  },
  'The counter of each terminal begins at 1 and gives each number once': {
    'begins at 0': ({ adapter }) => {
      const { nextNumbers } = adapter
      adapter.nextNumbers = async (...args) => (await nextNumbers(...args)) - 1
    },
    'gives the last of them': ({ adapter }) => {
      const { nextNumbers } = adapter
      adapter.nextNumbers = async (serialNumber, count) => {
        return (await nextNumbers(serialNumber, count)) + count - 1
      }
    },
    'takes one for each call': ({ adapter }) => {
      const { nextNumbers } = adapter
      adapter.nextNumbers = (serialNumber) => nextNumbers(serialNumber, 1)
    },
    'has one counter for all': ({ adapter }) => {
      const { nextNumbers } = adapter
      adapter.nextNumbers = (_, count) => nextNumbers('A', count)
    },
    'ignores the case of serial numbers': ({ adapter }) => {
      const { nextNumbers } = adapter
      adapter.nextNumbers = (serialNumber, count) => nextNumbers(serialNumber.toLowerCase(), count)
    },
    'treats serial numbers as numbers': ({ adapter }) => {
      const { nextNumbers } = adapter
      adapter.nextNumbers = (serialNumber, count) => {
        const number = Number(serialNumber)
        return nextNumbers(Number.isNaN(number) ? serialNumber : `${number}`, count)
      }
    },
    'answers with text': ({ adapter }) => {
      const { nextNumbers } = adapter
      adapter.nextNumbers = async (...args) => `${await nextNumbers(...args)}` as never
    },
  },
  'Callers at the same moment, in all processes, get different numbers': {
    'reads first, and writes then': ({ adapter, storage, query }) => {
      const numbers = storage.once('numbers', () => ({ last: 0 }))
      adapter.nextNumbers = async (_, count) => {
        await query()
        const first = numbers.last + 1
        await query()
        numbers.last = first + count - 1
        return first
      }
    },
    'counts in its process': ({ adapter }) => {
      let last = 0
      adapter.nextNumbers = async (_, count) => {
        last += count
        return last - count + 1
      }
    },
  },
  'A command that the app hands out itself is found for its reply, and never handed out again': {
    'puts it into the queue': ({ adapter }) => {
      adapter.recordSent = async (command) => {
        const terms = { attempts: 5, replyWithin: 60_000 }
        await adapter.issue([{ command, terms, issuedAt: new Date() }])
      }
    },
    'notes no attempt': ({ adapter, storage }) => {
      const { recordSent } = adapter
      adapter.recordSent = async (command) => {
        await recordSent(command)
        const record = storage.records.get(keyOf(command.serialNumber, command.commandId))
        if (record) record.attemptsMade = 0
      }
    },
    'notes no time': ({ adapter, storage }) => {
      const { recordSent } = adapter
      adapter.recordSent = async (command) => {
        await recordSent(command)
        const record = storage.records.get(keyOf(command.serialNumber, command.commandId))
        delete record?.sentAt
      }
    },
    'keeps no text': ({ adapter }) => {
      const { recordSent } = adapter
      adapter.recordSent = (command) => recordSent({ ...command, text: 'CHECK' })
    },
    'keeps nothing': ({ adapter }) => {
      adapter.recordSent = async () => {}
    },
    'grants attempts at it': ({ adapter, storage }) => {
      const { claim } = adapter
      adapter.claim = async (serialNumber, claims) => {
        const sent = claims.filter(({ commandId }) => {
          const record = storage.records.get(keyOf(serialNumber, commandId))
          return record !== undefined && record.terms === undefined
        })
        const claimed = await claim(serialNumber, claims)
        return [...claimed, ...sent.map(({ commandId }) => commandId)]
      }
    },
  },
  'An id that the terminal has had is refused, and the same text changes nothing': {
    'takes any id': ({ adapter }) => {
      const { recordSent } = adapter
      adapter.recordSent = async (command) => {
        await Promise.resolve(recordSent(command)).catch(() => {})
      }
    },
    'refuses every id that it has had': ({ adapter, storage }) => {
      const { recordSent } = adapter
      adapter.recordSent = async (command) => {
        const key = keyOf(command.serialNumber, command.commandId)
        if (storage.records.has(key)) throw new Error('duplicate key')
        await recordSent(command)
      }
    },
    'takes a command out of the queue': ({ adapter, storage }) => {
      const { recordSent } = adapter
      adapter.recordSent = async (command) => {
        await recordSent(command)
        const record = storage.records.get(keyOf(command.serialNumber, command.commandId))
        delete record?.terms
      }
    },
    'replaces the text': ({ adapter, storage }) => {
      const { recordSent } = adapter
      adapter.recordSent = async (command) => {
        const record = storage.records.get(keyOf(command.serialNumber, command.commandId))
        if (record?.command && !record.reply) record.command = command
        await recordSent(command)
      }
    },
    'takes several lines': ({ adapter }) => {
      const { recordSent } = adapter
      adapter.recordSent = (command) => {
        return recordSent({ ...command, text: command.text.replaceAll('\n', ' ') })
      }
    },
  },
  'Many commands, of any terminals, are found in one call, without what is long': {
    'shows whole texts': summarizing((_, { command }) => ({ text: command?.text })),
    'cuts texts at 200 characters': summarizing(({ text }) => ({ text: text?.slice(0, 200) })),
    'shows the reply as it came': summarizing(({ reply }, record) => {
      return { reply: reply && { ...reply, ...record.reply } }
    }),
    'shows the bytes of replies': summarizing((_, { reply }) => ({ content: reply?.content })),
    'shows no reply': summarizing(() => ({ reply: undefined })),
    'shows no outcome': summarizing(({ reply }) => ({ reply: reply && { ...reply, outcome: '' } })),
    "forgets the app's members": summarizing(() => ({ members: undefined })),
    'forgets the terms': summarizing(() => ({ terms: undefined })),
    'forgets the attempts': summarizing(() => ({ attemptsMade: 0 })),
    'forgets the cancellation': summarizing(() => ({ cancelled: undefined })),
    'leaves out what nobody issued': summarizing((summary, { command }) => command && summary),
    'shows those of one terminal': ({ adapter }) => {
      const { findSummaries } = adapter
      adapter.findSummaries = (identities) => {
        const [first] = identities
        return findSummaries(identities.filter((one) => one.serialNumber === first?.serialNumber))
      }
    },
    'shows something for what is unknown': ({ adapter }) => {
      const { findSummaries } = adapter
      adapter.findSummaries = async (identities) => {
        const found = await findSummaries(identities)
        const isFound = ({ commandId }: { commandId: string }) => {
          return found.some((one) => one.commandId === commandId)
        }
        const rest = identities.filter((one) => !isFound(one))
        return [...found, ...rest.map((one) => ({ ...one, attemptsMade: 0 }))]
      }
    },
  },
  'A thousand commands are found in one call': Object.fromEntries(
    [100, 500, 999].map((limit): [string, Fault] => [
      `finds ${limit} at most`,
      ({ adapter }) => {
        const { findSummaries } = adapter
        adapter.findSummaries = (identities) => findSummaries(identities.slice(0, limit))
      },
    ]),
  ),
  'Only the commands that were asked for are found, compared exactly': {
    'ignores the case of ids': findingBy((serialNumber, id) =>
      keyOf(serialNumber, id.toLowerCase()),
    ),
    'treats ids as numbers': findingBy((serialNumber, id) => keyOf(serialNumber, `${Number(id)}`)),
    'ignores the case of serial numbers': findingBy((serialNumber, id) => {
      return keyOf(serialNumber.toLowerCase(), id)
    }),
    'ignores accents': findingBy((serialNumber, id) => {
      return keyOf(serialNumber.normalize('NFD').replace(/\p{M}/gu, ''), id)
    }),
    'compares both lists apart': ({ adapter, storage }) => {
      adapter.findSummaries = async (identities) => {
        const terminals = new Set(identities.map(({ serialNumber }) => serialNumber))
        const ids = new Set(identities.map(({ commandId }) => commandId))
        return [...storage.records.values()].flatMap((record) => {
          const { serialNumber = '', commandId = '' } = record.command ?? {}
          return terminals.has(serialNumber) && ids.has(commandId) ? [summaryOf(record)] : []
        })
      }
    },
  },
  'A query that is concluded by its rows is over, and found as succeeded with how many': {
    'forgets how many': summarizing(({ reply }) => ({ reply: { ...reply, rows: undefined } })),
    'calls it unknown': summarizing(({ reply }) => ({ reply: { ...reply, outcome: 'unknown' } })),
    'keeps it open': replyingIf(({ rows }) => rows === undefined),
    'drops no rows at all': replyingIf(({ rows }) => rows !== 0),
    'takes rows for final': replyingIf(({ serialNumber, commandId }, { storage }) => {
      return storage.records.get(keyOf(serialNumber, commandId))?.reply?.rows === undefined
    }),
    'takes a pending reply for final': replyingIf(({ serialNumber, commandId }, { storage }) => {
      const reply = storage.records.get(keyOf(serialNumber, commandId))?.reply
      return reply === undefined || reply.rows !== undefined
    }),
  },
}

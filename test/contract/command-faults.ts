// Faults of adapters that hand commands out, each under the case that refuses it.
import { keyOf } from '../../src/command.js'
import type { CommandReply } from '../../src/index.js'
import type {
  Claim,
  CommandRecord,
  CommandStorage,
  OpenBounds,
  OpenCommand,
  OpenCommands,
  QueuedCommand,
} from '../../src/queue/storage.js'
import { bounded, isOpen } from './plain.js'
import type { Connection, Fault, Storage } from './whole.js'

type Change = (queued: QueuedCommand) => object

export const issuing =
  (change: Change): Fault =>
  ({ adapter }) => {
    const { issue } = adapter
    adapter.issue = (commands) =>
      issue(commands.map((each) => ({ ...each, ...change(each) }) as QueuedCommand))
  }

export const issuingCommand = (change: (command: QueuedCommand['command']) => object): Fault =>
  issuing(({ command }) => ({ command: { ...command, ...change(command) } }))

const withoutMember = (member: keyof QueuedCommand) => issuing(() => ({ [member]: undefined }))

export const finding =
  (change: (record: CommandRecord) => object | undefined): Fault =>
  ({ adapter }) => {
    const { findRecord } = adapter
    adapter.findRecord = async (serialNumber, id) => {
      const record = await findRecord(serialNumber, id)
      const changes = record && change(record)
      return record && changes && ({ ...record, ...changes } as CommandRecord)
    }
  }

const opening =
  (change: (open: readonly OpenCommand[], bounds: OpenBounds) => readonly OpenCommand[]): Fault =>
  ({ adapter }) => {
    const { openCommands } = adapter
    adapter.openCommands = async (serialNumber, now, bounds) => {
      const all = { limit: 10_000, maxBytes: 1e9 }
      const { records } = await openCommands(serialNumber, now, all)
      const changed = change(records, bounds)
      return { records: changed.slice(0, bounds.limit), more: changed.length > bounds.limit }
    }
  }

// Opens commands by another rule.
export const openBy =
  (isListed: (record: CommandRecord, now: Date) => boolean): Fault =>
  ({ adapter, storage, query }) => {
    adapter.openCommands = async (serialNumber, now, bounds) => {
      await query()
      return openIn(storage, now, bounds, (record) => {
        return record.command?.serialNumber === serialNumber && isListed(record, now)
      })
    }
  }

function openIn(
  { records }: Storage,
  now: Date,
  bounds: OpenBounds,
  isListed: (record: CommandRecord) => boolean,
): OpenCommands {
  const listed = [...records.values()].filter(isListed)
  const urgent = listed.filter(({ terms, attemptsMade }) => terms?.urgent && attemptsMade === 0)
  return bounded(
    listed.filter(({ terms }) => !terms?.urgent),
    urgent[0],
    now,
    bounds,
  )
}

const isOver = ({ openUntil }: CommandRecord, now: Date) =>
  openUntil !== undefined && openUntil <= now

// Claims by another rule: immediately, without a second query.
export const claimingBy =
  (
    isGranted: (record: CommandRecord, claim: Claim) => boolean,
    note: (claim: Claim) => object = factsOf,
  ): Fault =>
  ({ adapter, storage, query }) => {
    adapter.claim = async (serialNumber, claims) => {
      await query()
      const claimed: string[] = []
      for (const claim of claims) {
        const record = storage.records.get(keyOf(serialNumber, claim.commandId))
        if (record?.command === undefined || !isGranted(record, claim)) break
        delete record.openUntil
        Object.assign(record, note(claim))
        claimed.push(claim.commandId)
      }
      return claimed
    }
  }

export function factsOf({ commandId: _, attempt, ...facts }: Claim): object {
  return { ...facts, attemptsMade: attempt }
}

function isNext(record: CommandRecord, { attempt }: Claim): boolean {
  return record.attemptsMade === attempt - 1
}

export function isClaimable(record: CommandRecord, claim: Claim): boolean {
  const { reply, cancelled } = record
  return isNext(record, claim) && !reply && !cancelled && !isOver(record, claim.sentAt)
}

const claimingPast = (reason: string): Fault =>
  claimingBy((record, claim) => {
    const { cancelled: _, ...rest } = record
    return isClaimable(record.cancelled?.reason === reason ? rest : record, claim)
  })

const cancellingBy =
  (
    isClosed: (record: CommandRecord, reason: string) => boolean,
    answer = (closed: readonly string[], _ids: readonly string[]) => closed,
  ): Fault =>
  ({ adapter, storage, query }) => {
    const { cancel } = adapter
    adapter.cancel = async (serialNumber, which, at, reason) => {
      if ('key' in which) return cancel(serialNumber, which, at, reason)
      await query()
      const closed = which.ids.filter((id) => {
        const record = storage.records.get(keyOf(serialNumber, id))
        if (record?.command === undefined || !isClosed(record, reason)) return false
        record.cancelled = { at, reason }
        return true
      })
      return answer(closed, which.ids)
    }
  }

function isClosable({ cancelled, reply, attemptsMade }: CommandRecord, reason: string): boolean {
  const isFinal = reply !== undefined && reply.returnCode !== -5000
  return !cancelled && !isFinal && (reason === 'cancelled' || attemptsMade === 0)
}

const releasingBy =
  (change: (record: CommandRecord, at: Date) => void, terminals?: 'all'): Fault =>
  ({ adapter, storage, query }) => {
    adapter.release = async (serialNumber, at) => {
      await query()
      for (const record of storage.records.values()) {
        const isOwn = record.command?.serialNumber === serialNumber
        if ((isOwn || terminals) && !record.reply) change(record, at)
      }
    }
  }

const replying =
  (
    change: (record: CommandRecord | undefined, reply: CommandReply) => boolean | undefined,
  ): Fault =>
  ({ adapter, storage }) => {
    const { onReply } = adapter
    adapter.onReply = async (reply, command) => {
      const record = storage.records.get(keyOf(reply.serialNumber, reply.commandId))
      if (change(record, reply) === false) return undefined
      return onReply(reply, command)
    }
  }

// Two queries where there must be one: it decides by what it saw in the first.
const lookThenClaim: Fault = ({ adapter, storage, query }) => {
  adapter.claim = async (serialNumber, claims) => {
    await query()
    const isGood = claims.map((claim) => {
      const record = storage.records.get(keyOf(serialNumber, claim.commandId))
      return record?.command !== undefined && isClaimable(record, claim)
    })
    const first = isGood.indexOf(false)
    const granted = first === -1 ? claims : claims.slice(0, first)
    await query()
    for (const claim of granted) {
      const record = storage.records.get(keyOf(serialNumber, claim.commandId))
      if (record) Object.assign(record, factsOf(claim))
    }
    return granted.map(({ commandId }) => commandId)
  }
}

const lookThenCancel: Fault = ({ adapter, storage, query }) => {
  const { cancel } = adapter
  adapter.cancel = async (serialNumber, which, at, reason) => {
    if ('key' in which) return cancel(serialNumber, which, at, reason)
    await query()
    const closed = which.ids.filter((id) => {
      const record = storage.records.get(keyOf(serialNumber, id))
      return record?.command !== undefined && isClosable(record, reason)
    })
    await query()
    for (const id of closed) {
      const record = storage.records.get(keyOf(serialNumber, id))
      if (record) record.cancelled = { at, reason }
    }
    return closed
  }
}

type Call = keyof CommandStorage | 'onReply'

function replaceAll(storage: Storage, facts: ReadonlyMap<string, CommandRecord>): void {
  for (const [key, record] of storage.records) {
    const before = facts.get(key)
    if (before === undefined) continue
    for (const member of Object.keys(record)) delete record[member as keyof CommandRecord]
    Object.assign(record, before)
  }
}

// A call that reads some records, changes them, and writes them as a whole in a second query.
const asDocuments =
  (call: Call, isRead: (record: CommandRecord, args: readonly unknown[]) => boolean): Fault =>
  ({ adapter, storage, query }) => {
    const right = adapter[call] as (...args: unknown[]) => Promise<unknown>
    adapter[call] = (async (...args: unknown[]) => {
      await query()
      const read = new Map<string, CommandRecord>()
      for (const [key, record] of storage.records) {
        if (isRead(record, args)) read.set(key, { ...record })
      }
      await query()
      // Changes by others meanwhile are lost.
      replaceAll(storage, read)
      return right(...args)
    }) as never
  }

const ofTerminal = (record: CommandRecord, [first]: readonly unknown[]) => {
  const serialNumber = typeof first === 'string' ? first : (first as CommandReply)?.serialNumber
  return record.command?.serialNumber === serialNumber
}

const locked =
  (call: 'claim', wrong: Fault): Fault =>
  (connection) => {
    wrong(connection)
    const { adapter } = connection
    const inner = adapter[call]
    let last: PromiseLike<unknown> = Promise.resolve()
    adapter[call] = (...args) => {
      const turn = last.then(() => inner(...args))
      last = turn.then(
        () => {},
        () => {},
      )
      return turn
    }
  }

const ALL_CALLS = [
  ...(['issue', 'openCommands', 'claim', 'release', 'cancel', 'findRecord'] as const),
  ...(['findBeginning', 'findSummaries', 'nextNumbers', 'recordSent'] as const),
  ...(['listCommands', 'countCommands'] as const),
] as const

function swallowing(call: Call) {
  return ({ adapter }: Connection) => {
    const right = adapter[call] as (...args: unknown[]) => Promise<unknown>
    adapter[call] = (async (...args: unknown[]) => {
      try {
        return await right(...args)
      } catch {
        return call === 'findRecord' ? undefined : []
      }
    }) as never
  }
}

const toTheSecond = (date: Date | undefined) => date && new Date(Math.floor(+date / 1000) * 1000)

export const COMMAND_FAULTS: Record<string, Record<string, Fault>> = {
  "A command comes back with the app's own members, its terms and its times": {
    "forgets the app's members": issuing(({ command: { serialNumber, commandId, text } }) => ({
      command: { serialNumber, commandId, text },
    })),
    'keeps members as text': issuingCommand((command) =>
      'employee' in command ? { employee: `${command.employee}` } : {},
    ),
    'drops null members': issuingCommand((command) =>
      'note' in command ? { note: undefined } : {},
    ),
    'keeps times to the second': issuing(({ issuedAt }) => ({ issuedAt: toTheSecond(issuedAt) })),
    'gives times back as text': finding(({ issuedAt }) => ({ issuedAt: issuedAt?.toISOString() })),
    'gives null for what is missing': finding(({ sentAt = null }) => ({ sentAt })),
    'forgets the key': issuing(({ terms: { key: _, ...terms } }) => ({ terms })),
    'forgets when it expires': issuing(({ terms: { expiresAt: _, ...terms } }) => ({ terms })),
    'forgets the attempts': issuing(({ terms }) => ({ terms: { ...terms, attempts: 5 } })),
    'forgets until when it is open': withoutMember('openUntil'),
    'forgets when it was issued': withoutMember('issuedAt'),
    'trims its text': issuingCommand(({ text }) => ({ text: text.trim() })),
    'cuts its text at 65,535 characters': issuingCommand(({ text }) => ({
      text: text.slice(0, 65_535),
    })),
    'finds no command of the queue': ({ adapter }) => {
      adapter.findCommand = () => undefined
    },
    'finds records of any terminal': ({ adapter, storage }) => {
      adapter.findRecord = async (_, id) =>
        [...storage.records.values()].find(({ command }) => command?.commandId === id)
    },
  },
  'The open commands of each terminal are listed in the order in which they were issued': {
    'sorts them by id': opening((open) =>
      [...open].sort((a, b) => (a.commandId < b.commandId ? -1 : 1)),
    ),
    'sorts them by time': ({ adapter, storage, query }) => {
      adapter.openCommands = async (serialNumber, now, bounds) => {
        await query()
        const own = [...storage.records.values()].filter((record) => {
          return record.command?.serialNumber === serialNumber && isOpen(record, now)
        })
        const sorted = own.sort((one, other) => Number(one.issuedAt) - Number(other.issuedAt))
        return bounded(sorted, undefined, now, bounds)
      }
    },
    'lists the newest first': opening((open) => [...open].reverse()),
    'reverses each list': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = (commands) => issue([...commands].reverse())
    },
    'ignores the limit': ({ adapter }) => {
      const { openCommands } = adapter
      adapter.openCommands = (serialNumber, now, bounds) => {
        return openCommands(serialNumber, now, { ...bounds, limit: 10_000 })
      }
    },
    "lists any terminal's": ({ adapter, storage }) => {
      adapter.openCommands = async (_, now, bounds) => openIn(storage, now, bounds, () => true)
    },
    'ignores the case of serial numbers': ({ adapter, storage }) => {
      adapter.openCommands = async (serialNumber, now, bounds) => {
        return openIn(storage, now, bounds, ({ command }) => {
          return command?.serialNumber.toLowerCase() === serialNumber.toLowerCase()
        })
      }
    },
  },
  'Every command of a list of two thousand is stored, in order, claimed and cancelled': {
    ...Object.fromEntries(
      [100, 200, 500, 999, 1000].map((limit) => [
        `keeps the first ${limit}`,
        ({ adapter }: Connection) => {
          const { issue } = adapter
          adapter.issue = (commands) => issue(commands.slice(0, limit))
        },
      ]),
    ),
    'lists a hundred': opening((open) => open.slice(0, 100)),
    'lists a thousand': opening((open) => open.slice(0, 1000)),
    'keeps them in parallel': ({ adapter, query }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        await Promise.all(
          commands.map(async (each) => {
            await query()
            await issue([each])
          }),
        )
      }
    },
  },
  'All commands of a list are stored, or none': {
    'keeps those before the one that it refuses': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        for (const each of commands) await issue([each])
      }
    },
    'keeps those that it does not refuse': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        const settled = await Promise.allSettled(commands.map(async (each) => issue([each])))
        for (const each of settled) if (each.status === 'rejected') throw each.reason
      }
    },
    'leaves out what it refuses, and fulfills': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        await Promise.allSettled(commands.map(async (each) => issue([each])))
      }
    },
    'does not compare a list with itself': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = (commands) => {
        const ids = commands.map(({ command }) => keyOf(command.serialNumber, command.commandId))
        return issue(
          commands.filter((_, index) => !ids.slice(0, index).includes(ids[index] as string)),
        )
      }
    },
  },
  'An id that its terminal has had with another text or with a reply is refused': {
    'replaces the text': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        for (const { command } of commands) {
          const known = storage.records.get(keyOf(command.serialNumber, command.commandId))
          if (known?.command && !known.reply) known.command = command
        }
        await issue(commands)
      }
    },
    'ignores every command whose id is known': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = (commands) =>
        issue(
          commands.filter(({ command }) => {
            return !storage.records.has(keyOf(command.serialNumber, command.commandId))
          }),
        )
    },
    'compares texts without blanks': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = (commands) =>
        issue(
          commands.map((each) => ({
            ...each,
            command: { ...each.command, text: each.command.text.trim() },
          })),
        )
    },
    'does not look at replies': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = (commands) =>
        issue(
          commands.filter(({ command }) => {
            return !storage.records.get(keyOf(command.serialNumber, command.commandId))?.reply
          }),
        )
    },
    'does not look at pending replies': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = (commands) =>
        issue(
          commands.filter(({ command }) => {
            const known = storage.records.get(keyOf(command.serialNumber, command.commandId))
            return known?.reply?.returnCode !== -5000
          }),
        )
    },
    'does not look at replies that nobody asked for': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = (commands) =>
        issue(
          commands.filter(({ command }) => {
            const known = storage.records.get(keyOf(command.serialNumber, command.commandId))
            return known === undefined || known.command !== undefined
          }),
        )
    },
    'refuses the ids of other terminals as duplicate keys': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        for (const { command } of commands) {
          for (const { command: known } of storage.records.values()) {
            if (known?.commandId !== command.commandId) continue
            if (known.serialNumber !== command.serialNumber) throw new Error('duplicate key')
          }
        }
        await issue(commands)
      }
    },
  },
  'Issuing a command without a reply again with the same text changes nothing': {
    'refuses it as a duplicate key': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        for (const { command } of commands) {
          const key = keyOf(command.serialNumber, command.commandId)
          if (storage.records.has(key)) throw new Error('duplicate key')
        }
        await issue(commands)
      }
    },
    'counts its attempts from 0': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        for (const { command } of commands) {
          const known = storage.records.get(keyOf(command.serialNumber, command.commandId))
          if (known) known.attemptsMade = 0
        }
        await issue(commands)
      }
    },
    'takes the new terms': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        for (const { command, ...more } of commands) {
          const known = storage.records.get(keyOf(command.serialNumber, command.commandId))
          if (known) Object.assign(known, more)
        }
        await issue(commands)
      }
    },
    'opens what was cancelled': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        for (const { command } of commands) {
          const known = storage.records.get(keyOf(command.serialNumber, command.commandId))
          delete known?.cancelled
        }
        await issue(commands)
      }
    },
    'puts it after the others': ({ adapter, storage }) => {
      const { issue, openCommands } = adapter
      const order = storage.once('order', () => new Map<string, number>())
      adapter.issue = async (commands) => {
        await issue(commands)
        for (const { command } of commands) {
          order.set(command.commandId, Math.max(0, ...order.values()) + 1)
        }
      }
      const placeOf = ({ commandId }: OpenCommand) => order.get(commandId) ?? 0
      adapter.openCommands = async (...args) => {
        const { records, more } = await openCommands(...args)
        return { records: [...records].sort((a, b) => placeOf(a) - placeOf(b)), more }
      }
    },
  },
  'Ids and texts that no terminal can carry are refused': {
    'takes any id': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = (commands) =>
        issue(commands.filter(({ command }) => /^[0-9A-Za-z]{1,16}$/.test(command.commandId)))
    },
    'takes ids of up to 24 characters': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = (commands) =>
        issue(commands.filter(({ command }) => !/^[0-9A-Za-z]{17,24}$/.test(command.commandId)))
    },
    'cuts ids': issuingCommand(({ commandId }) => ({ commandId: `${commandId}`.slice(0, 16) })),
    'takes numbers as ids': issuingCommand(({ commandId }) => ({ commandId: `${commandId}` })),
    'takes ids with letters of any script': ({ adapter }) => {
      const { issue } = adapter
      adapter.issue = (commands) =>
        issue(commands.filter(({ command }) => /^\w*$/u.test(`${command.commandId}`)))
    },
    'takes several lines': issuingCommand(({ text }) => ({
      text: text.includes('\n') ? 'CHECK' : text,
    })),
    'drops NUL': issuingCommand(({ text }) => ({ text: text.replaceAll('\0', '') })),
    'takes a CR': issuingCommand(({ text }) => ({ text: text.replaceAll('\r', '') })),
    'takes no text': issuingCommand(({ text }) => ({ text: text || 'CHECK' })),
    'takes no terminal': issuingCommand(({ serialNumber }) => ({
      serialNumber: serialNumber || 'A',
    })),
  },
  'Commands of terminals stay apart, whatever characters their serial numbers have':
    Object.fromEntries(
      (
        [
          ['ignores case', (sn) => sn.toLowerCase()],
          [
            'ignores accents and case',
            (sn) => sn.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase(),
          ],
          ['drops punctuation', (sn) => sn.replace(/\p{P}/gu, '')],
          ['cuts them at two characters', (sn) => sn.slice(0, 2)],
        ] as [string, (sn: string) => string][]
      ).map(([fault, change]): [string, Fault] => [
        fault,
        ({ adapter }) => {
          const { issue, openCommands } = adapter
          adapter.issue = (commands) =>
            issue(
              commands.map(({ command, ...each }) => ({
                ...each,
                command: { ...command, serialNumber: change(command.serialNumber) },
              })),
            )
          adapter.openCommands = (sn, ...args) => openCommands(change(sn), ...args)
        },
      ]),
    ),
  'Open commands leave out what is answered, cancelled or over': {
    'lists what is answered': openBy((record, now) => !record.cancelled && !isOver(record, now)),
    'lists what has a pending reply': openBy((record, now) => {
      const isDone = record.reply !== undefined && record.reply.returnCode !== -5000
      return !isDone && !record.cancelled && !isOver(record, now)
    }),
    'lists what failed': openBy((record, now) => {
      const isDone = record.reply !== undefined && record.reply.returnCode !== -1
      return !isDone && !record.cancelled && !isOver(record, now)
    }),
    'lists what is cancelled': openBy((record, now) => !record.reply && !isOver(record, now)),
    'lists what is over': openBy(({ reply, cancelled }) => !reply && !cancelled),
    'lists what ends at this moment': openBy(({ reply, cancelled, openUntil }, now) => {
      return !reply && !cancelled && (openUntil === undefined || openUntil >= now)
    }),
    'goes by its own clock': openBy((record) => {
      return !record.reply && !record.cancelled && !isOver(record, new Date())
    }),
    'compares times to the second': openBy(({ reply, cancelled, openUntil }, now) => {
      const end = toTheSecond(openUntil)
      return !reply && !cancelled && (end === undefined || end > now)
    }),
    'limits before it looks what is open': ({ adapter, storage }) => {
      adapter.openCommands = async (serialNumber, now, bounds) => {
        const own = [...storage.records.values()]
          .filter(({ command }) => command?.serialNumber === serialNumber)
          .slice(0, bounds.limit)
          .filter((record) => isOpen(record, now))
        return bounded(own, undefined, now, bounds)
      }
    },
  },
  'Each attempt is stored with its times': {
    'notes no attempt': claimingBy(isClaimable, () => ({})),
    'notes no time': claimingBy(isClaimable, ({ attempt }) => ({ attemptsMade: attempt })),
    'notes no time for the reply': claimingBy(isClaimable, ({ attempt, sentAt, openUntil }) => ({
      attemptsMade: attempt,
      sentAt,
      ...(openUntil && { openUntil }),
    })),
    'goes by its own clock': claimingBy(isClaimable, (claim) => ({
      ...factsOf(claim),
      sentAt: new Date(),
    })),
    'leaves no end': claimingBy(isClaimable, ({ openUntil: _, ...claim }) => factsOf(claim)),
    'leaves the end of before': ({ adapter, storage }) => {
      const { claim } = adapter
      adapter.claim = async (serialNumber, claims) => {
        const before = claims.map(
          ({ commandId }) => storage.records.get(keyOf(serialNumber, commandId))?.openUntil,
        )
        const claimed = await claim(serialNumber, claims)
        for (const [index, { commandId, openUntil }] of claims.entries()) {
          const record = storage.records.get(keyOf(serialNumber, commandId))
          const end = before[index]
          if (record && end && !openUntil) record.openUntil = end
        }
        return claimed
      }
    },
    'keeps times to the second': claimingBy(isClaimable, (claim) => ({
      ...factsOf(claim),
      ...(claim.openUntil && { openUntil: toTheSecond(claim.openUntil) }),
    })),
  },
  'An attempt is granted only if exactly those before it were made': {
    'grants any': claimingBy(() => true),
    'grants more than were made': claimingBy(
      (record, { attempt }) => attempt > record.attemptsMade,
    ),
    'grants up to the next': claimingBy(
      (record, { attempt }) => attempt <= record.attemptsMade + 1,
    ),
    'counts by itself': claimingBy(
      () => true,
      ({ attempt: _, ...claim }) => claim,
    ),
    'says that it granted what it did not': ({ adapter }) => {
      const { claim } = adapter
      adapter.claim = async (serialNumber, claims) => {
        await claim(serialNumber, claims)
        return claims.map(({ commandId }) => commandId)
      }
    },
  },
  'Claims are granted in order, up to the first that cannot be': {
    'grants every one that it can': ({ adapter }) => {
      const { claim } = adapter
      adapter.claim = async (serialNumber, claims) => {
        const claimed: string[] = []
        for (const each of claims) claimed.push(...(await claim(serialNumber, [each])))
        return claimed
      }
    },
    'grants all or none': ({ adapter, storage }) => {
      const { claim } = adapter
      adapter.claim = async (serialNumber, claims) => {
        const isAll = claims.every((each) => {
          const record = storage.records.get(keyOf(serialNumber, each.commandId))
          return record !== undefined && isClaimable(record, each)
        })
        return isAll ? claim(serialNumber, claims) : []
      }
    },
    'grants them by their ids': ({ adapter }) => {
      const { claim } = adapter
      adapter.claim = (serialNumber, claims) =>
        claim(
          serialNumber,
          [...claims].sort((a, b) => (a.commandId < b.commandId ? -1 : 1)),
        )
    },
    'notes those after the first, but does not say so': ({ adapter }) => {
      const { claim } = adapter
      adapter.claim = async (serialNumber, claims) => {
        const claimed = await claim(serialNumber, claims)
        for (const each of claims.slice(claimed.length + 1)) await claim(serialNumber, [each])
        return claimed
      }
    },
  },
  'No attempt is granted on a command that is answered, cancelled or over': {
    'looks at attempts alone': claimingBy(isNext),
    'does not look at replies': claimingBy(
      (record, claim) =>
        isNext(record, claim) && !record.cancelled && !isOver(record, claim.sentAt),
    ),
    'does not look at pending replies': claimingBy((record, claim) => {
      const { reply } = record
      return isClaimable(
        { ...record, ...(reply?.returnCode === -5000 && { reply: undefined as never }) },
        claim,
      )
    }),
    'does not look at cancellations': claimingBy(
      (record, claim) => isNext(record, claim) && !record.reply && !isOver(record, claim.sentAt),
    ),
    'does not look at superseded ones': claimingPast('superseded'),
    'does not look at those closed as expired': claimingPast('expired'),
    'does not look at the end': claimingBy(
      (record, claim) => isNext(record, claim) && !record.reply && !record.cancelled,
    ),
    'grants at the end itself': claimingBy((record, claim) => {
      const { openUntil } = record
      const isOpen = openUntil === undefined || openUntil >= claim.sentAt
      return isNext(record, claim) && !record.reply && !record.cancelled && isOpen
    }),
    'goes by its own clock': claimingBy((record, claim) => {
      return isClaimable(record, { ...claim, sentAt: new Date() })
    }),
  },
  'Claims, releases and cancellations affect one terminal only, even if others have the same ids': {
    'claims by the id alone': ({ adapter, storage, query }) => {
      adapter.claim = async (_, claims) => {
        await query()
        return claims.flatMap((claim) => {
          const all = [...storage.records.values()].filter((record) => {
            return record.command?.commandId === claim.commandId && isClaimable(record, claim)
          })
          for (const record of all) Object.assign(record, factsOf(claim))
          return all.length > 0 ? claim.commandId : []
        })
      }
    },
    'releases every terminal': releasingBy((record, at) => {
      if (record.replyDueAt) record.replyDueAt = at
    }, 'all'),
    'cancels by the id alone': ({ adapter, storage, query }) => {
      const { cancel } = adapter
      adapter.cancel = async (serialNumber, which, at, reason) => {
        if ('key' in which) return cancel(serialNumber, which, at, reason)
        await query()
        for (const record of storage.records.values()) {
          if (which.ids.includes(`${record.command?.commandId}`)) record.cancelled = { at, reason }
        }
        return which.ids
      }
    },
    'settles by the id alone': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => {
        for (const record of storage.records.values()) {
          if (record.command?.commandId === reply.commandId) record.reply = reply
        }
        return onReply(reply, command)
      }
    },
  },
  'A reply is stored with its command, pending or final': {
    'shows no reply': finding(() => ({ reply: undefined })),
    'shows no pending reply': finding(({ reply }) =>
      reply?.returnCode === -5000 ? { reply: undefined } : {},
    ),
    'forgets the command once it is answered': finding((record) =>
      record.reply ? { command: undefined } : {},
    ),
    'deletes what is answered': finding((record) => (record.reply ? undefined : {})),
    'forgets the attempts once it is answered': finding((record) =>
      record.reply ? { attemptsMade: 0, sentAt: undefined, replyDueAt: undefined } : {},
    ),
    'shows no content': finding(({ reply }) =>
      reply ? { reply: { ...reply, content: undefined } } : {},
    ),
    'keeps the first reply': replying((record) => record?.reply === undefined),
    'lets a pending reply win again': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => {
        const said = await onReply(reply, command)
        const record = storage.records.get(keyOf(reply.serialNumber, reply.commandId))
        if (record) record.reply = reply
        return said
      }
    },
  },
  'The time of the first reply is stored': {
    'notes when it last came': ({ adapter, storage }) => {
      const { onReply } = adapter
      adapter.onReply = async (reply, command) => {
        const said = await onReply(reply, command)
        const record = storage.records.get(keyOf(reply.serialNumber, reply.commandId))
        if (record) record.repliedAt = new Date()
        return said
      }
    },
    'notes no time': finding(({ repliedAt: _ }) => ({ repliedAt: undefined })),
    'notes when the command was issued': finding(({ issuedAt }) => ({ repliedAt: issuedAt })),
  },
  'A late reply to a command that is cancelled or over is stored': {
    'drops what comes after a cancellation': replying((record) => !record?.cancelled),
    'drops what comes after the end': replying((record) => !record || !isOver(record, new Date())),
    'forgets the cancellation': replying((record) => {
      delete record?.cancelled
      return true
    }),
    'treats it as nobody’s': finding((record) =>
      record.cancelled && record.reply ? { command: undefined, cancelled: undefined } : {},
    ),
  },
  'A reply to a command that nobody issued is found': {
    'drops it': replying((record) => record !== undefined),
    'does not find it': finding((record) => (record.command ? {} : undefined)),
    'makes a command of it': finding((record) =>
      record.command ? {} : { command: { serialNumber: 'A', commandId: 'unknown', text: '' } },
    ),
    'grants attempts at it': ({ adapter, storage }) => {
      adapter.claim = async (serialNumber, claims) =>
        claims.flatMap(({ commandId }) =>
          storage.records.has(keyOf(serialNumber, commandId)) ? commandId : [],
        )
    },
  },
  'Commands without a final reply can be cancelled, and cancel returns those it closed': {
    'cancels what is done': cancellingBy(({ cancelled }) => !cancelled),
    'cancels what failed': cancellingBy((record, reason) => {
      return record.reply?.returnCode === -1 || isClosable(record, reason)
    }),
    'cancels what has no return code': cancellingBy((record, reason) => {
      return record.reply?.returnCode === null || isClosable(record, reason)
    }),
    'does not cancel what was handed out': cancellingBy((record, reason) => {
      return record.attemptsMade === 0 && isClosable(record, reason)
    }),
    'does not cancel what has a pending reply': cancellingBy((record, reason) => {
      return !record.reply && isClosable(record, reason)
    }),
    'cancels again': cancellingBy((record, reason) => {
      const { cancelled: _, ...rest } = record
      return isClosable(rest, reason)
    }),
    'says that it closed all': cancellingBy(isClosable, (_, ids) => ids),
    'says that it closed none': cancellingBy(isClosable, () => []),
    'says how many it closed': cancellingBy(isClosable, (closed) => closed.length as never),
    'keeps the time of its own clock': ({ adapter }) => {
      const { cancel } = adapter
      adapter.cancel = (serialNumber, which, _, reason) =>
        cancel(serialNumber, which, new Date(), reason)
    },
    'forgets the attempts': finding((record) => (record.cancelled ? { attemptsMade: 0 } : {})),
  },
  'Only commands that were never claimed are superseded or closed as expired': {
    'supersedes what was handed out': cancellingBy((record) => isClosable(record, 'cancelled')),
    'supersedes what is done': cancellingBy(({ cancelled, attemptsMade, reply }) => {
      return !cancelled && (attemptsMade === 0 || reply !== undefined)
    }),
    'supersedes nothing': cancellingBy((record, reason) => {
      return reason !== 'superseded' && isClosable(record, reason)
    }),
    'closes as expired what was handed out': cancellingBy((record, reason) => {
      return isClosable(record, reason === 'expired' ? 'cancelled' : reason)
    }),
    'closes nothing as expired': cancellingBy((record, reason) => {
      return reason !== 'expired' && isClosable(record, reason)
    }),
    'shows what expired as superseded': finding(({ cancelled }) =>
      cancelled?.reason === 'expired' ? { cancelled: { ...cancelled, reason: 'superseded' } } : {},
    ),
    'shows it as cancelled': finding(({ cancelled }) =>
      cancelled ? { cancelled: { ...cancelled, reason: 'cancelled' } } : {},
    ),
  },
  'Commands that wait for a reply are due again when the terminal restarts': {
    'releases nothing': releasingBy(() => {}),
    'makes it due at once by its own clock': releasingBy((record) => {
      if (record.replyDueAt) record.replyDueAt = new Date()
    }),
    'counts attempts from 0': releasingBy((record, at) => {
      if (record.replyDueAt) Object.assign(record, { replyDueAt: at, attemptsMade: 0 })
    }),
    'takes the attempt back': releasingBy((record) => {
      if (!record.replyDueAt) return
      record.attemptsMade--
      delete record.sentAt
      delete record.replyDueAt
    }),
    'makes due what was never handed out': releasingBy((record, at) => {
      record.replyDueAt = at
    }),
    'leaves what was handed out for the last time open': releasingBy((record, at) => {
      if (record.replyDueAt) record.replyDueAt = at
    }),
    'gives up what has attempts left': releasingBy((record, at) => {
      if (record.replyDueAt) Object.assign(record, { replyDueAt: at, openUntil: at })
    }),
    'leaves the last attempt waiting': releasingBy((record, at) => {
      if (record.replyDueAt && !record.openUntil) record.replyDueAt = at
    }),
  },
  'A terminal that starts anew by a clock that is ahead or behind delays nothing': {
    'makes it due at that time, though it was due before': releasingBy((record, at) => {
      if (record.replyDueAt) record.replyDueAt = at
      if (record.openUntil) record.openUntil = at
    }),
    'moves the end of what is over': releasingBy((record, at) => {
      if (record.replyDueAt && record.replyDueAt > at) record.replyDueAt = at
      if (record.openUntil) record.openUntil = at
    }),
  },
  'Each command goes to exactly one of twenty polls': {
    'looks first, and claims then': lookThenClaim,
    'grants what it looked up before': ({ adapter, storage, query }) => {
      adapter.claim = async (serialNumber, claims) => {
        await query()
        const records = claims.map((claim) => {
          return { claim, record: storage.records.get(keyOf(serialNumber, claim.commandId)) }
        })
        const granted = records.filter(({ claim, record }) => record && isClaimable(record, claim))
        for (const { claim, record } of granted) {
          await query()
          Object.assign(record ?? {}, factsOf(claim))
        }
        return granted.map(({ claim }) => claim.commandId)
      }
    },
  },
  'Each command goes to exactly one of twenty polls in four processes': {
    'locks within its process': locked('claim', lookThenClaim),
    'counts attempts in its process': ({ adapter, storage }) => {
      const made = new Map<string, number>()
      adapter.claim = async (serialNumber, claims) =>
        claims.flatMap((claim) => {
          const key = keyOf(serialNumber, claim.commandId)
          if ((made.get(key) ?? 0) !== claim.attempt - 1) return []
          made.set(key, claim.attempt)
          Object.assign(storage.records.get(key) ?? {}, factsOf(claim))
          return claim.commandId
        })
    },
  },
  'A change made by one process is seen in another': {
    'remembers what was open': ({ adapter }) => {
      const { openCommands } = adapter
      const seen = new Map<string, OpenCommands>()
      adapter.openCommands = async (serialNumber, now, bounds) => {
        const open = seen.get(serialNumber) ?? (await openCommands(serialNumber, now, bounds))
        seen.set(serialNumber, open)
        return open
      }
    },
    'remembers that nothing was open': ({ adapter }) => {
      const { issue, openCommands } = adapter
      const empty = new Set<string>()
      adapter.issue = async (commands) => {
        for (const { command } of commands) empty.delete(command.serialNumber)
        return issue(commands)
      }
      adapter.openCommands = async (serialNumber, now, bounds) => {
        if (empty.has(serialNumber)) return { records: [], more: false }
        const open = await openCommands(serialNumber, now, bounds)
        if (open.records.length === 0) empty.add(serialNumber)
        return open
      }
    },
    'remembers records': ({ adapter }) => {
      const { findRecord } = adapter
      const seen = new Map<string, CommandRecord | null | undefined>()
      adapter.findRecord = async (serialNumber, id) => {
        const key = keyOf(serialNumber, id)
        if (!seen.has(key)) seen.set(key, await findRecord(serialNumber, id))
        return seen.get(key)
      }
    },
  },
  'A command is either closed or claimed if both come at the same moment': {
    'looks first, and cancels then': lookThenCancel,
    'looks first, and claims then': lookThenClaim,
  },
  'Exactly one of many callers cancels a command': {
    'looks first, and cancels then': lookThenCancel,
    'cancels again': cancellingBy((record, reason) => {
      const { cancelled: _, ...rest } = record
      return isClosable(rest, reason)
    }),
  },
  'One of two commands that get the same id at the same moment is stored': {
    'looks first, and keeps then': ({ adapter, storage, query }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        await query()
        const fresh = commands.filter(({ command }) => {
          const known = storage.records.get(keyOf(command.serialNumber, command.commandId))
          if (known && known.command?.text !== command.text) throw new Error('has had a command')
          return known === undefined
        })
        await query()
        for (const each of fresh) {
          const known = storage.records.get(
            keyOf(each.command.serialNumber, each.command.commandId),
          )
          if (known) known.command = each.command
          else await issue([each])
        }
      }
    },
    'ignores what is there already': ({ adapter, storage }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        try {
          await issue(commands)
        } catch (error) {
          if (storage.records.size === 0) throw error
        }
      }
    },
  },
  'Two lists issued at the same moment each keep their order': {
    'keeps the commands of a list in parallel': ({ adapter, query }) => {
      const { issue } = adapter
      adapter.issue = async (commands) => {
        await Promise.all(
          commands.map(async (each) => {
            await query()
            await issue([each])
          }),
        )
      }
    },
    'sorts by the time and the id': opening((open) =>
      [...open].sort((a, b) => (a.commandId < b.commandId ? -1 : 1)),
    ),
  },
  'The claims, replies and cancellations of fifty terminals at the same moment are stored':
    Object.fromEntries(
      (['claim', 'cancel', 'onReply', 'release'] as const).map((call) => [
        `reads, changes and writes one file in ${call}`,
        asDocuments(call, () => true),
      ]),
    ),
  'A reply and an attempt that come at the same moment are both stored': {
    'writes a whole record in claim': asDocuments('claim', ofTerminal),
    'writes a whole record in onReply': asDocuments('onReply', ofTerminal),
    'writes a whole record in release': asDocuments('release', ofTerminal),
  },
  'An attempt that was overtaken while it was delayed is not granted': {
    'looks first, and claims then': lookThenClaim,
    'looks first, and cancels then': lookThenCancelLate(),
    'locks within its process': locked('claim', lookThenClaim),
  },
  'A reply that came while a claim was delayed is stored': {
    'writes a whole record in claim': asDocuments('claim', ofTerminal),
    'looks first, and claims then': lookThenClaim,
  },
  'Everything done while a reply was delayed is kept': {
    'writes a whole record in onReply': asDocuments('onReply', ofTerminal),
    'writes one file in onReply': asDocuments('onReply', () => true),
  },
  'Every call on commands rejects while storage is unreachable': Object.fromEntries(
    ALL_CALLS.map((call) => [`swallows what goes wrong in ${call}`, swallowing(call)]),
  ),
}

// A claim that undoes a cancellation made meanwhile.
function lookThenCancelLate(): Fault {
  return ({ adapter, storage, query }) => {
    adapter.claim = async (serialNumber, claims) => {
      await query()
      const granted = claims.filter((claim) => {
        const record = storage.records.get(keyOf(serialNumber, claim.commandId))
        return record?.command !== undefined && isClosable(record, 'cancelled')
      })
      await query()
      return granted.flatMap((claim) => {
        const record = storage.records.get(keyOf(serialNumber, claim.commandId))
        if (!record || !isNext(record, claim)) return []
        delete record.cancelled
        Object.assign(record, factsOf(claim))
        return claim.commandId
      })
    }
  }
}

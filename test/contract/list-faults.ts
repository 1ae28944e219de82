// Faults of adapters in what they list for people, each under the case that refuses it.
import { keyOf } from '../../src/command.js'
import type { Page } from '../../src/kept.js'
import { stateOf } from '../../src/queue/state.js'
import {
  COMMAND_STATES,
  type CommandCounts,
  type CommandFilter,
  type CommandRecord,
} from '../../src/queue/storage.js'
import type { Connection, Fault, WholeAdapter } from './whole.js'

type List =
  | 'listCommands'
  | 'listReplies'
  | 'listUnparsed'
  | 'listAttendance'
  | 'listUploads'
  | 'listTerminals'
type Filter = Record<string, unknown>
type Row = Record<string, unknown>

// Whatever it is that a list has: it is changed in the same way.
export const replacing =
  (
    call: List,
    make: (
      right: (filter: Filter) => Promise<Page<Row>>,
      connection: Connection,
    ) => (filter: Filter) => Promise<Page<Row>>,
  ): Fault =>
  (connection) => {
    const { adapter } = connection
    const right = adapter[call] as unknown as (...args: unknown[]) => Promise<Page<Row>>
    const wrong = (filter: Filter, ...rest: unknown[]) => {
      return make((asked) => right(asked, ...rest), connection)(filter)
    }
    adapter[call] = wrong as never
  }

export const asking = (call: List, change: (filter: Filter) => Filter): Fault =>
  replacing(call, (list) => async (filter) => list(change(filter)))

export const showing = (
  call: List,
  change: (rows: readonly Row[], filter: Filter) => Row[],
): Fault =>
  replacing(call, (list) => async (filter) => {
    const page = await list(filter)
    return { ...page, rows: change(page.rows, filter) }
  })

const changing = (call: List, change: (row: Row) => object): Fault =>
  showing(call, (rows) => rows.map((row) => ({ ...row, ...change(row) })))

const without = (call: List, ...members: string[]): Fault =>
  asking(call, (filter) => {
    return Object.fromEntries(Object.entries(filter).filter(([name]) => !members.includes(name)))
  })

const upper = (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : value)

// What every list must do, in other words than those of one.
function paging(call: List, at: (row: Row) => string): Record<string, Fault> {
  return {
    'lists all unless told': asking(call, (filter) => ({ limit: 1000, ...filter })),
    'lists fifty unless told': asking(call, (filter) => ({ limit: 50, ...filter })),
    'lists ten at most': asking(call, (filter) => {
      return { ...filter, limit: Math.min(10, Number(filter.limit ?? 10)) }
    }),
    'has no next page': replacing(call, (list) => async (filter) => {
      const { rows } = await list(filter)
      return { rows }
    }),
    'ignores the cursor': replacing(call, (list) => async ({ after, ...filter }) => {
      const page = await list(filter)
      return after === undefined ? page : { rows: page.rows }
    }),
    'goes on by the number of rows': replacing(call, (list) => async (filter) => {
      const { after, limit = 100, ...asked } = filter
      const [from, size] = [Number(after ?? 0), Number(limit)]
      const { rows } = await list({ ...asked, limit: 1000 })
      const next = rows.length > from + size ? { next: `${from + size}` } : {}
      return { rows: rows.slice(from, from + size), ...next }
    }),
    'goes on behind what the last row says': replacing(call, (list) => async (filter) => {
      const { after, limit = 100, ...asked } = filter
      const { rows } = await list({ ...asked, limit: 1000 })
      const rest = after === undefined ? rows : rows.filter((row) => at(row) < `${after}`)
      const shown = rest.slice(0, Number(limit))
      const last = shown.at(-1)
      return { rows: shown, ...(rest.length > shown.length && last && { next: at(last) }) }
    }),
    'says that there is more behind the last page': replacing(call, (list) => async (filter) => {
      const page = await list(filter)
      return page.rows.length > 0 ? { next: 'x', ...page } : page
    }),
  }
}

function refusing(call: List): Record<string, Fault> {
  return {
    'ignores what it does not know': asking(call, (filter) => {
      const { pim: _, serialNumbr: __, $where: ___, ...known } = filter
      return known
    }),
    'takes any limit': asking(call, ({ limit, ...filter }) => {
      const isWhole = Number.isInteger(limit) && Number(limit) > 0 && Number(limit) <= 1000
      return isWhole || limit === undefined
        ? { ...filter, ...(limit !== undefined && { limit }) }
        : filter
    }),
    'lists from the start if it does not know the cursor': asking(call, (filter) => {
      const { after, ...rest } = filter
      return after === 'x' || after === 1 ? rest : filter
    }),
    'takes text for a moment': asking(call, ({ since, ...filter }) => ({
      ...filter,
      ...(since instanceof Date && { since }),
    })),
    'refuses by an error of the database': replacing(call, (list) => async (filter) => {
      try {
        return await list(filter)
      } catch {
        throw new Error('syntax error')
      }
    }),
  }
}

const momentOf = (member: string) => (row: Row) =>
  (row[member] as Date | undefined)?.toISOString() ?? ''

// The state is looked at after the limit.
export const limitedFirst: Fault = ({ adapter, storage }) => {
  const { listCommands } = adapter
  adapter.listCommands = async ({ state, ...filter }, now) => {
    const page = await listCommands(filter, now)
    if (state === undefined) return page
    const rows = page.rows.filter(({ serialNumber, commandId }) => {
      const record = storage.records.get(keyOf(serialNumber, commandId)) as CommandRecord
      return [state].flat().includes(stateOf(record, now))
    })
    return { rows }
  }
}

const stating = (state: string, others: readonly string[]): Fault =>
  asking('listCommands', (filter) => ({
    ...filter,
    ...(filter.state === state && { state: [state, ...others] }),
  }))

const counting =
  (change: (counts: CommandCounts) => object): Fault =>
  ({ adapter }) => {
    const { countCommands } = adapter
    adapter.countCommands = async (filter, now) => {
      return change(await countCommands(filter, now)) as CommandCounts
    }
  }

const countingBy =
  (change: (filter: Filter) => Filter, clock = (now: Date) => now): Fault =>
  ({ adapter }) => {
    const { countCommands } = adapter
    adapter.countCommands = (filter, now) => countCommands(change({ ...filter }), clock(now))
  }

const numbersIn = (counts: CommandCounts, change: (count: number | '1000+') => unknown) => {
  return Object.fromEntries(Object.entries(counts).map(([state, count]) => [state, change(count)]))
}

function matching(change: (filter: CommandFilter) => CommandFilter): Fault {
  return ({ adapter }) => {
    const { listCommands } = adapter
    adapter.listCommands = (filter, now) => listCommands(change(filter), now)
  }
}

// It compares the members of a filter in another way.
const comparing =
  (isSame: (own: unknown, wanted: unknown) => boolean): Fault =>
  ({ adapter }) => {
    const { listCommands } = adapter
    adapter.listCommands = async ({ members, ...filter }, now) => {
      const page = await listCommands(filter, now)
      if (members === undefined) return page
      const rows = page.rows.filter((row) => {
        const own = (row.members ?? {}) as Row
        return Object.entries(members).every(([name, wanted]) => isSame(own[name], wanted))
      })
      return { rows }
    }
  }

const cutAt = (text: unknown, most: number) =>
  typeof text === 'string' ? text.slice(0, most) : text
const bytesOf = (row: Row) => row.raw as Buffer

export const LIST_FAULTS: Record<string, Record<string, Fault>> = {
  'Commands are listed for people, the newest first, by terminal and by time': {
    'lists the oldest first': showing('listCommands', (rows) => [...rows].reverse()),
    'ignores the terminal': without('listCommands', 'serialNumber'),
    'ignores the case of the terminal': asking('listCommands', (filter) => ({
      ...filter,
      ...(filter.serialNumber !== undefined && { serialNumber: upper(filter.serialNumber) }),
    })),
    'ignores since': without('listCommands', 'since'),
    'ignores before': without('listCommands', 'before'),
    'ignores the limit': without('listCommands', 'limit'),
    'lists those issued at the moment of before': asking('listCommands', (filter) => ({
      ...filter,
      ...(filter.before instanceof Date && { before: new Date(+filter.before + 1) }),
    })),
    'leaves out those issued at the moment of since': asking('listCommands', (filter) => ({
      ...filter,
      ...(filter.since instanceof Date && { since: new Date(+filter.since + 1) }),
    })),
    'limits to the oldest': replacing('listCommands', (list) => async (filter) => {
      const { limit = 100, ...asked } = filter
      const { rows } = await list({ ...asked, limit: 1000 })
      return { rows: rows.slice(-Number(limit)) }
    }),
  },
  'The pages of a list hold every command once, also those of one moment': {
    ...paging('listCommands', momentOf('issuedAt')),
    'sorts those of one moment by id': showing('listCommands', (rows) => {
      const keyFor = (row: Row) => `${momentOf('issuedAt')(row)} ${row.commandId}`
      return [...rows].sort((one, other) => (keyFor(one) < keyFor(other) ? 1 : -1))
    }),
  },
  'A list shows the beginning of what is long, and the rest in full': {
    'shows whole texts': replacing('listCommands', (list, { storage }) => async (filter) => {
      const { rows, ...page } = await list(filter)
      const textOf = ({ serialNumber, commandId }: Row) => {
        return storage.records.get(keyOf(`${serialNumber}`, `${commandId}`))?.command?.text
      }
      return { ...page, rows: rows.map((row) => ({ ...row, text: textOf(row) })) }
    }),
    'shows the whole reply': replacing('listCommands', (list, { storage }) => async (filter) => {
      const { rows, ...page } = await list(filter)
      const replyOf = ({ serialNumber, commandId, reply }: Row) => {
        const record = storage.records.get(keyOf(`${serialNumber}`, `${commandId}`))
        return reply ? { ...reply, ...record?.reply } : undefined
      }
      return { ...page, rows: rows.map((row) => ({ ...row, reply: replyOf(row) })) }
    }),
    'cuts texts at 100 characters': changing('listCommands', ({ text }) => ({
      text: cutAt(text, 100),
    })),
    'shows no text': changing('listCommands', () => ({ text: undefined })),
    "forgets the app's members": changing('listCommands', () => ({ members: undefined })),
    'forgets the key': changing('listCommands', ({ terms }) => ({
      terms: terms && { ...terms, key: undefined },
    })),
    'forgets when it expires': changing('listCommands', ({ terms }) => ({
      terms: terms && { ...terms, expiresAt: undefined },
    })),
    'forgets the attempts': changing('listCommands', () => ({ attemptsMade: 0 })),
    'shows times as numbers': changing('listCommands', ({ issuedAt }) => ({
      issuedAt: Number(issuedAt),
    })),
    'shows no outcome': changing('listCommands', ({ reply }) => ({
      reply: reply && { ...reply, outcome: undefined },
    })),
    'shows no meaning': changing('listCommands', ({ reply }) => ({
      reply: reply && { ...reply, meaning: '' },
    })),
    'cuts the kind of command at 20 characters': changing('listCommands', ({ reply }) => ({
      reply: reply && { ...reply, commandName: cutAt((reply as Row).commandName, 20) },
    })),
  },
  'Commands are listed by their states at the requested moment': {
    'ignores the state': without('listCommands', 'state'),
    'knows one state at a time': asking('listCommands', ({ state, ...filter }) => {
      const [first] = [state ?? []].flat()
      return { ...filter, ...(first !== undefined && { state: first }) }
    }),
    'lists all for no state': asking('listCommands', ({ state, ...filter }) => {
      const isNone = Array.isArray(state) && state.length === 0
      return { ...filter, ...(state !== undefined && !isNone && { state }) }
    }),
    'goes by its own clock': ({ adapter }) => {
      const { listCommands } = adapter
      adapter.listCommands = (filter) => listCommands(filter, new Date())
    },
    'treats what is unanswered as sent': stating('sent', ['unanswered']),
    'treats what is unknown as failed': stating('failed', ['unknown']),
    'treats what expired as waiting': stating('waiting', ['expired']),
    'treats what was superseded as cancelled': stating('cancelled', ['superseded']),
    'leaves out what was closed as expired': showing('listCommands', (rows) => {
      return rows.filter(({ cancelled }) => (cancelled as Row | undefined)?.reason !== 'expired')
    }),
    'looks at the state after the limit': limitedFirst,
  },
  "Commands are listed by their ids, their key, the app's own members and the person": {
    'ignores the ids': without('listCommands', 'commandIds'),
    'ignores the key': without('listCommands', 'key'),
    'ignores the members': without('listCommands', 'members'),
    'ignores the person': without('listCommands', 'pin'),
    'lists all for no id': matching(({ commandIds, ...filter }) => ({
      ...filter,
      ...(commandIds !== undefined && commandIds.length > 0 && { commandIds }),
    })),
    'treats ids as numbers': matching(({ commandIds, ...filter }) => ({
      ...filter,
      ...(commandIds && { commandIds: commandIds.map((id) => id.replace(/^0+/, '')) }),
    })),
    'compares members as text': comparing((own, wanted) => `${own}` === `${wanted}`),
    'ignores the case of members': comparing((own, wanted) => upper(own) === upper(wanted)),
    'finds nothing by null': comparing((own, wanted) => own === wanted && wanted !== null),
    'finds what is missing by null': comparing((own, wanted) => (own ?? null) === wanted),
    'looks at the first member': matching(({ members, ...filter }) => ({
      ...filter,
      ...(members && { members: Object.fromEntries(Object.entries(members).slice(0, 1)) }),
    })),
    'finds persons whose PIN begins like it': ({ adapter }) => {
      const { listCommands } = adapter
      adapter.listCommands = async ({ pin, ...filter }, now) => {
        const page = await listCommands(filter, now)
        if (pin === undefined) return page
        return {
          rows: page.rows.filter(({ text = '' }) => text.toLowerCase().includes(`pin=${pin}`)),
        }
      }
    },
  },
  'A list refuses members that it does not know, and cursors that are none of its own':
    refusing('listCommands'),
  'Commands are counted by their states, each up to a thousand': {
    'counts all': countingBy(({ since: _, ...filter }) => filter),
    'counts those of every terminal': countingBy(({ serialNumber: _, ...filter }) => filter),
    'counts every state': countingBy(({ state: _, ...filter }) => filter),
    'goes by its own clock': countingBy(
      (filter) => filter,
      () => new Date(),
    ),
    'leaves out states without commands': counting((counts) => {
      return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
    }),
    'says 1000+ of a thousand': counting((counts) => {
      return numbersIn(counts, (count) => (Number(count) >= 1000 ? '1000+' : count))
    }),
    'counts to the end': ({ adapter, storage }) => {
      const { countCommands } = adapter
      adapter.countCommands = async (filter, now) => {
        const counts = await countCommands(filter, now)
        return numbersIn(counts, (count) => {
          return count === '1000+' ? storage.records.size : count
        }) as CommandCounts
      }
    },
    'stops at a thousand': counting((counts) => {
      return numbersIn(counts, (count) => (count === '1000+' ? 1000 : count))
    }),
    'counts them as text': counting((counts) => numbersIn(counts, (count) => `${count}`)),
    'ignores what it does not know': countingBy(
      ({ pim: _, serialNumbr: __, $where: ___, ...known }) => known,
    ),
    'counts what is unanswered as sent': counting((counts) => {
      return { ...counts, unanswered: 0, sent: Number(counts.sent) + Number(counts.unanswered) }
    }),
    'counts a list': ({ adapter }) => {
      adapter.countCommands = async (filter, now) => {
        const counts = Object.fromEntries(COMMAND_STATES.map((state) => [state, 0]))
        for (const state of [filter.state ?? COMMAND_STATES].flat()) {
          const { state: _, ...asked } = filter
          const { rows } = await adapter.listCommands({ ...asked, state }, now)
          counts[state] = rows.length
        }
        return counts as CommandCounts
      }
    },
  },
  'The pages of replies hold one for each command, the newest first': {
    ...paging('listReplies', (row) => `${row.commandId}`),
    'lists the oldest first': showing('listReplies', (rows) => [...rows].reverse()),
    'ignores the terminal': without('listReplies', 'serialNumber'),
    'ignores the outcome': without('listReplies', 'outcome'),
    'ignores since': without('listReplies', 'since'),
    'ignores before': without('listReplies', 'before'),
    'looks at the outcome after the limit': replacing('listReplies', (list) => async (filter) => {
      const { outcome, ...asked } = filter
      const page = await list(asked)
      return outcome === undefined
        ? page
        : { rows: page.rows.filter((row) => row.outcome === outcome) }
    }),
    'lists what was replaced as well': replacing('listReplies', (list) => async (filter) => {
      const page = await list(filter)
      const [first] = page.rows
      return first === undefined ? page : { ...page, rows: [first, ...page.rows] }
    }),
  },
  'A list of replies shows what each says, and nothing of their bytes': {
    'shows the reply as it came': replacing(
      'listReplies',
      (list, { storage }) =>
        async (filter) => {
          const { rows, ...page } = await list(filter)
          const replyOf = ({ serialNumber, commandId }: Row) => {
            return storage.records.get(keyOf(`${serialNumber}`, `${commandId}`))?.reply
          }
          return { ...page, rows: rows.map((row) => ({ ...row, ...replyOf(row) })) }
        },
    ),
    'shows no return code': changing('listReplies', () => ({ returnCode: null })),
    'shows 0 for no return code': changing('listReplies', ({ returnCode }) => ({
      returnCode: returnCode ?? 0,
    })),
    'shows no outcome': changing('listReplies', () => ({ outcome: undefined })),
    'shows no meaning': changing('listReplies', () => ({ meaning: undefined })),
    'cuts the kind of command at 32 characters': changing('listReplies', ({ commandName }) => ({
      commandName: cutAt(commandName, 32),
    })),
  },
  'The pages of unparsed lines hold each once, the newest first, with its beginning': {
    'lists the oldest first': showing('listUnparsed', (rows) => [...rows].reverse()),
    'has no next page': paging('listUnparsed', () => '')['has no next page'] as Fault,
    'ignores the terminal': without('listUnparsed', 'serialNumber'),
    'cuts lines at 100 bytes': changing('listUnparsed', (row) => ({
      raw: bytesOf(row).subarray(0, 100),
    })),
    'shows lines as text': changing('listUnparsed', (row) => ({ raw: `${bytesOf(row)}` })),
    'shows the size of what it shows': changing('listUnparsed', (row) => ({
      size: bytesOf(row).length,
    })),
  },
  'A list of replies refuses members that it does not know': refusing('listReplies'),
  'A list of unparsed lines refuses members that it does not know': refusing('listUnparsed'),
  'Every list of replies rejects while storage is unreachable': {
    'shows no replies then': swallowing('listReplies'),
    'shows no lines then': swallowing('listUnparsed'),
  },
  'The pages of attendance hold every record once, the newest first': {
    ...paging('listAttendance', momentOf('receivedAt')),
    'lists the oldest first': showing('listAttendance', (rows) => [...rows].reverse()),
    'lists those of one upload in their order': showing('listAttendance', (rows) => {
      const at = momentOf('receivedAt')
      return [...rows].reverse().sort((one, other) => at(other).localeCompare(at(one)))
    }),
  },
  'Attendance is listed by terminal, person, day and time, with what was sent': {
    'ignores the terminal': without('listAttendance', 'serialNumber'),
    'ignores the case of the terminal': asking('listAttendance', (filter) => ({
      ...filter,
      ...(filter.serialNumber !== undefined && { serialNumber: upper(filter.serialNumber) }),
    })),
    'ignores the person': without('listAttendance', 'pin'),
    'treats PINs as numbers': asking('listAttendance', (filter) => ({
      ...filter,
      ...(typeof filter.pin === 'string' && { pin: filter.pin.replace(/^0+/, '') }),
    })),
    'ignores the case of PINs': asking('listAttendance', (filter) => ({
      ...filter,
      ...(typeof filter.pin === 'string' && { pin: filter.pin.toLowerCase() }),
    })),
    'ignores the day': without('listAttendance', 'day'),
    'goes by the day in UTC': replacing('listAttendance', (list) => async (filter) => {
      const { day, ...asked } = filter
      const page = await list(asked)
      const isOn = (row: Row) =>
        (row.instant as Date | undefined)?.toISOString().startsWith(`${day}`)
      return day === undefined ? page : { rows: page.rows.filter(isOn) }
    }),
    'ignores since': without('listAttendance', 'since'),
    'ignores before': without('listAttendance', 'before'),
    'shows no moment': changing('listAttendance', () => ({ instant: undefined })),
    'shows another status': changing('listAttendance', ({ verify }) => ({ status: verify })),
    'shows no work code': changing('listAttendance', () => ({ workCode: '0' })),
    'shows numbers': changing('listAttendance', ({ pin }) => ({ pin: Number(pin) })),
  },
  'The pages of other uploads hold every line once, by kind, type and person': {
    'lists attendance as well': ({ adapter }) => {
      const { listUploads } = adapter
      adapter.listUploads = async (filter) => {
        const { rows, ...page } = await listUploads(filter)
        const punches = await adapter.listAttendance({})
        return { ...page, rows: [...rows, ...punches.rows] as never }
      }
    },
    'lists no unparsed lines': showing('listUploads', (rows) => {
      return rows.filter(({ kind }) => kind !== 'unparsed')
    }),
    'ignores the kind': without('listUploads', 'kind'),
    'ignores the type': without('listUploads', 'type'),
    'ignores the case of types': asking('listUploads', (filter) => ({
      ...filter,
      ...(typeof filter.type === 'string' && { type: filter.type.toLowerCase() }),
    })),
    'ignores the person': without('listUploads', 'pin'),
    'treats PINs as numbers': asking('listUploads', (filter) => ({
      ...filter,
      ...(typeof filter.pin === 'string' && { pin: filter.pin.replace(/^0+/, '') }),
    })),
    'ignores the terminal': without('listUploads', 'serialNumber'),
    'ignores since': without('listUploads', 'since'),
    'ignores before': without('listUploads', 'before'),
    'lists the oldest first': showing('listUploads', (rows) => [...rows].reverse()),
    'shows no person': changing('listUploads', () => ({ pin: undefined })),
    'has no next page': paging('listUploads', () => '')['has no next page'] as Fault,
    'finds no person in a photo': replacing('listUploads', (list) => async (filter) => {
      const page = await list(filter)
      if (filter.pin === undefined) return page
      return { ...page, rows: page.rows.filter(({ kind }) => kind !== 'file') }
    }),
  },
  'A list of uploads shows the beginning of each, and how large it is': {
    'shows the whole record': replacing('listUploads', (list, { storage }) => async (filter) => {
      const { rows, ...page } = await list(filter)
      const all = storage.uploads.lines().map(({ line }) => {
        return Buffer.isBuffer(line) ? line : line.raw
      })
      const wholeOf = (row: Row) => all.find(({ length }) => length === row.size)
      return { ...page, rows: rows.map((row) => ({ ...row, raw: wholeOf(row) })) }
    }),
    'cuts at 100 bytes': changing('listUploads', (row) => ({ raw: bytesOf(row).subarray(0, 100) })),
    'shows text': changing('listUploads', (row) => ({
      raw: Buffer.from(bytesOf(row).toString('utf8')),
    })),
    'shows the size of what it shows': changing('listUploads', (row) => ({
      size: bytesOf(row).length,
    })),
    'shows no moment': changing('listUploads', () => ({ instant: undefined })),
    'shows when it was listed': changing('listUploads', () => ({ receivedAt: new Date() })),
  },
  'A list of attendance refuses members that it does not know': refusing('listAttendance'),
  'Attendance is counted by day, in the order of the days': {
    'sorts the days': ({ adapter }) => {
      const { countAttendance } = adapter
      adapter.countAttendance = (days) => countAttendance([...days].sort())
    },
    'leaves out days without records': ({ adapter }) => {
      const { countAttendance } = adapter
      adapter.countAttendance = async (days) => {
        return (await countAttendance(days)).filter((count) => count > 0)
      }
    },
    'counts one record of a minute': ({ adapter }) => {
      const { countAttendance } = adapter
      adapter.countAttendance = async (days) => {
        return (await countAttendance(days)).map((count) => Math.min(count, 4))
      }
    },
    'takes anything for a day': ({ adapter }) => {
      const { countAttendance } = adapter
      adapter.countAttendance = async (days) => {
        return (await countAttendance(days.map(() => '2026-10-05'))).map((count, index) => {
          return ['2026-10-05', '2026-10-04'].includes(days[index] ?? '') ? count : 0
        })
      }
    },
  },
  'A list of uploads refuses members that it does not know': refusing('listUploads'),
  'The pages of terminals hold each of them once, in the order of serial numbers': {
    ...paging('listTerminals', (row) => `${row.serialNumber}`.padEnd(20).slice(0, 1)),
    'lists them by when they were last seen': showing('listTerminals', (rows) => {
      return [...rows].sort((one, other) => Number(other.lastSeenAt) - Number(one.lastSeenAt))
    }),
    'sorts them as numbers': showing('listTerminals', (rows) => {
      return [...rows].sort((one, other) => Number(one.serialNumber) - Number(other.serialNumber))
    }),
    'ignores case in their order': showing('listTerminals', (rows) => {
      const name = ({ serialNumber }: Row) => `${upper(serialNumber)}`
      return [...rows].sort((one, other) => (name(one) < name(other) ? -1 : 1))
    }),
  },
  'A terminal is listed with what is known of it, but for its options and stamps': {
    'shows options': replacing('listTerminals', (list, { adapter }) => async (filter) => {
      const { rows, ...page } = await list(filter)
      const whole = await Promise.all(
        rows.map(({ serialNumber }) => adapter.findTerminal(`${serialNumber}`)),
      )
      return { ...page, rows: whole as unknown as Row[] }
    }),
    'shows serial numbers alone': changing('listTerminals', () => ({
      address: undefined,
      model: undefined,
    })),
    'shows no counts': changing('listTerminals', () => ({ users: undefined })),
    'shows texts whole': changing('listTerminals', ({ firmware }) => {
      return `${firmware}`.length === 300 ? { firmware: 'x'.repeat(1000) } : {}
    }),
    'shows when it was first seen as text': changing('listTerminals', ({ firstSeenAt }) => ({
      firstSeenAt: `${firstSeenAt}`,
    })),
  },
  'Terminals are listed by their serial numbers, by text and by when they were last seen': {
    'ignores the serial numbers': without('listTerminals', 'serialNumbers'),
    'lists all for no serial number': asking('listTerminals', (filter) => {
      const { serialNumbers, ...rest } = filter
      return Array.isArray(serialNumbers) && serialNumbers.length === 0 ? rest : filter
    }),
    'ignores the text': without('listTerminals', 'search'),
    'ignores since': without('listTerminals', 'since'),
    'ignores before': without('listTerminals', 'before'),
    'searches by case': replacing('listTerminals', (list) => async (filter) => {
      const { search, ...asked } = filter
      const page = await list(asked)
      const isFound = (row: Row) => {
        const texts = [row.serialNumber, row.address, row.model, row.firmware]
        return texts.some((text) => `${text ?? ''}`.includes(`${search}`))
      }
      return search === undefined ? page : { rows: page.rows.filter(isFound) }
    }),
    'searches in serial numbers alone': replacing('listTerminals', (list) => async (filter) => {
      const { search, ...asked } = filter
      const page = await list(asked)
      const isFound = (row: Row) => `${upper(row.serialNumber)}`.includes(`${upper(search)}`)
      return search === undefined ? page : { rows: page.rows.filter(isFound) }
    }),
    'reads what is sought as a pattern': asking('listTerminals', (filter) => {
      const { search, ...rest } = filter
      const isPattern = search === '.*' || search === '_' || search === '%_'
      return isPattern ? rest : filter
    }),
  },
  'A list of terminals refuses members that it does not know': refusing('listTerminals'),
}

function swallowing(call: keyof WholeAdapter & List): Fault {
  return replacing(call, (list) => async (filter) => {
    try {
      return await list(filter)
    } catch {
      return { rows: [] }
    }
  })
}

// Faults of adapters that take less than they are given, or give less than they are asked for: cut at
// some length, stored in part, filtered behind a limit. Each under the case that refuses it.

import type { QueuedCommand } from '../../src/queue/storage.js'
import { asking, replacing } from './list-faults.js'
import type { Fault, WholeAdapter } from './whole.js'

type Faults = Record<string, Fault>

const LENGTHS = [10, 50, 100, 500, 999, 1000]

function at(lengths: readonly number[], what: string, plant: (length: number) => Fault): Faults {
  return Object.fromEntries(lengths.map((length) => [`${what} ${length}`, plant(length)]))
}

type Call = keyof WholeAdapter

/** Calls with other arguments. */
const calling = (call: Call, change: (args: unknown[]) => unknown[]): Fault => {
  return ({ adapter }) => {
    const right = adapter[call] as (...args: unknown[]) => unknown
    adapter[call] = ((...args: unknown[]) => right(...change(args))) as never
  }
}

/** Takes the first of a list that is this argument, or only whole parts of it. */
const taking = (call: Call, place: number, length: number) => {
  return calling(call, (args) => args.with(place, (args[place] as unknown[]).slice(0, length)))
}
const wholeParts = (call: Call, place: number, length: number) => {
  return calling(call, (args) => {
    const list = args[place] as unknown[]
    return args.with(place, list.slice(0, Math.max(1, Math.floor(list.length / length)) * length))
  })
}

const answering = (call: Call, change: (answer: never) => unknown): Fault => {
  return ({ adapter }) => {
    const right = adapter[call] as (...args: unknown[]) => unknown
    adapter[call] = (async (...args: unknown[]) => change((await right(...args)) as never)) as never
  }
}

/** Issues a list in parts: what was stored before one that fails stays. */
const inParts = (length: number): Fault => {
  return ({ adapter }) => {
    const { issue } = adapter
    adapter.issue = async (commands) => {
      for (let start = 0; start < commands.length; start += length) {
        await issue(commands.slice(start, start + length) as QueuedCommand[])
      }
    }
  }
}

const LISTS = {
  listCommands: 'The pages of a list hold every command once, also those of one moment',
  listReplies: 'A list of more than a thousand replies ends where it was told, and goes on there',
  listUnparsed: 'The pages of unparsed lines hold each once, the newest first, with its beginning',
  listAttendance: 'The pages of attendance hold every record once, the newest first',
  listUploads: 'The pages of other uploads hold every line once, by kind, type and person',
  listTerminals: 'The pages of terminals hold each of them once, in the order of serial numbers',
} as const

type List = keyof typeof LISTS

/** Pages that are shorter than asked for, and a last one. */
const shortPages = (call: List, length: number): Fault => {
  return asking(call, (filter) => ({
    ...filter,
    ...(filter.limit !== undefined && { limit: Math.min(Number(filter.limit), length) }),
  }))
}
const ending = (call: List, length: number): Fault => {
  return replacing(call, (list) => async (filter) => {
    const page = await list(filter)
    return page.rows.length > length ? { rows: page.rows.slice(0, length) } : page
  })
}

/** Looks at some members of the filter after the limit: in the page alone. */
const afterLimit = (call: List, ...names: string[]): Fault => {
  return replacing(call, (list) => async (filter) => {
    const rest = Object.fromEntries(
      Object.entries(filter).filter(([name]) => !names.includes(name)),
    )
    if (filter.limit === undefined) return list(filter)
    const [right, page] = await Promise.all([list({ ...filter, limit: 1000 }), list(rest)])
    const shown = new Set(right.rows.map((row) => JSON.stringify(row)))
    return { ...page, rows: page.rows.filter((row) => shown.has(JSON.stringify(row))) }
  })
}

/** Swallows what its database refuses once it has read what it stores. */
const constrained = (
  call: 'onReply' | 'onReplies' | 'onUpload',
  isRefused: (given: Record<string, unknown>) => boolean,
): Fault => {
  return ({ adapter }) => {
    const right = adapter[call] as (...args: unknown[]) => unknown
    adapter[call] = (async (...args: unknown[]) => {
      const [first] = args as [{ records?: object[] }]
      const given = call === 'onReply' ? [first] : call === 'onUpload' ? first.records : first
      const all = (given as (object | { reply: object })[]).map((one) =>
        'reply' in one ? one.reply : one,
      )
      // What is not there cannot be read.
      for (const one of all) void (one as { raw: unknown }).raw
      if (all.some((one) => isRefused(one as Record<string, unknown>))) return undefined
      return right(...args)
    }) as never
  }
}
const REFUSED = {
  'bytes that are none': ({ raw }: Record<string, unknown>) => !Buffer.isBuffer(raw),
  'no bytes': ({ raw }: Record<string, unknown>) => raw === undefined || raw === null,
}

const lacking = (...calls: Call[]): Fault => {
  return ({ adapter }) => {
    for (const call of calls) Reflect.deleteProperty(adapter, call)
  }
}

export const CUT_FAULTS: Record<string, Faults> = {
  'The adapter has whole capabilities, and everything about them can be proved': Object.fromEntries(
    [
      ...[
        ['onReply'],
        ['findCommand', 'findRecord'],
        ['claim'],
        ['nextNumbers'],
        ['findSummaries'],
      ],
      ...[['findTerminal'], ['onContact'], ['forgetPerson'], ['onReplies'], ['findCommands']],
    ].map((calls) => [`has no ${calls.join(' and no ')}`, lacking(...(calls as Call[]))]),
  ),
  'Every command of a list of two thousand is stored, in order, claimed and cancelled': {
    ...at([...LENGTHS, 2000], 'issues the first', (length) => taking('issue', 0, length)),
    ...at([100, 500, 1000], 'issues whole parts of', (length) => wholeParts('issue', 0, length)),
    ...at([10, 50, 100, 199], 'claims the first', (length) => taking('claim', 1, length)),
    ...at([10, 50, 100, 500, 999], 'cancels the first', (length) => {
      return calling('cancel', (args) => {
        const which = args[1] as { ids?: string[] }
        return args.with(1, { ...which, ...(which.ids && { ids: which.ids.slice(0, length) }) })
      })
    }),
    ...at([10, 100, 500, 999], 'lists the first', (length) => {
      return calling('openCommands', (args) => {
        const bounds = args[2] as { limit: number }
        return args.with(2, { ...bounds, limit: Math.min(bounds.limit, length) })
      })
    }),
  },
  'All commands of a list are stored, or none': at(
    [1, 2, 50, 100, 500, 1000],
    'issues them in parts of',
    inParts,
  ),
  'findCommands finds what findCommand finds': {
    ...at([...LENGTHS, 2000], 'looks for the first', (length) => taking('findCommands', 1, length)),
    ...at(LENGTHS, 'finds the first', (length) => {
      return answering('findCommands', (found: Iterable<unknown>) => [...found].slice(0, length))
    }),
    ...at([100, 1000], 'looks for whole parts of', (length) =>
      wholeParts('findCommands', 1, length),
    ),
  },
  'Every reply of a batch of more than a thousand is stored': {
    ...at([50, 999], 'takes the first', (length) => taking('onReplies', 0, length)),
    ...at([100, 500], 'takes whole parts of', (length) => wholeParts('onReplies', 0, length)),
  },
  'Every line of two thousand unparsed ones is stored': {
    ...at([...LENGTHS, 2000], 'takes the first', (length) => taking('onUnparsed', 0, length)),
    ...at([100, 500], 'takes whole parts of', (length) => wholeParts('onUnparsed', 0, length)),
  },
  'A thousand commands are found in one call': {
    ...at([50, 500, 999], 'looks for the first', (length) => taking('findSummaries', 0, length)),
  },
  'Every line of a large upload is stored, and of many small ones': Object.fromEntries(
    (['records', 'unparsed'] as const).flatMap((name) =>
      [...LENGTHS, 2000].map((length) => [
        `takes the first ${length} of ${name}`,
        calling('onUpload', ([upload]) => {
          const given = upload as Record<'records' | 'unparsed', unknown[]>
          return [{ ...given, [name]: given[name].slice(0, length) }]
        }),
      ]),
    ),
  ),
  'A result in a thousand packets is found whole': at(
    [...LENGTHS, 1009],
    'finds the first',
    (length) => {
      return answering('findPackets', (packets: readonly unknown[]) => packets.slice(0, length))
    },
  ),
  'Every older command with a key is closed, however many there are and however long they are': {
    'says which thousand it closed': answering('cancel', (ids: readonly string[]) =>
      ids.slice(0, 1000),
    ),
  },
  ...Object.fromEntries(
    Object.entries(LISTS).map(([call, name]) => [
      name,
      {
        ...at([100, 500, 999], 'has pages of at most', (length) =>
          shortPages(call as List, length),
        ),
        ...at([500, 999], 'ends behind', (length) => ending(call as List, length)),
      },
    ]),
  ),
  "Commands are listed by their ids, their key, the app's own members and the person":
    Object.fromEntries(
      ['commandIds', 'key', 'members', 'pin'].map((name) => [
        `looks at ${name} after the limit`,
        afterLimit('listCommands', name),
      ]),
    ),
  'The pages of replies hold one for each command, the newest first': {
    'looks at the terminal after the limit': afterLimit('listReplies', 'serialNumber'),
    'looks at before after the limit': afterLimit('listReplies', 'before'),
  },
  'Attendance is listed by terminal, person, day and time, with what was sent': Object.fromEntries(
    ['serialNumber', 'pin', 'day', 'before'].map((name) => [
      `looks at ${name} after the limit`,
      afterLimit('listAttendance', name),
    ]),
  ),
  'A reply that cannot be stored rejects': Object.fromEntries(
    Object.entries(REFUSED).map(([what, isRefused]) => [
      `swallows that it has ${what}`,
      constrained('onReply', isRefused),
    ]),
  ),
  'A batch with a reply that cannot be stored rejects': Object.fromEntries(
    Object.entries(REFUSED).map(([what, isRefused]) => [
      `swallows that it has ${what}`,
      constrained('onReplies', isRefused),
    ]),
  ),
  'An upload that cannot be stored rejects': Object.fromEntries(
    Object.entries(REFUSED).map(([what, isRefused]) => [
      `swallows that it has ${what}`,
      constrained('onUpload', isRefused),
    ]),
  ),
}

// Two faults of lists that have tables of their own already.
const UPLOADS: Faults = Object.fromEntries(
  ['kind', 'type', 'pin', 'before'].map((name) => [
    `looks at ${name} after the limit`,
    afterLimit('listUploads', name),
  ]),
)
CUT_FAULTS[LISTS.listUploads] = { ...CUT_FAULTS[LISTS.listUploads], ...UPLOADS }
CUT_FAULTS[LISTS.listUnparsed] = {
  ...CUT_FAULTS[LISTS.listUnparsed],
  'looks at the terminal after the limit': afterLimit('listUnparsed', 'serialNumber'),
}
CUT_FAULTS[LISTS.listReplies] = {
  ...CUT_FAULTS[LISTS.listReplies],
  'looks at the outcome after the limit': afterLimit('listReplies', 'outcome'),
}

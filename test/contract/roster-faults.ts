// Faults of adapters that keep the roster.
import { cursorOf } from '../../src/page.js'
import type { RosterFilter, RosterRow, RosterWrite } from '../../src/roster/storage.js'
import type { Connection, Fault } from './whole.js'

/** Changes each row on its way in. */
const keeping =
  (change: (row: RosterRow) => RosterRow): Fault =>
  ({ adapter }) => {
    const { writeRoster } = adapter
    adapter.writeRoster = (writes) =>
      writeRoster(writes.map((one) => ({ ...one, row: change(one.row) })))
  }

/** Changes each row on its way out. */
const returning =
  (change: (row: RosterRow) => RosterRow): Fault =>
  ({ adapter }) => {
    const { findRoster, listRoster } = adapter
    adapter.findRoster = async (...args) => (await findRoster(...args)).map(change)
    adapter.listRoster = async (filter) => {
      const page = await listRoster(filter)
      return { ...page, rows: page.rows.map(change) }
    }
  }

/** Changes the writes of a call. */
const writing =
  (
    change: (writes: readonly RosterWrite[], connection: Connection) => readonly RosterWrite[],
  ): Fault =>
  (connection) => {
    const { adapter } = connection
    const { writeRoster } = adapter
    adapter.writeRoster = (writes) => writeRoster(change(writes, connection))
  }

/** Changes the filter of a list. */
const listing =
  (change: (filter: RosterFilter) => RosterFilter): Fault =>
  ({ adapter }) => {
    const { listRoster } = adapter
    adapter.listRoster = (filter) => listRoster(change(filter))
  }

/** Changes the rows of a page. */
const paging =
  (change: (rows: readonly RosterRow[]) => readonly RosterRow[]): Fault =>
  ({ adapter }) => {
    const { listRoster } = adapter
    adapter.listRoster = async (filter) => {
      const page = await listRoster(filter)
      return { ...page, rows: change(page.rows) }
    }
  }

const counting =
  (change: (counts: Record<string, number>) => Record<string, number>): Fault =>
  ({ adapter }) => {
    const { countRoster } = adapter
    adapter.countRoster = async (filter) => change({ ...(await countRoster(filter)) })
  }

/** Finds the versions with one query, and writes with the next: another call may come between. */
const lookingFirst: Fault = ({ adapter, storage, query }) => {
  adapter.writeRoster = async (writes) => {
    await query()
    const seen = writes.map(({ row }) => storage.memory.findRoster(row.serialNumber, [row.pin])[0])
    await query()
    return writes.map(({ row, replaces }, index) => {
      if (seen[index]?.version !== replaces) return false
      const { version } = storage.memory.findRoster(row.serialNumber, [row.pin])[0] ?? {}
      return (
        storage.memory.writeRoster([
          { row, ...(version !== undefined && { replaces: version }) },
        ])[0] === true
      )
    })
  }
}

const forgettingAlso =
  (isMeant: (row: RosterRow, before: Date) => boolean): Fault =>
  ({ adapter, storage }) => {
    const { forget } = adapter
    adapter.forget = async (before) => {
      const all = storage.memory.listRoster({ limit: 1000 }).rows
      for (const row of all.filter((each) => isMeant(each, before))) removeRow(storage, row)
      return forget(before)
    }
  }

// Memory has no call that deletes one row: a person is forgotten, and the row of the terminal kept.
function removeRow({ memory }: Connection['storage'], { serialNumber, pin }: RosterRow): void {
  const [own] = memory.findRoster(serialNumber, [''])
  memory.forgetPerson({ pin: pin || 'nobody', serialNumbers: [serialNumber] })
  if (own !== undefined && pin !== '') memory.writeRoster([{ row: own }])
}

const ignoring = (member: keyof RosterFilter) => listing(({ [member]: _, ...filter }) => filter)

const ofRow = ({ adapter, storage }: Connection, change: (removed: RosterRow[]) => RosterRow[]) => {
  const { forgetPerson } = adapter
  adapter.forgetPerson = async (person) => {
    const before = person.serialNumbers.flatMap((serialNumber) =>
      storage.memory.findRoster(serialNumber, ['', person.pin]),
    )
    const answer = await forgetPerson(person)
    storage.memory.writeRoster(change(before).map((row) => ({ row })))
    return answer
  }
}

/** By the name of the case that refuses them. */
export const ROSTER_FAULTS: Record<string, Record<string, Fault>> = {
  'A row of the roster is found as it was written, and compared exactly': {
    'folds the case of a PIN': keeping((row) => ({ ...row, pin: row.pin.toLowerCase() })),
    'takes a PIN for a number': keeping((row) => ({ ...row, pin: row.pin.replace(/^0+/, '') })),
    'trims a PIN that it looks for': ({ adapter }) => {
      const { findRoster } = adapter
      adapter.findRoster = (serialNumber, pins) =>
        findRoster(
          serialNumber,
          pins.map((pin) => pin.trim()),
        )
    },
    'finds PINs that begin so': ({ adapter, storage }) => {
      adapter.findRoster = async (serialNumber, pins) => {
        const { rows } = storage.memory.listRoster({ serialNumber, limit: 1000 })
        return rows.filter(({ pin }) =>
          pins.some((each) => pin === each || each.startsWith(`${pin}0`)),
        )
      }
    },
    'folds the case of a serial number': keeping((row) => ({
      ...row,
      serialNumber: row.serialNumber.toUpperCase(),
    })),
    'finds rows of other terminals': ({ adapter, storage }) => {
      adapter.findRoster = async (_, pins) => {
        return storage.memory
          .listRoster({ limit: 1000 })
          .rows.filter(({ pin }) => pins.includes(pin))
      }
    },
    'finds everybody where nobody is asked for': ({ adapter, storage }) => {
      const { findRoster } = adapter
      adapter.findRoster = async (serialNumber, pins) =>
        pins.length > 0
          ? findRoster(serialNumber, pins)
          : storage.memory.listRoster({ serialNumber }).rows
    },
    'returns a row twice': ({ adapter }) => {
      const { findRoster } = adapter
      adapter.findRoster = async (serialNumber, pins) =>
        (await Promise.all(pins.map((pin) => findRoster(serialNumber, [pin])))).flat()
    },
    'cuts a moment to seconds': returning((row) => ({
      ...row,
      changedAt: new Date(Math.floor(+row.changedAt / 1000) * 1000),
    })),
    'drops when somebody was removed': returning(({ removedAt: _, ...row }) => row),
    'has a moment where there is none': returning((row) => ({
      ...row,
      removedAt: row.removedAt ?? new Date(0),
    })),
    'cuts the ids of commands to 50': keeping((row) => ({
      ...row,
      commandIds: row.commandIds.slice(0, 50),
    })),
    'cuts a content to 2,000 characters': keeping((row) => ({
      ...row,
      content: row.content.slice(0, 2000),
    })),
    'writes a content anew': keeping((row) => ({
      ...row,
      content: row.content.startsWith('{')
        ? JSON.stringify(JSON.parse(row.content), null, 1)
        : row.content,
    })),
    'loses what is not in latin1': keeping((row) => ({
      ...row,
      content: Buffer.from(row.content, 'latin1').toString('latin1'),
    })),
    'cuts a state to 16 letters': keeping((row) => ({ ...row, state: row.state.slice(0, 16) })),
  },
  'A row of the roster is written only over the version that it replaces, and as a whole': {
    'writes over any version': writing((writes, { storage }) =>
      writes.map(({ row }) => {
        const [known] = storage.memory.findRoster(row.serialNumber, [row.pin])
        return { row, ...(known && { replaces: known.version }) }
      }),
    ),
    'writes a new row over one that is there': writing((writes, { storage }) =>
      writes.map(({ row, replaces }) => {
        const [known] = storage.memory.findRoster(row.serialNumber, [row.pin])
        const version = replaces ?? known?.version
        return { row, ...(version !== undefined && { replaces: version }) }
      }),
    ),
    'adds a row that is gone': writing((writes, { storage }) =>
      writes.map((write) => {
        const [known] = storage.memory.findRoster(write.row.serialNumber, [write.row.pin])
        return known ? write : { row: write.row }
      }),
    ),
    'keeps what a new row lacks': writing((writes, { storage }) =>
      writes.map((write) => {
        const [known] = storage.memory.findRoster(write.row.serialNumber, [write.row.pin])
        return { ...write, row: { ...known, ...write.row } }
      }),
    ),
    'keeps ids where a new row has none': writing((writes, { storage }) =>
      writes.map((write) => {
        const { row } = write
        const [known] = storage.memory.findRoster(row.serialNumber, [row.pin])
        const commandIds = row.commandIds.length > 0 ? row.commandIds : (known?.commandIds ?? [])
        return { ...write, row: { ...row, commandIds } }
      }),
    ),
    'says that all were written': ({ adapter }) => {
      const { writeRoster } = adapter
      adapter.writeRoster = async (writes) => (await writeRoster(writes)).map(() => true)
    },
    'says that none was written': ({ adapter }) => {
      const { writeRoster } = adapter
      adapter.writeRoster = async (writes) => (await writeRoster(writes)).map(() => false)
    },
  },
  'A thousand rows of the roster are written in one call, and found in one, each by itself': {
    'writes the first 500': writing((writes) => writes.slice(0, 500)),
    'finds the first 500': ({ adapter }) => {
      const { findRoster } = adapter
      adapter.findRoster = (serialNumber, pins) => findRoster(serialNumber, pins.slice(0, 500))
    },
    'writes all or nothing': ({ adapter, storage }) => {
      const { writeRoster } = adapter
      adapter.writeRoster = async (writes) => {
        const isFree = writes.every(({ row, replaces }) => {
          const [known] = storage.memory.findRoster(row.serialNumber, [row.pin])
          return known?.version === replaces
        })
        return isFree ? writeRoster(writes) : writes.map(() => false)
      }
    },
    'stops at the first that is not written': ({ adapter, storage, query }) => {
      adapter.writeRoster = async (writes) => {
        await query()
        let isOver = false
        return writes.map((write) => {
          isOver ||= storage.memory.writeRoster([write])[0] !== true
          return !isOver
        })
      }
    },
    'answers new rows first': ({ adapter }) => {
      const { writeRoster } = adapter
      adapter.writeRoster = async (writes) => {
        const isNew = ({ replaces }: RosterWrite) => replaces === undefined
        const sorted = [...writes.filter(isNew), ...writes.filter((one) => !isNew(one))]
        return writeRoster(sorted)
      }
    },
    'finds rows by their PIN alone': ({ adapter, storage, query }) => {
      adapter.findRoster = async (_, pins) => {
        await query()
        return pins.flatMap((pin) => storage.memory.listRoster({ pin }).rows)
      }
    },
  },
  'Of writes of the roster that race, one is written, and it alone says so': {
    'looks first, and writes then': lookingFirst,
    'says nothing of what it wrote': ({ adapter }) => {
      const { writeRoster } = adapter
      adapter.writeRoster = async (writes) => (await writeRoster(writes)).map(() => false)
    },
    'says that it wrote what another one did': ({ adapter, storage }) => {
      const { writeRoster } = adapter
      adapter.writeRoster = async (writes) => {
        await writeRoster(writes)
        return writes.map(
          ({ row }) => storage.memory.findRoster(row.serialNumber, [row.pin]).length > 0,
        )
      }
    },
  },
  'A write of the roster that was delayed finds that its version is gone': {
    'looks first, and writes then': lookingFirst,
  },
  'Every call on the roster rejects while storage is unreachable': {
    'finds nobody': ({ adapter }) => {
      const { findRoster } = adapter
      adapter.findRoster = (...args) => Promise.resolve(findRoster(...args)).catch(() => [])
    },
    'lists nobody': ({ adapter }) => {
      const { listRoster } = adapter
      adapter.listRoster = (...args) =>
        Promise.resolve(listRoster(...args)).catch(() => ({ rows: [] }))
    },
    'counts nobody': ({ adapter }) => {
      const { countRoster } = adapter
      adapter.countRoster = (...args) => Promise.resolve(countRoster(...args)).catch(() => ({}))
    },
    'says that nothing was written': ({ adapter }) => {
      const { writeRoster } = adapter
      adapter.writeRoster = (writes) =>
        Promise.resolve(writeRoster(writes)).catch(() => writes.map(() => false))
    },
  },
  'Pages of the roster hold each row once, by terminal and then by PIN': {
    'lists the newest first': paging((rows) => [...rows].reverse()),
    'orders PINs as numbers': paging((rows) =>
      [...rows].sort((one, other) =>
        one.serialNumber === other.serialNumber ? Number(one.pin) - Number(other.pin) : 0,
      ),
    ),
    'orders as a dictionary does': paging((rows) =>
      [...rows].sort((one, other) => one.serialNumber.localeCompare(other.serialNumber)),
    ),
    'lists all terminals': ignoring('serialNumber'),
    'lists all PINs': ignoring('pin'),
    'lists all states': ignoring('state'),
    'takes an empty PIN for none': listing(({ pin, ...filter }) =>
      pin ? { ...filter, pin } : filter,
    ),
    'takes no state for all': listing(({ state, ...filter }) =>
      state?.length ? { ...filter, state } : filter,
    ),
    'looks at the first state': listing(({ state, ...filter }) => ({
      ...filter,
      ...(state !== undefined && { state: [state].flat().slice(0, 1) }),
    })),
    'folds the case of a state': listing(({ state, ...filter }) => ({
      ...filter,
      ...(state !== undefined && { state: [state].flat().map((each) => each.toLowerCase()) }),
    })),
    'ignores the limit': listing(({ limit: _, ...filter }) => filter),
    'has no next page': ({ adapter }) => {
      const { listRoster } = adapter
      adapter.listRoster = async (filter) => ({ rows: (await listRoster(filter)).rows })
    },
    'begins a page with the row before': ({ adapter }) => {
      const { listRoster } = adapter
      adapter.listRoster = async (filter) => {
        const page = await listRoster(filter)
        const before = page.rows.at(-2)
        if (page.next === undefined || before === undefined) return page
        return { ...page, next: cursorOf([before.serialNumber, before.pin]) }
      }
    },
    'goes on at the next terminal': ({ adapter }) => {
      const { listRoster } = adapter
      adapter.listRoster = async (filter) => {
        const page = await listRoster(filter)
        const last = page.rows.at(-1)
        if (page.next === undefined || last === undefined) return page
        return { ...page, next: cursorOf([last.serialNumber, '\uffff']) }
      }
    },
    'leaves out the rows about terminals': paging((rows) => rows.filter(({ pin }) => pin !== '')),
  },
  'A page of the roster goes on where it ended, though rows come and go': {
    'counts the rows before a page': ({ adapter }) => {
      const { listRoster } = adapter
      adapter.listRoster = async ({ after, ...filter }) => {
        const skipped = after === undefined ? 0 : Number(after)
        const { limit = 100 } = filter
        const all = (await listRoster({ ...filter, limit: 1000 })).rows
        const rows = all.slice(skipped, skipped + limit)
        return rows.length + skipped < all.length ? { rows, next: `${skipped + limit}` } : { rows }
      }
    },
    'goes on in its terminal alone': ({ adapter }) => {
      const { listRoster } = adapter
      adapter.listRoster = async (filter) => {
        const page = await listRoster(filter)
        const [first] = page.rows
        return filter.after === undefined
          ? page
          : { ...page, rows: page.rows.filter((row) => row.serialNumber === first?.serialNumber) }
      }
    },
  },
  'Thousands of rows of the roster are listed to the last one, and counted exactly': {
    'ends after 2,000': ({ adapter }) => {
      const { listRoster } = adapter
      let pages = 0
      adapter.listRoster = async (filter) => {
        pages = filter.after === undefined ? 1 : pages + 1
        const page = await listRoster(filter)
        return pages < 3 ? page : { rows: [] }
      }
    },
    'counts to 1,000': counting((counts) =>
      Object.fromEntries(
        Object.entries(counts).map(([state, count]) => [state, Math.min(count, 1000)]),
      ),
    ),
  },
  'The roster is counted by state, of a terminal, and of those removed since a moment': {
    'counts all terminals': ({ adapter }) => {
      const { countRoster } = adapter
      adapter.countRoster = ({ serialNumber: _, ...filter }) => countRoster(filter)
    },
    'counts who was ever removed': ({ adapter }) => {
      const { countRoster } = adapter
      adapter.countRoster = ({ removedSince, ...filter }) =>
        countRoster({ ...filter, ...(removedSince && { removedSince: new Date(0) }) })
    },
    'counts who was never removed': ({ adapter }) => {
      const { countRoster } = adapter
      adapter.countRoster = ({ removedSince: _, ...filter }) => countRoster(filter)
    },
    'leaves out the moment itself': ({ adapter }) => {
      const { countRoster } = adapter
      adapter.countRoster = ({ removedSince, ...filter }) =>
        countRoster({
          ...filter,
          ...(removedSince && { removedSince: new Date(+removedSince + 1) }),
        })
    },
    'counts states that nobody has': counting((counts) => ({ waiting: 0, removed: 0, ...counts })),
    'counts numbers as texts': counting(
      (counts) =>
        Object.fromEntries(
          Object.entries(counts).map(([state, count]) => [state, `${count}`]),
        ) as never,
    ),
  },
  'Lists and counts of the roster refuse members that they do not know': {
    'ignores members of a list': ({ adapter }) => {
      const { listRoster } = adapter
      adapter.listRoster = async ({ serialNumber, pin, state, limit, after }) =>
        listRoster(
          JSON.parse(JSON.stringify({ serialNumber, pin, state, limit, after })) as RosterFilter,
        )
    },
    'ignores members of a count': ({ adapter }) => {
      const { countRoster } = adapter
      adapter.countRoster = async ({ serialNumber }) =>
        countRoster(serialNumber === undefined ? {} : { serialNumber })
    },
    'takes any limit': listing(({ limit, ...filter }) => ({
      ...filter,
      ...(Number.isSafeInteger(limit) &&
        Number(limit) > 0 &&
        Number(limit) <= 1000 && { limit: Number(limit) }),
    })),
  },
  'Rows of the roster are forgotten a day after their person was removed, and no others': {
    'forgets nobody': ({ adapter }) => {
      adapter.forget = async () => ({ commands: 0, attendance: 0, uploads: 0, unparsed: 0 })
    },
    'forgets who is on a terminal': forgettingAlso(
      ({ changedAt, pin }, before) => pin !== '' && changedAt < before,
    ),
    'forgets who was just removed': forgettingAlso(
      ({ state, changedAt }, before) => state === 'removed' && changedAt < before,
    ),
    'forgets whatever the moment is': forgettingAlso(({ state, changedAt }) => {
      return state === 'removed' && +changedAt < Date.now() - 86_400_000
    }),
    'forgets the rows about terminals': forgettingAlso(({ pin }) => pin === ''),
    'counts them': ({ adapter }) => {
      const { forget } = adapter
      adapter.forget = async (before) => ({ ...(await forget(before)), commands: 1 })
    },
  },
  'Thousands of rows of those who left are forgotten, to the last one': {
    'forgets a thousand': ({ adapter, storage }) => {
      const { forget } = adapter
      adapter.forget = async (before) => {
        const { rows } = storage.memory.listRoster({ state: 'removed', limit: 1000 })
        const answer = await forget(before)
        storage.memory.writeRoster(rows.slice(0, 100).map((row) => ({ row })))
        return answer
      }
    },
  },
  'The rows of a person are forgotten with the person, and those about the terminals': {
    'keeps the rows of the person': (connection) =>
      ofRow(connection, (rows) => rows.filter(({ pin }) => pin !== '')),
    'keeps the rows about the terminals': (connection) =>
      ofRow(connection, (rows) => rows.filter(({ pin }) => pin === '')),
    'forgets the person on every terminal': ({ adapter, storage }) => {
      const { forgetPerson } = adapter
      adapter.forgetPerson = async ({ pin }) => {
        const { rows } = storage.memory.listRoster({ pin })
        return forgetPerson({ pin, serialNumbers: rows.map(({ serialNumber }) => serialNumber) })
      }
    },
    'forgets everybody on these terminals': ({ adapter, storage }) => {
      const { forgetPerson } = adapter
      adapter.forgetPerson = async (person) => {
        for (const serialNumber of person.serialNumbers) {
          const { rows } = storage.memory.listRoster({ serialNumber })
          for (const { pin } of rows) if (pin !== '') await forgetPerson({ ...person, pin })
        }
        return forgetPerson(person)
      }
    },
    'counts them': ({ adapter }) => {
      const { forgetPerson } = adapter
      adapter.forgetPerson = async (person) => ({ ...(await forgetPerson(person)), commands: 2 })
    },
  },
}

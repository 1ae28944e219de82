// Faults of adapters that store offers of files, each under the case that refuses it.
import type { FileOffer, ServedPart } from '../../src/files/storage.js'
import type { Connection, Fault } from './whole.js'

const adding =
  (change: (offer: FileOffer) => FileOffer): Fault =>
  ({ adapter }) => {
    const { addOffer } = adapter
    adapter.addOffer = (offer) => addOffer(change(offer))
  }

const finding =
  (change: (token: string, connection: Connection) => string): Fault =>
  (connection) => {
    const { findOffer } = connection.adapter
    connection.adapter.findOffer = (token) => findOffer(change(token, connection))
  }

const listing =
  (change: (rows: FileOffer[]) => FileOffer[]): Fault =>
  ({ adapter }) => {
    const { listOffers } = adapter
    adapter.listOffers = async (filter) => {
      const page = await listOffers(filter)
      return { ...page, rows: change([...page.rows]) }
    }
  }

/** Writes what it notes in a way of its own, in two steps. */
const noting =
  (next: (known: FileOffer, part: ServedPart) => Partial<FileOffer>): Fault =>
  ({ adapter, storage, query }) => {
    adapter.noteServed = async (token, part) => {
      await query()
      const known = storage.memory.findOffer(token) as FileOffer | undefined
      if (known === undefined) return
      const changed = next(known, part)
      await query()
      storage.memory.addOffer({ ...known, ...changed })
    }
  }

const fits = ({ served }: FileOffer, { from, to }: ServedPart) => served >= from && served < to
const noted = ({ to, at }: ServedPart) => ({ served: to, servedAt: at })

const swallowing =
  (
    call: 'addOffer' | 'findOffer' | 'noteServed' | 'listOffers' | 'deleteOffer',
    answer: unknown,
  ): Fault =>
  ({ adapter }) => {
    const right = adapter[call] as (...args: unknown[]) => Promise<unknown>
    adapter[call] = (async (...args: unknown[]) => right(...args).catch(() => answer)) as never
  }

export const OFFER_FAULTS: Record<string, Record<string, Fault>> = {
  'An offer is found by its token as it was stored, and by no other': {
    'folds tokens': finding((token) => token.toLowerCase()),
    'finds by the end of a token': finding((token, { storage }) => {
      const { rows } = storage.memory.listOffers({})
      return rows.find((row) => row.token.endsWith(token))?.token ?? token
    }),
    'hides what has expired': ({ adapter }) => {
      const { findOffer } = adapter
      adapter.findOffer = async (token) => {
        const found = await findOffer(token)
        return found && found.expiresAt > new Date() ? found : undefined
      }
    },
    'folds serial numbers': adding((offer) => {
      return { ...offer, serialNumber: offer.serialNumber.toUpperCase() }
    }),
    'keeps ASCII alone': adding((offer) => ({
      ...offer,
      file: offer.file.replace(/[^ -~]/g, '?'),
    })),
    'loses the platform': adding(({ platform: _, ...offer }) => offer),
    'loses that it ends once': adding((offer) => ({ ...offer, once: false })),
    'loses that it is base64': adding((offer) => ({ ...offer, isBase64: false })),
    'begins at nothing': adding(({ servedAt: _, ...offer }) => ({ ...offer, served: 0 })),
    'drops milliseconds': adding((offer) => {
      return { ...offer, offeredAt: new Date(Math.floor(+offer.offeredAt / 1000) * 1000) }
    }),
  },
  'What was sent of an offer grows without gaps, and never shrinks': {
    'notes nothing': ({ adapter }) => {
      adapter.noteServed = async () => {}
    },
    'leaps over gaps': noting((known, part) => (part.to > known.served ? noted(part) : {})),
    'goes back': noting((known, part) => (part.from <= known.served ? noted(part) : {})),
    'wants parts that begin where the last one ended': noting((known, part) => {
      return part.from === known.served && part.to > part.from ? noted(part) : {}
    }),
    'forgets when': noting((known, part) => (fits(known, part) ? { served: part.to } : {})),
    'adds sizes': noting((known, part) => {
      return fits(known, part) ? { ...noted(part), served: known.served + part.to - part.from } : {}
    }),
    'makes an offer of a part': ({ adapter, storage }) => {
      const { noteServed } = adapter
      adapter.noteServed = async (token, part) => {
        await noteServed(token, part)
        if (storage.memory.findOffer(token)) return
        const [any] = storage.memory.listOffers({}).rows
        if (any) storage.memory.addOffer({ ...any, token, served: part.to })
      }
    },
  },
  'Of parts of an offer that are noted at once, the one that came furthest counts': {
    'looks first, and writes then': noting((known, part) => (fits(known, part) ? noted(part) : {})),
  },
  'Pages of offers hold each one once, the newest first, of all terminals and of one': {
    'lists the oldest first': listing((rows) => rows.reverse()),
    'orders those of a moment by chance': listing((rows) => {
      return rows.sort((one, other) => {
        const later = +other.offeredAt - +one.offeredAt
        return later === 0 ? (one.token < other.token ? -1 : 1) : later
      })
    }),
    'lists all terminals': ({ adapter }) => {
      const { listOffers } = adapter
      adapter.listOffers = ({ serialNumber: _, ...filter }) => listOffers(filter)
    },
    'has no second page': ({ adapter }) => {
      const { listOffers } = adapter
      adapter.listOffers = async (filter) => ({ rows: (await listOffers(filter)).rows })
    },
    'ignores what it does not know': ({ adapter }) => {
      const { listOffers } = adapter
      adapter.listOffers = ({ serialNumber, limit, after }) => {
        return listOffers({
          ...(serialNumber !== undefined && { serialNumber }),
          ...(limit !== undefined && { limit }),
          ...(after !== undefined && { after }),
        })
      }
    },
  },
  'A deleted offer is gone, and the others stay': {
    'deletes nothing': ({ adapter, storage, query }) => {
      adapter.deleteOffer = async (token) => {
        await query()
        return storage.memory.findOffer(token) !== undefined
      }
    },
    'deletes all of the terminal': ({ adapter, storage }) => {
      const { deleteOffer } = adapter
      adapter.deleteOffer = async (token) => {
        const isKnown = await deleteOffer(token)
        for (const row of isKnown ? storage.memory.listOffers({}).rows : [])
          await deleteOffer(row.token)
        return isKnown
      }
    },
    'says that there was one': ({ adapter }) => {
      const { deleteOffer } = adapter
      adapter.deleteOffer = async (token) => {
        await deleteOffer(token)
        return true
      }
    },
  },
  'Every call on offers rejects while storage is unreachable': {
    'swallows errors of addOffer': swallowing('addOffer', undefined),
    'swallows errors of findOffer': swallowing('findOffer', undefined),
    'swallows errors of noteServed': swallowing('noteServed', undefined),
    'swallows errors of listOffers': swallowing('listOffers', { rows: [] }),
    'swallows errors of deleteOffer': swallowing('deleteOffer', false),
  },
  'Offers that have expired are forgotten, and no others': {
    'forgets none': ({ adapter, storage }) => {
      const { forget } = adapter
      adapter.forget = async (before) => {
        const { rows } = storage.memory.listOffers({})
        const forgotten = await forget(before)
        for (const row of rows) storage.memory.addOffer(row)
        return forgotten
      }
    },
    'forgets by when they were made': ({ adapter, storage }) => {
      const { forget } = adapter
      adapter.forget = async (before) => {
        const forgotten = await forget(before)
        for (const { token, offeredAt } of storage.memory.listOffers({}).rows) {
          if (offeredAt < before) storage.memory.deleteOffer(token)
        }
        return forgotten
      }
    },
    'counts them': ({ adapter, storage }) => {
      const { forget } = adapter
      adapter.forget = async (before) => {
        const had = storage.memory.listOffers({}).rows.length
        const forgotten = await forget(before)
        const gone = had - storage.memory.listOffers({}).rows.length
        return { ...forgotten, uploads: forgotten.uploads + gone }
      }
    },
    'forgets what a moment in the future has expired': ({ adapter, storage }) => {
      const { forget } = adapter
      adapter.forget = async (before) => {
        const forgotten = await forget(before)
        for (const { token, expiresAt } of storage.memory.listOffers({}).rows) {
          if (expiresAt < before) storage.memory.deleteOffer(token)
        }
        return forgotten
      }
    },
  },
}

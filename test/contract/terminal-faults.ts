// Faults of adapters that know the terminals, each under the case that refuses it.
import {
  type Contact,
  FAMILY_RANKS,
  type FamilyRank,
  type Terminal,
} from '../../src/terminal/storage.js'
import type { Connection, Fault } from './whole.js'

export const telling =
  (change: (contact: Contact) => Contact | undefined): Fault =>
  ({ adapter }) => {
    const { onContact } = adapter
    adapter.onContact = async (contact) => {
      const changed = change(contact)
      if (changed !== undefined) await onContact(changed)
    }
  }

const withoutFact = (fact: keyof Contact) =>
  telling((contact) => {
    const { [fact]: _, ...rest } = contact
    return rest as Contact
  })

const showing =
  (change: (terminal: Terminal) => object): Fault =>
  ({ adapter }) => {
    const { findTerminal } = adapter
    adapter.findTerminal = async (serialNumber) => {
      const terminal = await findTerminal(serialNumber)
      return terminal && ({ ...terminal, ...change(terminal) } as Terminal)
    }
  }

const withTexts = (change: (text: string) => string | undefined) =>
  telling((contact) => {
    const told = Object.entries(contact.options ?? {}).map(([key, value]) => [key, change(value)])
    return contact.options ? { ...contact, options: Object.fromEntries(told) } : contact
  })

const withNames = (change: (name: string) => string | undefined) =>
  telling((contact) => {
    if (!contact.options) return contact
    const options = Object.entries(contact.options).flatMap(([key, value]) => {
      const name = change(key)
      return name === undefined ? [] : [[name, value]]
    })
    return { ...contact, options: Object.fromEntries(options) }
  })

const withTerminals =
  (change: (serialNumber: string) => string): Fault =>
  ({ adapter }) => {
    const { onContact, findTerminal } = adapter
    adapter.onContact = (contact) =>
      onContact({ ...contact, serialNumber: change(contact.serialNumber) })
    adapter.findTerminal = async (serialNumber) => {
      const terminal = await findTerminal(change(serialNumber))
      return terminal && { ...terminal, serialNumber }
    }
  }

// Reads, merges in the process, and writes the result in a second query.
const asDocuments =
  (documentOf: (serialNumber: string) => string, isNewer = false): Fault =>
  ({ adapter, storage, query }) => {
    const documents = storage.once('documents', () => new Map<string, Map<string, Terminal>>())
    adapter.onContact = async ({ serialNumber, at, kind: _, options, stamps, ...facts }) => {
      const name = documentOf(serialNumber)
      await query()
      const document = new Map(documents.get(name))
      const known = document.get(serialNumber)
      if (isNewer && known && known.lastSeenAt > at) return
      await query()
      const terminal: Terminal = {
        ...known,
        ...facts,
        serialNumber,
        options: { ...known?.options, ...options },
        stamps: { ...known?.stamps, ...stamps },
        firstSeenAt: known?.firstSeenAt ?? at,
        lastSeenAt: known && known.lastSeenAt > at ? known.lastSeenAt : at,
      }
      documents.set(name, document.set(serialNumber, terminal))
    }
    adapter.findTerminal = async (serialNumber) => {
      await query()
      return documents.get(documentOf(serialNumber))?.get(serialNumber)
    }
  }

const placeOf = (rank: FamilyRank | undefined) => {
  return rank === undefined ? -1 : FAMILY_RANKS.indexOf(rank)
}

// Which family counts, by another rule.
const ranking =
  (isKept: (rank: FamilyRank | undefined, known: FamilyRank | undefined) => boolean): Fault =>
  ({ adapter, storage }) => {
    const families = storage.once('families', () => new Map<string, Contact>())
    const { onContact, findTerminal } = adapter
    adapter.onContact = (contact) => {
      const known = families.get(contact.serialNumber)
      const isNew = contact.family && isKept(contact.familyRank, known?.familyRank)
      if (isNew) families.set(contact.serialNumber, contact)
      return onContact(contact)
    }
    adapter.findTerminal = async (serialNumber) => {
      const terminal = await findTerminal(serialNumber)
      const { family, familyRank } = families.get(serialNumber) ?? {}
      return (
        terminal && { ...terminal, ...(family && { family }), ...(familyRank && { familyRank }) }
      )
    }
  }

const aTerminal = (serialNumber: string) => serialNumber
const oneFile = () => 'all'

function swallowing(call: 'onContact' | 'listTerminals' | 'findTerminal') {
  return ({ adapter }: Connection) => {
    const right = adapter[call] as (...args: unknown[]) => Promise<unknown>
    adapter[call] = (async (...args: unknown[]) => {
      try {
        return await right(...args)
      } catch {
        return call === 'listTerminals' ? { rows: [] } : undefined
      }
    }) as never
  }
}

export const TERMINAL_FAULTS: Record<string, Record<string, Fault>> = {
  'A terminal is found with what it reported, and nothing for one that never called': {
    ...Object.fromEntries(
      (
        [
          ...['family', 'address', 'firmware', 'model', 'pushVersion', 'users', 'fingers'],
          ...['faces', 'records', 'utcOffset', 'options', 'stamps'],
        ] as (keyof Contact)[]
      ).map((fact) => [`forgets ${fact}`, withoutFact(fact)]),
    ),
    'keeps counts of 16 bits': telling((contact) => ({
      ...contact,
      ...(contact.fingers && { fingers: contact.fingers & 0xffff }),
    })),
    'gives times back as text': showing(({ lastSeenAt }) => ({ lastSeenAt: `${lastSeenAt}` })),
    'gives null for what is missing': showing(({ users = null }) => ({ users })),
    'keeps times to the second': telling((contact) => ({
      ...contact,
      at: new Date(Math.floor(+contact.at / 1000) * 1000),
    })),
    'makes a terminal up': ({ adapter }) => {
      const { findTerminal } = adapter
      const now = new Date()
      adapter.findTerminal = async (serialNumber) =>
        (await findTerminal(serialNumber)) ?? { serialNumber, firstSeenAt: now, lastSeenAt: now }
    },
    'keeps stamps as numbers': telling((contact) => {
      const stamps = Object.entries(contact.stamps ?? {}).map(([key, value]) => [key, `${+value}`])
      return contact.stamps ? { ...contact, stamps: Object.fromEntries(stamps) } : contact
    }),
    'drops empty values': withTexts((text) => text || undefined),
  },
  'A table is to be sent again until its stamp comes after the handshake that said so': {
    'forgets what is to be sent again': withoutFact('resend'),
    'is done with any stamp': showing(({ resend = {}, stamps = {} }) => {
      return { resend: Object.fromEntries(Object.entries(resend).filter(([t]) => !(t in stamps))) }
    }),
    'is never done': telling((contact) => {
      const { stamps = {}, ...rest } = contact
      const again = Object.keys(stamps).map((table) => [table, 'answered'])
      return again.length > 0 ? { ...contact, resend: Object.fromEntries(again), ...rest } : contact
    }),
    'is done with all tables at once': showing(({ resend = {} }) => {
      return Object.values(resend).includes('asked') && Object.keys(resend).length < 3
        ? { resend: {} }
        : {}
    }),
  },
  'The drift of a clock is stored with its moment, and the latest counts': {
    'forgets the drift': withoutFact('clockDrift'),
    'forgets its moment': withoutFact('clockDriftAt'),
    'keeps drifts of 31 bits': telling(({ clockDrift, ...contact }) => ({
      ...contact,
      ...(clockDrift !== undefined && { clockDrift: clockDrift | 0 }),
    })),
    'treats no drift as not told': telling(({ clockDrift, ...contact }) => ({
      ...contact,
      ...(clockDrift && { clockDrift }),
    })),
    'takes its moment for the last contact': telling(({ clockDriftAt, ...contact }) => ({
      ...contact,
      ...(clockDriftAt && { clockDriftAt: contact.at }),
    })),
  },
  'A contact is merged with what the terminal reported before': {
    'replaces the terminal': ({ adapter, storage }) => {
      const all = storage.once('all', () => new Map<string, Terminal>())
      adapter.onContact = ({ at, kind: _, ...facts }) => {
        const firstSeenAt = all.get(facts.serialNumber)?.firstSeenAt ?? at
        all.set(facts.serialNumber, { ...facts, firstSeenAt, lastSeenAt: at })
      }
      adapter.findTerminal = (serialNumber) => all.get(serialNumber)
    },
    'replaces all options': ({ adapter, storage }) => {
      const last = storage.once('options', () => new Map<string, Record<string, string>>())
      const { onContact, findTerminal } = adapter
      adapter.onContact = async (contact) => {
        if (contact.options) last.set(contact.serialNumber, contact.options)
        await onContact(contact)
      }
      adapter.findTerminal = async (serialNumber) => {
        const [terminal, options] = [await findTerminal(serialNumber), last.get(serialNumber)]
        return terminal && { ...terminal, ...(options && { options }) }
      }
    },
    'keeps the first stamp': ({ adapter, storage }) => {
      const { onContact } = adapter
      adapter.onContact = async ({ stamps, ...contact }) => {
        const known = storage.memory.findTerminal(contact.serialNumber) as Terminal | undefined
        await onContact({ ...contact, ...(stamps && { stamps: { ...stamps, ...known?.stamps } }) })
      }
    },
    'treats 0 as not told': telling(({ users, ...contact }) => ({
      ...contact,
      ...(users && { users }),
    })),
    'treats an offset of 0 as not told': telling(({ utcOffset, ...contact }) => ({
      ...contact,
      ...(utcOffset && { utcOffset }),
    })),
    'notes the first seen anew': showing(({ lastSeenAt }) => ({ firstSeenAt: lastSeenAt })),
    'forgets the rest with the first contact of another kind': ({ adapter }) => {
      const { onContact } = adapter
      let contacts = 0
      adapter.onContact = (contact) => (contacts++ ? undefined : onContact(contact))
    },
  },
  'An older contact never changes when a terminal was last seen, and a newer never when it was first':
    {
      'notes the last that came': ({ adapter, storage }) => {
        const last = storage.once('last', () => new Map<string, Date>())
        const { onContact, findTerminal } = adapter
        adapter.onContact = async (contact) => {
          last.set(contact.serialNumber, contact.at)
          await onContact(contact)
        }
        adapter.findTerminal = async (serialNumber) => {
          const [terminal, lastSeenAt] = [await findTerminal(serialNumber), last.get(serialNumber)]
          return terminal && { ...terminal, ...(lastSeenAt && { lastSeenAt }) }
        }
      },
      'drops an older contact': asDocuments(aTerminal, true),
      'goes by its own clock': telling((contact) => ({ ...contact, at: new Date() })),
    },
  'Hostile names and values are stored as they came': {
    'assigns options to an object with a prototype': ({ adapter }) => {
      const { findTerminal } = adapter
      adapter.findTerminal = async (serialNumber) => {
        const terminal = await findTerminal(serialNumber)
        const options: Record<string, string> = {}
        for (const [key, value] of Object.entries(terminal?.options ?? {})) options[key] = value
        return terminal && { ...terminal, options }
      }
    },
    'drops names that an object has': withNames((name) => (name in {} ? undefined : name)),
    'puts names in lower case': withNames((name) => name.toLowerCase()),
    'cuts names at 32 characters': withNames((name) => name.slice(0, 32)),
    'drops NUL': withTexts((text) => text.replaceAll('\0', '')),
    'trims values': withTexts((text) => text.trim()),
    'cuts values at 255 characters': withTexts((text) => text.slice(0, 255)),
    'cuts values at 4,000 characters': withTexts((text) => text.slice(0, 4000)),
    'reads "null" as null': withTexts((text) => (text === 'null' ? '' : text)),
    'keeps three bytes of a character at most': withTexts((text) =>
      text.replace(/[\u{10000}-\u{10ffff}]/gu, '?'),
    ),
    'cuts the model at 255 characters': telling((contact) => ({
      ...contact,
      ...(contact.model && { model: contact.model.slice(0, 255) }),
    })),
  },
  'Terminals stay apart, whatever characters their serial numbers have': {
    'ignores case': withTerminals((sn) => sn.toLowerCase()),
    'ignores accents': withTerminals((sn) => sn.normalize('NFD').replace(/\p{M}/gu, '')),
    'treats full-width digits as ASCII': withTerminals((sn) => sn.normalize('NFKC')),
    'ignores punctuation': withTerminals((sn) => sn.replace(/\p{P}/gu, '')),
    'compares them as numbers': withTerminals((sn) => (Number(sn) ? `${Number(sn)}` : sn)),
    'cuts them at 32 characters': withTerminals((sn) => sn.slice(0, 32)),
  },
  'What a terminal is gives way to what is surer, and to nothing less sure': {
    'keeps the first': ranking((_, known) => known === undefined),
    'keeps the last': ranking(() => true),
    'keeps what is as sure': ranking((rank, known) => placeOf(rank) > placeOf(known)),
    'treats what was proved as seen': ranking((rank, known) => {
      const [one, other] = [rank, known].map((each) => (each === 'proved' ? 'seen' : each))
      return placeOf(one) >= placeOf(other)
    }),
    'never replaces what was stated': ranking((rank, known) => {
      return known !== 'stated' && placeOf(rank) >= placeOf(known)
    }),
    'forgets how sure it is': ({ adapter }) => {
      const { findTerminal } = adapter
      adapter.findTerminal = async (serialNumber) => {
        const { familyRank: _, ...terminal } = (await findTerminal(serialNumber)) ?? {}
        return 'serialNumber' in terminal ? (terminal as Terminal) : undefined
      }
    },
    'forgets what it is at the next contact': ({ adapter, storage }) => {
      const { findTerminal } = adapter
      const last = storage.once('last', () => new Map<string, Contact>())
      const { onContact } = adapter
      adapter.onContact = (contact) => {
        last.set(contact.serialNumber, contact)
        return onContact(contact)
      }
      adapter.findTerminal = async (serialNumber) => {
        const terminal = await findTerminal(serialNumber)
        if (last.get(serialNumber)?.family !== undefined || !terminal) return terminal
        const { family: _, familyRank: __, ...rest } = terminal
        return rest
      }
    },
  },
  'Every call on terminals rejects while storage is unreachable': Object.fromEntries(
    (['onContact', 'listTerminals', 'findTerminal'] as const).map((call) => [
      `swallows what goes wrong in ${call}`,
      swallowing(call),
    ]),
  ),
  'The contacts of fifty terminals at the same moment are stored': {
    'reads, changes and writes one file': asDocuments(oneFile),
  },
  'Everything that one terminal reports in many requests at the same moment is stored': {
    'reads, changes and writes a document a terminal': asDocuments(aTerminal),
    'reads, changes and writes one file': asDocuments(oneFile),
  },
  'Everything that a new terminal reports in its first requests at the same moment is stored': {
    'reads, changes and writes a document a terminal': asDocuments(aTerminal),
    'refuses the second request as a duplicate key': ({ adapter, storage, query }) => {
      const { onContact } = adapter
      adapter.onContact = async (contact) => {
        await query()
        const isKnown = storage.memory.findTerminal(contact.serialNumber) !== undefined
        await query()
        const isThere = storage.memory.findTerminal(contact.serialNumber) !== undefined
        if (!isKnown && isThere) throw new Error('duplicate key')
        await onContact(contact)
      }
    },
  },
  'A terminal reported to one process is found in another': {
    'keeps terminals in the process': ({ adapter }) => {
      const all = new Map<string, Terminal>()
      adapter.onContact = ({ serialNumber, at, kind: _, ...facts }) => {
        const firstSeenAt = all.get(serialNumber)?.firstSeenAt ?? at
        const known = all.get(serialNumber)
        all.set(serialNumber, { ...known, ...facts, serialNumber, firstSeenAt, lastSeenAt: at })
      }
      adapter.findTerminal = (serialNumber) => all.get(serialNumber)
    },
    'remembers what it found': ({ adapter }) => {
      const { findTerminal } = adapter
      const seen = new Map<string, Terminal | null | undefined>()
      adapter.findTerminal = async (serialNumber) => {
        const terminal = seen.get(serialNumber) ?? (await findTerminal(serialNumber))
        seen.set(serialNumber, terminal)
        return terminal
      }
    },
    'remembers whom it does not know': ({ adapter }) => {
      const { findTerminal } = adapter
      const absent = new Set<string>()
      adapter.findTerminal = async (serialNumber) => {
        const terminal = absent.has(serialNumber) ? undefined : await findTerminal(serialNumber)
        if (!terminal) absent.add(serialNumber)
        return terminal
      }
    },
  },
  'Everything reported while an older contact was delayed is kept': {
    'reads, changes and writes a document a terminal': asDocuments(aTerminal),
    'reads, changes and writes one file': asDocuments(oneFile),
  },
}

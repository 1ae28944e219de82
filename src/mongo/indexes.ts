// The indexes: one for each way in which the adapter finds documents.
import type { Collections } from './driver.js'

type Keys = Readonly<Record<string, 1 | -1>>

const NEWEST: Keys = { receivedAt: -1, place: -1 }
const LISTED: Keys = { listedAt: -1, place: -1 }
const REPLIED: Keys = { 'reply.receivedAt': -1, 'reply.place': -1 }

/** By collection; the first keys are compared, the next ones order what is found. */
export const INDEXES: { readonly [Name in keyof Collections]?: readonly Keys[] } = {
  commands: [
    // A poll, a handshake; superseding.
    { serialNumber: 1, queue: -1, position: 1 },
    { serialNumber: 1, queueKey: 1, position: 1 },
    // Lists by state, of all terminals and of one; those that end.
    { phase: 1, ...LISTED },
    { serialNumber: 1, phase: 1, ...LISTED },
    { phase: 1, liveUntil: 1, serialNumber: 1 },
    { serialNumber: 1, phase: 1, liveUntil: 1 },
    // Lists by person, key and members.
    { tags: 1, ...LISTED, serialNumber: 1 },
    { 'reply.outcome': 1, ...REPLIED },
    { serialNumber: 1, 'reply.outcome': 1, ...REPLIED },
  ],
  attendance: [
    NEWEST,
    { serialNumber: 1, ...NEWEST },
    { pin: 1, ...NEWEST, serialNumber: 1 },
    { day: 1, ...NEWEST, serialNumber: 1 },
  ],
  uploads: [
    { kind: 1, ...NEWEST },
    { serialNumber: 1, kind: 1, ...NEWEST },
    { type: 1, ...NEWEST, serialNumber: 1 },
    { pin: 1, ...NEWEST, serialNumber: 1 },
    // Packets.
    { serialNumber: 1, kind: 1, commandId: 1, table: 1, count: 1, index: 1, ...NEWEST },
  ],
  roster: [
    { serialNumber: 1, pin: 1 },
    { pin: 1, serialNumber: 1 },
    { state: 1, serialNumber: 1, pin: 1 },
    { serialNumber: 1, state: 1, pin: 1 },
    // What is forgotten, and what was deleted lately.
    { state: 1, changedAt: 1 },
    { removedAt: 1, state: 1 },
  ],
  offers: [
    { offeredAt: -1, _id: -1 },
    { serialNumber: 1, offeredAt: -1, _id: -1 },
    { expiresAt: 1 },
  ],
  unparsed: [NEWEST, { serialNumber: 1, ...NEWEST }],
}

// What has no event yet: next to nothing, so that no other document is in these indexes.
const UNLOGGED: readonly (readonly [keyof Collections, string])[] = [
  ['attendance', 'unlogged'],
  ['uploads', 'unlogged'],
  ['commands', 'reply.unlogged'],
  ['commands', 'cancelled.unlogged'],
]

/** Creates those that don't exist yet. */
export async function createIndexesOn(collections: Collections, hasEvents: boolean): Promise<void> {
  for (const [name, path] of hasEvents ? UNLOGGED : []) {
    await collections[name].createIndex({ [path]: 1 }, { sparse: true })
  }
  for (const name of Object.keys(INDEXES) as (keyof Collections)[]) {
    for (const keys of INDEXES[name] ?? []) await collections[name].createIndex({ ...keys })
  }
}

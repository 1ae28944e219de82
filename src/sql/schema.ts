// The tables and their indexes, in the words of each database.
import type { Database } from './step.js'

/** What a column holds; `key` is compared and indexed, and has the length that follows. */
type Type = 'id' | 'integer' | 'text' | 'bytes' | `key ${number}`

interface Table {
  name: string
  columns: Readonly<Record<string, `${Type}${'' | ' not null'}`>>
  unique: readonly string[]
  /** By name; those with a condition hold only the rows for which it is true, if the database can. */
  indexes: Readonly<Record<string, readonly [columns: string, where?: string]>>
}

const SN = 'key 400 not null'

/** Every table. The columns of long values come last: reading the others doesn't read them. */
export const TABLES: readonly Table[] = [
  {
    name: 'iclock_commands',
    columns: {
      position: 'id',
      serial_number: SN,
      // The id, or the hash of one that no server gives.
      id_key: 'key 64 not null',
      // When it was issued, or when its reply came if nobody issued it.
      listed_at: 'integer not null',
      phase: 'integer not null',
      // 0 is urgent, 1 ordinary, 2 urgent and sent; null if the queue doesn't send it.
      queue_lane: 'integer',
      queue_position: 'integer',
      queue_key: 'key 1200',
      attempts_made: 'integer not null',
      attempts_left: 'integer',
      open_until: 'integer not null',
      expires_at: 'integer not null',
      live_until: 'integer not null',
      sent_at: 'integer',
      reply_due_at: 'integer',
      waits_from: 'integer',
      cancelled_at: 'integer',
      cancelled_reason: 'text',
      pin: 'key 400',
      command_key: 'key 1200',
      terms: 'text',
      text_bytes: 'integer',
      // The first characters; the others are in iclock_texts.
      command_text: 'text',
      members: 'text',
      replied_at: 'integer',
      reply_place: 'key 28',
      reply_outcome: 'key 16',
      reply_meaning: 'text',
      return_code: 'integer',
      reply_rows: 'integer',
      command_name: 'text',
      reply_digest: 'text',
      content_length: 'integer',
      long_id: 'text',
      reply_fields: 'text',
      reply_raw: 'bytes',
      reply_content: 'bytes',
    },
    unique: ['serial_number', 'id_key'],
    indexes: {
      iclock_commands_queue: [
        'serial_number, queue_lane, queue_position',
        'queue_lane IS NOT NULL',
      ],
      iclock_commands_key: ['serial_number, queue_key, queue_position', 'queue_key IS NOT NULL'],
      iclock_commands_phase: ['phase, listed_at, position'],
      iclock_commands_phase_of: ['serial_number, phase, listed_at, position'],
      iclock_commands_live: ['phase, live_until', 'phase IN (1, 2, 4, 5)'],
      iclock_commands_live_of: ['serial_number, phase, live_until', 'phase IN (1, 2, 4, 5)'],
      iclock_commands_pin: ['pin, listed_at, position', 'pin IS NOT NULL'],
      iclock_commands_intent: ['command_key, listed_at, position', 'command_key IS NOT NULL'],
      iclock_commands_reply: [
        'reply_outcome, replied_at, reply_place',
        'reply_outcome IS NOT NULL',
      ],
      iclock_commands_reply_of: [
        'serial_number, reply_outcome, replied_at, reply_place',
        'reply_outcome IS NOT NULL',
      ],
    },
  },
  {
    name: 'iclock_texts',
    columns: { position: 'integer not null', tail: 'text not null' },
    unique: ['position'],
    indexes: {},
  },
  {
    name: 'iclock_members',
    columns: {
      member: 'key 250 not null',
      listed_at: 'integer not null',
      position: 'integer not null',
    },
    unique: ['member', 'listed_at', 'position'],
    indexes: { iclock_members_of: ['position'] },
  },
  {
    name: 'iclock_unparsed',
    columns: {
      position: 'id',
      serial_number: SN,
      line_key: 'key 44 not null',
      received_at: 'integer not null',
      size: 'integer not null',
      raw: 'bytes not null',
      raw_tail: 'bytes',
    },
    unique: ['serial_number', 'line_key'],
    indexes: {
      iclock_unparsed_received: ['received_at, position'],
      iclock_unparsed_of: ['serial_number, received_at, position'],
    },
  },
  {
    name: 'iclock_attendance',
    columns: {
      position: 'id',
      serial_number: SN,
      line_key: 'key 44 not null',
      received_at: 'integer not null',
      pin: 'key 400 not null',
      // The day and the time by the terminal's own clock.
      local_day: 'key 10',
      local_time: 'text not null',
      instant: 'integer',
      status: 'text not null',
      verify: 'text not null',
      work_code: 'text not null',
      // Further columns, and those that are longer than a list shows.
      record: 'text',
      raw: 'bytes not null',
    },
    unique: ['serial_number', 'line_key'],
    indexes: {
      iclock_attendance_received: ['received_at, position'],
      iclock_attendance_of: ['serial_number, received_at, position'],
      iclock_attendance_pin: ['pin, received_at, position'],
      iclock_attendance_day: ['local_day, received_at, position', 'local_day IS NOT NULL'],
    },
  },
  {
    name: 'iclock_uploads',
    columns: {
      position: 'id',
      serial_number: SN,
      line_key: 'key 44 not null',
      received_at: 'integer not null',
      kind: 'key 16 not null',
      type_key: 'key 64 not null',
      pin: 'key 400',
      instant: 'integer',
      size: 'integer not null',
      // Of a packet: its command, table and count; its number.
      packet_set: 'key 44',
      packet_index: 'integer',
      packet_count: 'integer',
      content_length: 'integer',
      raw: 'bytes not null',
      long_type: 'text',
      record: 'text',
      raw_tail: 'bytes',
    },
    unique: ['serial_number', 'line_key'],
    indexes: {
      iclock_uploads_kind: ['kind, received_at, position'],
      iclock_uploads_kind_of: ['serial_number, kind, received_at, position'],
      iclock_uploads_type: ['type_key, received_at, position'],
      iclock_uploads_pin: ['pin, received_at, position', 'pin IS NOT NULL'],
      iclock_uploads_packet: [
        'serial_number, packet_set, packet_index, position',
        'packet_set IS NOT NULL',
      ],
    },
  },
  {
    name: 'iclock_terminals',
    columns: {
      serial_number: SN,
      first_seen_at: 'integer not null',
      last_seen_at: 'integer not null',
      family: 'text',
      family_rank: 'integer',
      address: 'text',
      firmware: 'text',
      model: 'text',
      push_version: 'text',
      users: 'integer',
      fingers: 'integer',
      faces: 'integer',
      records: 'integer',
      utc_offset: 'integer',
      clock_drift: 'integer',
      clock_drift_at: 'integer',
    },
    unique: ['serial_number'],
    indexes: {},
  },
  {
    // A row for each option, stamp and table to send again, so that concurrent contacts don't undo each other's.
    name: 'iclock_facts',
    columns: {
      serial_number: SN,
      member: 'key 8 not null',
      name: 'key 400 not null',
      value: 'text not null',
    },
    unique: ['serial_number', 'member', 'name'],
    indexes: {},
  },
  {
    // What `authorize` refused: a thousand rows at most.
    name: 'iclock_refused',
    columns: {
      serial_number: SN,
      address: 'key 600 not null',
      model: 'text',
      times: 'integer not null',
      first_at: 'integer not null',
      last_at: 'integer not null',
    },
    unique: ['serial_number', 'address'],
    indexes: {},
  },
  {
    // A row for each terminal and PIN.
    name: 'iclock_roster',
    columns: {
      serial_number: SN,
      pin: 'key 400 not null',
      version: 'key 64 not null',
      state: 'key 64 not null',
      changed_at: 'integer not null',
      removed_at: 'integer',
      command_ids: 'text not null',
      content: 'text not null',
    },
    unique: ['serial_number', 'pin'],
    indexes: {
      iclock_roster_pin: ['pin, serial_number'],
      iclock_roster_state: ['state, serial_number, pin'],
      iclock_roster_state_of: ['serial_number, state, pin'],
      iclock_roster_left: ['state, changed_at', "state = 'removed'"],
      iclock_roster_removed: ['removed_at, state', 'removed_at IS NOT NULL'],
    },
  },
  {
    // Files that terminals may fetch.
    name: 'iclock_offers',
    columns: {
      token: 'key 64 not null',
      serial_number: SN,
      offered_at: 'integer not null',
      expires_at: 'integer not null',
      served: 'integer not null',
      served_at: 'integer',
      content: 'text not null',
    },
    unique: ['token'],
    indexes: {
      iclock_offers_offered: ['offered_at, token'],
      iclock_offers_of: ['serial_number, offered_at, token'],
      iclock_offers_expired: ['expires_at'],
    },
  },
  {
    name: 'iclock_counters',
    columns: {
      serial_number: SN,
      positions: 'integer not null',
      numbers: 'integer not null',
    },
    unique: ['serial_number'],
    indexes: {},
  },
  {
    // What was stored, for readers of events. An entry that was forgotten is empty.
    name: 'iclock_events',
    columns: {
      shard: 'integer not null',
      place: 'integer not null',
      serial_number: SN,
      written_at: 'integer not null',
      body: 'text not null',
    },
    unique: ['shard', 'place'],
    indexes: {},
  },
  {
    // The latest moment before which all was forgotten.
    name: 'iclock_retention',
    columns: { name: 'key 16 not null', moment: 'integer not null' },
    unique: ['name'],
    indexes: {},
  },
]

const TYPES = {
  sqlite: {
    id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
    integer: 'INTEGER',
    text: 'TEXT',
    bytes: 'BLOB',
    key: () => 'TEXT',
  },
  mysql: {
    id: 'BIGINT AUTO_INCREMENT PRIMARY KEY',
    integer: 'BIGINT',
    text: 'LONGTEXT CHARACTER SET ascii COLLATE ascii_bin',
    bytes: 'LONGBLOB',
    key: (length: string) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`,
  },
  postgres: {
    id: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    integer: 'BIGINT',
    text: 'TEXT',
    bytes: 'BYTEA',
    key: () => 'TEXT COLLATE "C"',
  },
} as const

/** The statements that create what doesn't exist yet. */
export function definitions(dialect: Database['dialect']): string[] {
  return TABLES.flatMap(({ name, columns, unique, indexes }) => {
    const isOwnKey = Object.values(columns)[0] !== 'id'
    const parts = [
      ...Object.entries(columns).map(([column, type]) => `${column} ${typeIn(dialect, type)}`),
      // InnoDB needs a mark to tell which of the rows of one statement were new.
      ...(dialect === 'mysql' ? [`mark ${TYPES.mysql.key('24')}`] : []),
      `${isOwnKey ? 'PRIMARY KEY' : 'UNIQUE'} (${unique.join(', ')})`,
    ]
    // MySQL has no CREATE INDEX IF NOT EXISTS.
    const within = dialect === 'mysql'
    const entries = Object.entries(indexes)
    if (within) parts.push(...entries.map(([index, [keys]]) => `INDEX ${index} (${keys})`))
    const table = `CREATE TABLE IF NOT EXISTS ${name} (\n  ${parts.join(',\n  ')}\n)`
    if (within) return [table]
    return [
      table,
      ...entries.map(([index, [keys, where]]) => {
        const rows = where === undefined ? '' : ` WHERE ${where}`
        return `CREATE INDEX IF NOT EXISTS ${index} ON ${name} (${keys})${rows}`
      }),
    ]
  })
}

function typeIn(dialect: Database['dialect'], type: string): string {
  const [, name = '', length = '', rest = ''] = /^(\w+)(?: (\d+))?( not null)?$/.exec(type) ?? []
  const own = TYPES[dialect]
  const word = name === 'key' ? own.key(length) : own[name as 'integer']
  return `${word}${rest.toUpperCase()}`
}

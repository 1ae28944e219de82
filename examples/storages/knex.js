// Storage in any SQL database, through the app's own Knex: PostgreSQL, MariaDB, MySQL, SQLite.
// Every capability. Anything that must hold with other processes is one conditional statement; a
// token shows whose write it was.
import { createHash, randomUUID } from 'node:crypto'
import { assertIssuable, isPending, lineKey, outcomeOf } from 'express-iclock'

export function knexAdapter(knex) {
  const commands = () => knex('iclock_commands')
  const atKey = (serialNumber, id) => commands().where('record_key', keyOf(serialNumber, id))
  const waiting = (query) =>
    query.whereNull('reply_digest').whereNull('cancelled_at').where('has_terms', 1)
  const openAt = (query, now) => waiting(query).where('open_until', '>', now.getTime())

  async function keep(reply) {
    // Taken first: a call that is delayed later must not win over a newer one.
    const repliedAt = Date.now()
    const { serialNumber, commandId, raw, content } = reply
    const row = { ...identity(serialNumber, commandId), listed_at: repliedAt }
    await commands()
      .insert({ ...row, ...FRESH })
      .onConflict('record_key')
      .ignore()
    const members = pack({
      ...reply,
      raw: undefined,
      content: undefined,
      fields: pairsOf(reply.fields),
    })
    const digest = hash(members, raw, content ?? '', String(content !== undefined))
    // A duplicate changes nothing, a pending reply replaces nothing, and an older one never
    // replaces a newer one.
    const replaceable = (query) => {
      query.whereNull('reply_digest')
      if (isPending(reply)) return
      query.orWhere((other) =>
        other
          .whereNot('reply_digest', digest)
          .where((earlier) =>
            earlier.where('is_pending', 1).orWhere('replied_at', '<=', repliedAt),
          ),
      )
    }
    const kept = await retried(() =>
      atKey(serialNumber, commandId)
        .where(replaceable)
        .update({
          ...{ reply: members, raw, content: content ?? null, reply_digest: digest },
          ...{
            is_pending: Number(isPending(reply)),
            outcome: outcomeOf(reply).outcome,
            replied_at: repliedAt,
          },
        }),
    )
    return kept === 1 ? 'kept' : 'repeated'
  }

  async function findRecords(query) {
    return (await query.orderBy('position')).map(recordOf).filter((record) => record !== undefined)
  }

  return {
    /** Creates the tables; call it once, before the app starts. */
    async migrate() {
      const blob = BLOBS[knex.client.dialect] ?? 'blob'
      for (const [name, columns] of Object.entries(TABLES)) {
        if (await knex.schema.hasTable(name)) continue
        await knex.schema.createTable(name, (table) => columns(table, blob))
      }
    },

    async issue(issued) {
      const list = Array.isArray(issued) ? issued : [{ command: issued, issuedAt: new Date() }]
      for (const { command } of list) assertIssuable(command)
      // All or nothing.
      await retried(() =>
        knex.transaction(async (transaction) => {
          for (const { command, terms, issuedAt, openUntil } of list) {
            const { serialNumber, commandId, text } = command
            const row = {
              ...identity(serialNumber, commandId),
              ...FRESH,
              ...{
                command: pack(command),
                terms: terms ? pack(terms) : null,
                has_terms: terms ? 1 : 0,
              },
              ...{
                issued_at: +issuedAt,
                listed_at: +issuedAt,
                open_until: openUntil ? +openUntil : FOREVER,
              },
            }
            await transaction('iclock_commands').insert(row).onConflict('record_key').ignore()
            const known = await transaction('iclock_commands')
              .where('record_key', row.record_key)
              .forUpdate()
              .first()
            // An old reply would count for the new command.
            if (known.reply_digest || unpack(known.command)?.text !== text) {
              throw new Error(`the id ${commandId} was used`)
            }
          }
        }),
      )
    },
    openCommands: (serialNumber, now, limit) =>
      findRecords(openAt(commands().where('terminal_key', hash(serialNumber)), now).limit(limit)),
    async claim(serialNumber, claims) {
      const claimed = []
      for (const { commandId, attempt, sentAt, replyDueAt, openUntil } of claims) {
        const granted = await retried(() =>
          openAt(atKey(serialNumber, commandId), sentAt)
            .where('attempts_made', attempt - 1)
            .update({
              ...{ attempts_made: attempt, sent_at: +sentAt, reply_due_at: +replyDueAt },
              open_until: openUntil ? +openUntil : FOREVER,
            }),
        )
        if (granted === 0) break
        claimed.push(commandId)
      }
      return claimed
    },
    async release(serialNumber, at) {
      const open = openAt(commands().where('terminal_key', hash(serialNumber)), at)
      await open.where('reply_due_at', '>', +at).update({ reply_due_at: +at })
    },
    async cancel(serialNumber, commandIds, at, reason) {
      const closed = []
      for (const id of commandIds) {
        const live = atKey(serialNumber, id).whereNotNull('command').whereNull('cancelled_at')
        if (reason !== 'cancelled') live.where('attempts_made', 0).whereNull('reply_digest')
        else live.where((query) => query.whereNull('reply_digest').orWhere('is_pending', 1))
        const done = await retried(() =>
          live.clone().update({ cancelled_at: +at, cancelled_reason: reason }),
        )
        if (done === 1) closed.push(id)
      }
      return closed
    },
    findRecord: async (serialNumber, id) => (await findRecords(atKey(serialNumber, id)))[0],
    findCommand: async (serialNumber, id) =>
      (await findRecords(atKey(serialNumber, id)))[0]?.command,

    onReply: keep,
    async onUnparsed(lines, serialNumber) {
      for (const line of lines) {
        const row = { line_key: hash(serialNumber, '\0', line), serial: pack(serialNumber), line }
        await knex('iclock_unparsed').insert(row).onConflict('line_key').ignore()
      }
    },

    async onUpload(upload) {
      const token = randomUUID()
      const lines = [...upload.records, ...upload.unparsed]
      const rows = lines.map((line, index) => lineRow(upload, line, index, token))
      // In the same order, so that concurrent uploads don't deadlock.
      rows.sort((one, other) => (one.line_key < other.line_key ? -1 : 1))
      for (let start = 0; start < rows.length; start += BATCH) {
        const batch = rows.slice(start, start + BATCH)
        await retried(() => knex('iclock_lines').insert(batch).onConflict('line_key').ignore())
      }
      // Lines stored by this call were new.
      const kept = await knex('iclock_lines').where({ token }).select('place')
      const places = new Set(kept.map(({ place }) => Number(place)))
      return upload.records.filter((_, index) => places.has(index))
    },

    async onContact({ serialNumber, at, kind, ...told }) {
      const terminal_key = hash(serialNumber)
      const seen = {
        terminal_key,
        serial: pack(serialNumber),
        first_seen_at: +at,
        last_seen_at: +at,
      }
      await knex('iclock_terminals').insert(seen).onConflict('terminal_key').ignore()
      const own = () => knex('iclock_terminals').where({ terminal_key })
      await own().where('last_seen_at', '<', +at).update({ last_seen_at: +at })
      await own().where('first_seen_at', '>', +at).update({ first_seen_at: +at })
      // A row for each fact, so that two requests at the same moment never undo each other.
      const facts = Object.entries(told).flatMap(([member, value]) =>
        typeof value === 'object'
          ? Object.entries(value).map(([name, each]) => ({
              member,
              name: pack(name),
              value: pack(each),
            }))
          : [{ member, name: pack(''), value: pack(value) }],
      )
      const rows = facts
        .filter(({ value }) => value !== undefined)
        .map((fact) => ({
          ...fact,
          terminal_key,
          fact_key: hash(terminal_key, fact.member, '\0', fact.name),
        }))
      for (const row of rows.sort((one, other) => (one.fact_key < other.fact_key ? -1 : 1))) {
        await retried(() =>
          knex('iclock_facts').insert(row).onConflict('fact_key').merge(['value']),
        )
      }
    },
    terminals: () => findTerminals(knex, {}),
    findTerminal: async (serialNumber) =>
      (await findTerminals(knex, { terminal_key: hash(serialNumber) }))[0],

    // For people.
    replies: async () =>
      (await findRecords(commands().whereNotNull('reply'))).map(({ reply }) => reply),
    unparsed: async () =>
      (await knex('iclock_unparsed')).map(({ serial, line }) => ({
        serialNumber: unpack(serial),
        line: Buffer.from(line),
      })),
    lines: async () =>
      (await knex('iclock_lines').orderBy(['received_at', 'place'])).map(
        ({ serial, record, raw, content }) => ({
          serialNumber: unpack(serial),
          line: record === null ? Buffer.from(raw) : lineOf(unpack(record), raw, content),
        }),
      ),
  }
}

const BATCH = 200
// Every moment before it is a whole number that every database and driver represents exactly.
const FOREVER = Date.UTC(9999, 11, 31)
const FRESH = { attempts_made: 0, has_terms: 0, open_until: FOREVER, is_pending: 0 }

const BLOBS = { mysql: 'longblob', postgresql: 'bytea' }

const TABLES = {
  iclock_commands(table, blob) {
    table.bigIncrements('position')
    table.string('record_key', 64).notNullable().unique()
    table.string('terminal_key', 64).notNullable()
    table.text('serial', 'longtext').notNullable()
    table.text('id', 'longtext').notNullable()
    for (const name of ['command', 'terms', 'reply']) table.text(name, 'longtext')
    for (const name of ['raw', 'content']) table.specificType(name, blob)
    for (const name of ['attempts_made', 'has_terms', 'is_pending'])
      table.integer(name).notNullable()
    for (const name of ['listed_at', 'open_until']) table.bigInteger(name).notNullable()
    for (const name of ['issued_at', 'sent_at', 'reply_due_at', 'cancelled_at', 'replied_at']) {
      table.bigInteger(name)
    }
    table.string('reply_digest', 64)
    for (const name of ['outcome', 'cancelled_reason']) table.string(name, 16)
    table.index(['terminal_key', 'open_until'])
  },
  iclock_unparsed(table, blob) {
    table.string('line_key', 64).primary()
    table.text('serial', 'longtext').notNullable()
    table.specificType('line', blob).notNullable()
  },
  iclock_lines(table, blob) {
    table.bigIncrements('position')
    table.string('line_key', 64).notNullable().unique()
    table.text('serial', 'longtext').notNullable()
    // For an app's own queries: who came, and when.
    for (const name of ['type', 'pin', 'local_time']) table.text(name)
    table.text('record', 'longtext')
    for (const name of ['raw', 'content']) table.specificType(name, blob)
    table.bigInteger('received_at').notNullable()
    table.integer('place').notNullable()
    table.string('token', 36).notNullable().index()
  },
  iclock_terminals(table) {
    table.string('terminal_key', 64).primary()
    table.text('serial', 'longtext').notNullable()
    for (const name of ['first_seen_at', 'last_seen_at']) table.bigInteger(name).notNullable()
  },
  iclock_facts(table) {
    table.string('fact_key', 64).primary()
    table.string('terminal_key', 64).notNullable().index()
    table.string('member', 32).notNullable()
    for (const name of ['name', 'value']) table.text(name, 'longtext').notNullable()
  },
}

// A database may abort one of two concurrent writes, and ask to try again.
async function retried(write) {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (tries === 20 || !/deadlock|locked|serializ/i.test(error.message)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * tries))
    }
  }
}

// Databases compare text differently (case, accents, trailing blanks): keys are hashes.
function hash(...parts) {
  const sha256 = createHash('sha256')
  for (const part of parts) sha256.update(part)
  return sha256.digest('hex')
}

function keyOf(serialNumber, id) {
  return hash(JSON.stringify([serialNumber, id]))
}

function identity(serialNumber, id) {
  return {
    ...{ record_key: keyOf(serialNumber, id), terminal_key: hash(serialNumber) },
    ...{ serial: pack(serialNumber), id: pack(id) },
  }
}

// JSON in ASCII: no table's character set can change it.
function pack(value) {
  return JSON.stringify(value)?.replace(/[\x7f-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function unpack(text) {
  return text === null || text === undefined ? undefined : JSON.parse(text)
}

function pairsOf(fields) {
  return Object.entries(fields)
}

function fieldsOf(pairs) {
  const fields = Object.create(null)
  for (const [key, value] of pairs) fields[key] = value
  return fields
}

function recordOf(row) {
  // A call cut off between its two statements leaves an empty row.
  if (row.command === null && row.reply === null) return undefined
  const record = { attemptsMade: row.attempts_made }
  if (row.command !== null) record.command = unpack(row.command)
  if (row.terms !== null) {
    const { expiresAt, ...terms } = unpack(row.terms)
    record.terms = expiresAt === undefined ? terms : { ...terms, expiresAt: new Date(expiresAt) }
  }
  for (const [member, time] of [
    ['issuedAt', row.issued_at],
    ['sentAt', row.sent_at],
    ['replyDueAt', row.reply_due_at],
    ['openUntil', Number(row.open_until) === FOREVER ? null : row.open_until],
    ['repliedAt', row.replied_at],
  ]) {
    if (time !== null) record[member] = new Date(Number(time))
  }
  if (row.cancelled_at !== null) {
    record.cancelled = { at: new Date(Number(row.cancelled_at)), reason: row.cancelled_reason }
  }
  if (row.reply !== null) {
    const { fields, ...members } = unpack(row.reply)
    record.reply = { ...members, fields: fieldsOf(fields), raw: Buffer.from(row.raw) }
    if (row.content !== null) record.reply.content = Buffer.from(row.content)
  }
  return record
}

function lineRow(upload, line, place, token) {
  const row = {
    ...{ line_key: hash(lineKey(upload, line)), serial: pack(upload.serialNumber), place, token },
    received_at: upload.receivedAt.getTime(),
  }
  if (Buffer.isBuffer(line))
    return {
      ...row,
      type: null,
      pin: null,
      local_time: null,
      record: null,
      raw: line,
      content: null,
    }
  const { raw, content = null, fields, ...members } = line
  const record = pack({ ...members, ...(fields && { fields: pairsOf(fields) }) })
  const { type, pin = null, time = null } = members
  return {
    ...row,
    type: pack(type),
    pin: pin && pack(pin),
    local_time: time && pack(time),
    record,
    raw,
    content,
  }
}

function lineOf({ instant, fields, ...members }, raw, content) {
  return {
    ...members,
    ...(instant && { instant: new Date(instant) }),
    ...(fields && { fields: fieldsOf(fields) }),
    raw: Buffer.from(raw),
    ...(content && { content: Buffer.from(content) }),
  }
}

async function findTerminals(knex, where) {
  const terminals = await knex('iclock_terminals').where(where)
  const facts = await knex('iclock_facts').where(where)
  const found = terminals.map(({ terminal_key, serial, first_seen_at, last_seen_at }) => {
    const terminal = {
      serialNumber: unpack(serial),
      firstSeenAt: new Date(Number(first_seen_at)),
      lastSeenAt: new Date(Number(last_seen_at)),
    }
    for (const { member, name, value } of facts.filter(
      (fact) => fact.terminal_key === terminal_key,
    )) {
      const key = unpack(name)
      if (key === '') terminal[member] = unpack(value)
      else terminal[member] = { ...terminal[member], [key]: unpack(value) }
    }
    return terminal
  })
  return found.sort((one, other) => (one.serialNumber < other.serialNumber ? -1 : 1))
}

// Storage in SQLite, replies and commands, on a database that the app opens and closes with `libsql` or `better-sqlite3`.
import { assertIssuable, isPending } from 'express-iclock'

export function sqliteAdapter(db) {
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS commands (
      position INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, serialNumber TEXT, isOpen INTEGER,
      command TEXT, facts TEXT, reply TEXT, raw BLOB, content BLOB);
    CREATE INDEX IF NOT EXISTS openCommands ON commands (serialNumber) WHERE isOpen = 1;
    CREATE TABLE IF NOT EXISTS unparsed (key TEXT PRIMARY KEY, serialNumber TEXT, line BLOB)`)
  const find = db.prepare('SELECT * FROM commands WHERE key = ?')
  const put = db.prepare(`
    INSERT INTO commands (key, serialNumber, isOpen, command, facts, reply, raw, content)
    VALUES (:key, :serialNumber, :isOpen, :command, :facts, :reply, :raw, :content)
    ON CONFLICT (key) DO UPDATE SET isOpen = excluded.isOpen, command = excluded.command, facts = excluded.facts,
      reply = excluded.reply, raw = excluded.raw, content = excluded.content`)
  const findOpen = db.prepare(
    'SELECT * FROM commands WHERE serialNumber = ? AND isOpen = 1 ORDER BY position',
  )
  const findReplies = db.prepare('SELECT * FROM commands WHERE reply IS NOT NULL')
  const putUnparsed = db.prepare('INSERT OR IGNORE INTO unparsed VALUES (?, ?, ?)')
  const allUnparsed = db.prepare('SELECT serialNumber, line FROM unparsed')

  // Immediate: reads stay valid until the write, even with other processes.
  const inOneStep = (action) => db.transaction(action).immediate
  const read = (serialNumber, id) => recordOf(find.get(keyOf(serialNumber, id)))
  const write = (serialNumber, id, record) => put.run(rowOf(serialNumber, id, record))
  const isOpen = ({ openUntil }, now) => openUntil === undefined || openUntil > now
  const open = (serialNumber, now) =>
    findOpen
      .all(serialNumber)
      .map(recordOf)
      .filter((record) => isOpen(record, now))

  function keep(reply) {
    const { serialNumber, commandId } = reply
    const record = read(serialNumber, commandId) ?? { attemptsMade: 0 }
    // A pending reply may come again, or late, after the final one.
    if (record.reply && (isPending(reply) || isSame(record.reply, reply))) return 'repeated'
    write(serialNumber, commandId, { ...record, reply, repliedAt: new Date() })
    return 'kept'
  }

  return {
    issue: inOneStep((issued) => {
      const list = Array.isArray(issued) ? issued : [{ command: issued, issuedAt: new Date() }]
      for (const queued of list) {
        assertIssuable(queued.command)
        const { serialNumber, commandId, text } = queued.command
        const known = read(serialNumber, commandId)
        // An old reply would count for the new command.
        if (known && (known.reply || known.command.text !== text)) {
          throw new Error(`the id ${commandId} was used`)
        }
        if (!known) write(serialNumber, commandId, { ...queued, attemptsMade: 0 })
      }
    }),
    openCommands: (serialNumber, now, limit) => open(serialNumber, now).slice(0, limit),
    claim: inOneStep((serialNumber, claims) => {
      const claimed = []
      for (const { commandId, attempt, ...attempted } of claims) {
        const record = read(serialNumber, commandId)
        const isNext = record?.terms && record.attemptsMade === attempt - 1
        if (!isNext || record.reply || record.cancelled || !isOpen(record, attempted.sentAt)) break
        const { openUntil, ...others } = record
        write(serialNumber, commandId, { ...others, ...attempted, attemptsMade: attempt })
        claimed.push(commandId)
      }
      return claimed
    }),
    release: inOneStep((serialNumber, at) => {
      for (const record of open(serialNumber, at)) {
        if (!(record.replyDueAt > at)) continue
        write(serialNumber, record.command.commandId, { ...record, replyDueAt: at })
      }
    }),
    cancel: inOneStep((serialNumber, commandIds, at, reason) =>
      commandIds.filter((id) => {
        const record = read(serialNumber, id)
        if (!record?.command || record.cancelled) return false
        if (record.reply && !isPending(record.reply)) return false
        if (reason !== 'cancelled' && (record.attemptsMade > 0 || record.reply)) return false
        write(serialNumber, id, { ...record, cancelled: { at, reason } })
        return true
      }),
    ),
    findRecord: read,
    findCommand: (serialNumber, id) => read(serialNumber, id)?.command,
    findCommands: (serialNumber, ids) => ids.flatMap((id) => read(serialNumber, id)?.command ?? []),
    onReply: inOneStep(keep),
    // One transaction per body, so that it waits for the disk once.
    onReplies: inOneStep((answered) => answered.map(({ reply }) => keep(reply))),
    onUnparsed: inOneStep((lines, serialNumber) => {
      for (const line of lines) {
        putUnparsed.run(keyOf(serialNumber, line.toString('latin1')), serialNumber, line)
      }
    }),
    replies: () => findReplies.all().map((row) => recordOf(row).reply),
    unparsed: () =>
      allUnparsed
        .all()
        .map(({ serialNumber, line }) => ({ serialNumber, line: Buffer.from(line) })),
  }
}

// By terminal and id, since two terminals may have equal ids; as JSON, so that no two pairs make the same key.
function keyOf(serialNumber, id) {
  return JSON.stringify([serialNumber, id])
}

function rowOf(serialNumber, id, { command, reply, ...facts }) {
  const { raw = null, content = null, ...others } = reply ?? {}
  return {
    key: keyOf(serialNumber, id),
    serialNumber,
    isOpen: facts.terms && !reply && !facts.cancelled ? 1 : 0,
    command: command ? JSON.stringify(command) : null,
    facts: JSON.stringify(facts),
    reply: reply ? JSON.stringify(others) : null,
    raw,
    content,
  }
}

const DATES = ['issuedAt', 'sentAt', 'replyDueAt', 'openUntil', 'repliedAt', 'expiresAt', 'at']

function recordOf(row) {
  if (!row) return undefined
  const { command, facts, reply, raw, content } = row
  return {
    ...JSON.parse(facts, (name, value) => (DATES.includes(name) ? new Date(value) : value)),
    ...(command && { command: JSON.parse(command) }),
    ...(reply && {
      reply: {
        ...JSON.parse(reply),
        raw: Buffer.from(raw),
        ...(content && { content: Buffer.from(content) }),
      },
    }),
  }
}

function isSame(one, { raw, content, ...other }) {
  const { raw: bytes, content: file, ...known } = one
  const isEqual = (a, b) => (a && b ? a.equals(b) : a === b)
  return (
    JSON.stringify(known) === JSON.stringify(other) && isEqual(bytes, raw) && isEqual(file, content)
  )
}

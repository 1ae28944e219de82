// Storage in SQLite, the whole of it. `libsql` has the calls of better-sqlite3 and needs no compiler.
import Database from 'libsql'
export function sqliteAdapter(file) {
  const db = new Database(file)
  db.exec(`
    CREATE TABLE IF NOT EXISTS commands (key TEXT PRIMARY KEY, command TEXT);
    CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT, raw BLOB, content BLOB);
    CREATE TABLE IF NOT EXISTS unparsed (key TEXT PRIMARY KEY, serialNumber TEXT, line BLOB)`)
  const putCommand = db.prepare('REPLACE INTO commands VALUES (?, ?)')
  const getCommand = db.prepare('SELECT command FROM commands WHERE key = ?')
  const putReply = db.prepare('REPLACE INTO replies VALUES (?, ?, ?, ?)')
  const putPending = db.prepare('INSERT OR IGNORE INTO replies VALUES (?, ?, ?, ?)')
  const allReplies = db.prepare('SELECT * FROM replies')
  const putUnread = db.prepare('REPLACE INTO unparsed VALUES (?, ?, ?)')
  // Of the device and the id, for two devices may have equal ids; as JSON, for no two pairs make the same.
  const keyOf = (serialNumber, id) => JSON.stringify([serialNumber, id])
  return {
    issue(command) {
      putCommand.run(keyOf(command.serialNumber, command.commandId), JSON.stringify(command))
    },
    findCommand(serialNumber, commandId) {
      return JSON.parse(getCommand.get(keyOf(serialNumber, commandId))?.command ?? 'null')
    },
    onReply({ raw, content = null, ...reply }) {
      const put = reply.returnCode === -5000 ? putPending : putReply
      put.run(keyOf(reply.serialNumber, reply.commandId), JSON.stringify(reply), raw, content)
    },
    onUnparsed(lines, serialNumber) {
      const key = (line) => keyOf(serialNumber, line.toString('latin1'))
      for (const line of lines) putUnread.run(key(line), serialNumber, line)
    },
    replies() {
      return allReplies.all().map(({ reply, raw, content }) => ({
        ...{ ...JSON.parse(reply), raw: Buffer.from(raw) },
        ...(content && { content: Buffer.from(content) }),
      }))
    },
  }
}

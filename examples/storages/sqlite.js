// Storage in SQLite, the whole of it, on a database that the app opens and closes with `libsql` or `better-sqlite3`.

export function sqliteAdapter(db) {
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS commands (key TEXT PRIMARY KEY, command TEXT);
    CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT, raw BLOB, content BLOB);
    CREATE TABLE IF NOT EXISTS unparsed (key TEXT PRIMARY KEY, serialNumber TEXT, line BLOB)`)
  const putCommand = db.prepare('INSERT OR IGNORE INTO commands VALUES (?, ?)')
  const getCommand = db.prepare('SELECT command FROM commands WHERE key = ?')
  const getReply = db.prepare('SELECT reply, raw, content FROM replies WHERE key = ?')
  const putReply = db.prepare('REPLACE INTO replies VALUES (?, ?, ?, ?)')
  const allReplies = db.prepare('SELECT reply, raw, content FROM replies')
  const putUnparsed = db.prepare('INSERT OR IGNORE INTO unparsed VALUES (?, ?, ?)')

  // By device and id, since two devices may have equal ids; as JSON, so that no two pairs make the same key.
  const keyOf = (serialNumber, id) => JSON.stringify([serialNumber, id])
  const findCommand = (serialNumber, commandId) =>
    JSON.parse(getCommand.get(keyOf(serialNumber, commandId))?.command ?? 'null') ?? undefined

  function keep({ raw, content, ...others }) {
    const key = keyOf(others.serialNumber, others.commandId)
    const known = getReply.get(key)
    const row = [JSON.stringify(others), raw, content ?? null]
    const isSame =
      known !== undefined && row.every((value, index) => equals(value, Object.values(known)[index]))
    // A pending reply may come again, or late, after the final one.
    if (isSame || (known !== undefined && others.returnCode === -5000)) return 'repeated'
    putReply.run(key, ...row)
    return 'kept'
  }
  // Immediate: what is read stays true until it is written, beside other processes too.
  const inOneStep = (action) => db.transaction(action).immediate

  return {
    issue: inOneStep((command) => {
      const { serialNumber, commandId, text } = command
      if (!/^[0-9A-Za-z]{1,16}$/.test(commandId) || !/^[^\r\n\0]+$/.test(text)) {
        throw new TypeError('no terminal can carry this command')
      }
      const key = keyOf(serialNumber, commandId)
      const isUsed = (findCommand(serialNumber, commandId)?.text ?? text) !== text
      // An old reply would count for the new command.
      if (isUsed || getReply.get(key)) throw new Error(`the id ${commandId} was used`)
      putCommand.run(key, JSON.stringify(command))
    }),
    findCommand,
    findCommands: (serialNumber, ids) => ids.flatMap((id) => findCommand(serialNumber, id) ?? []),
    onReply: inOneStep(keep),
    // One transaction for a body: the disk is waited for once.
    onReplies: inOneStep((answered) => answered.map(({ reply }) => keep(reply))),
    onUnparsed: inOneStep((lines, serialNumber) => {
      for (const line of lines) {
        putUnparsed.run(keyOf(serialNumber, line.toString('latin1')), serialNumber, line)
      }
    }),
    replies: () =>
      allReplies.all().map(({ reply, raw, content }) => ({
        ...{ ...JSON.parse(reply), raw: Buffer.from(raw) },
        ...(content && { content: Buffer.from(content) }),
      })),
  }
}

function equals(one, other) {
  return Buffer.isBuffer(one) && other !== null ? one.equals(other) : one === other
}

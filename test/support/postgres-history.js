// A PostgreSQL database with years of history, filled by statements of its own: through the adapter
// it would take hours.

/**
 * How much there is, spread over so many days. Settled commands are those of the terminals `T1`,
 * `T2`, …, but `own` of them are those of `OWN`; what waits is for `LONG`, and what expired unasked
 * for `OFF`. Persons have the PINs `0`, `1`, …; half of the roster is on
 * all terminals, the other on `ALL`, and one row in ten is of somebody who left.
 *
 * @typedef {{ days: number, terminals: number, persons: number, settled: number, own: number,
 *   waiting: number, expired: number, attendance: number, uploads: number, roster?: number, offers?: number }} Amounts
 */

/** @param {Amounts} amounts */
function statements(amounts) {
  const { days, terminals, persons, settled, own, waiting, expired, attendance, uploads } = amounts
  const { roster = 0, offers = 0 } = amounts
  // The last row of each series is of the end.
  const series = (/** @type {number} */ count) =>
    `SELECT n, timestamptz ':end' - interval '1 day' * ${days} * (1 - n / ${count}::float) AS at FROM generate_series(1, ${count}) AS n`
  return [
    // Every other of the own commands is one of the newest.
    `INSERT INTO :schema.commands (serial_number, id_key, command_id, text, members, terms, key, attempts, pin, issued_at, listed_at,
    attempts_made, sent_at, reply_due_at, replied_at, return_code, command_name, outcome, meaning, fields, raw, reply_digest)
  SELECT CASE WHEN n % 2 = 0 AND n > ${settled} - 2 * ${own} THEN 'OWN' ELSE 'T' || (1 + n % ${terminals}) END, 's' || n, 's' || n,
    'DATA UPDATE USERINFO PIN=' || (n % ${persons}) || E'\\tName=Somebody ' || n,
    CASE WHEN n % 100 < 2 THEN jsonb_build_object('employee', n / 100) END, '{"attempts":5,"replyWithin":60000}',
    CASE WHEN n % 4 = 0 THEN 'user ' || (n % ${persons}) END, 5, (n % ${persons})::text, at, at, 1, at + interval '2 s',
    at + interval '62 s', at + interval '3 s', CASE WHEN n % 50 < 2 THEN -1 ELSE 0 END, 'DATA',
    CASE WHEN n % 50 < 2 THEN 'failed' ELSE 'succeeded' END, 'done', '[]',
    convert_to('ID=s' || n || '&Return=0&CMD=DATA', 'UTF8'), md5(n::text)
  FROM (${series(settled)}) AS settled`,
    `INSERT INTO :schema.commands (serial_number, id_key, command_id, text, terms, key, attempts, pin, issued_at, listed_at)
  SELECT 'LONG', 'w' || n, 'w' || n, 'DATA UPDATE USERINFO PIN=w' || n, '{"attempts":5,"replyWithin":60000}', 'user w' || n, 5,
    'w' || n, at, at
  FROM (${series(waiting)}) AS waiting`,
    `INSERT INTO :schema.commands (serial_number, id_key, command_id, text, terms, attempts, expires_at, open_until, issued_at,
    listed_at)
  SELECT 'OFF', 'e' || n, 'e' || n, 'CONTROL DEVICE 01010105', '{"attempts":1,"replyWithin":60000}', 1, at + interval '15 s',
    at + interval '15 s', at, at
  FROM (${series(expired)}) AS expired`,
    `INSERT INTO :schema.attendance (serial_number, line_key, position, pin, local_time, instant, status, verify, work_code, rest,
    raw, received_at)
  SELECT terminal, json_build_array(terminal, 'attlog', raw)::text, nextval(':schema.positions'), pin, local_time, at, '0', '1',
    '0', '[]', convert_to(raw, 'UTF8'), at
  FROM (SELECT *, pin || E'\\t' || local_time || E'\\t0\\t1\\t0' AS raw
    FROM (SELECT at, 'T' || (1 + n % ${terminals}) AS terminal, (n % ${persons})::text AS pin,
      to_char(at, 'YYYY-MM-DD HH24:MI:SS') AS local_time FROM (${series(attendance)}) AS numbered) AS punched) AS attended`,
    `INSERT INTO :schema.uploads (serial_number, line_key, position, kind, type, type_key, pin, record, raw, received_at)
  SELECT terminal, json_build_array(terminal, 'user', raw)::text, nextval(':schema.positions'), 'fields', 'user', 'user', pin,
    json_build_object('kind', 'fields', 'type', 'user', 'fields', json_build_array(json_build_array('PIN', pin))),
    convert_to(raw, 'UTF8'), at
  FROM (SELECT *, 'USER PIN=' || pin || E'\\tName=Somebody ' || n AS raw
    FROM (SELECT n, at, 'T' || (1 + n % ${terminals}) AS terminal, (n % ${persons})::text AS pin
      FROM (${series(uploads)}) AS numbered) AS named) AS uploaded`,
    `INSERT INTO :schema.unparsed (serial_number, digest, line, received_at)
  SELECT 'T' || (1 + n % ${terminals}), md5(n::text), convert_to('junk ' || n, 'UTF8'), at
  FROM (${series(uploads)}) AS unparsed`,
    `INSERT INTO :schema.terminals (serial_number, family, family_rank, address, model, options, first_seen_at, last_seen_at)
  SELECT 'T' || n, 'attendance', 2, '192.0.2.1', 'SpeedFace', jsonb_build_object('note', repeat(md5(n::text), 10)), at, at
  FROM (${series(terminals)}) AS terminals`,
    `INSERT INTO :schema.roster (serial_number, pin, version, state, changed_at, removed_at, command_ids, content)
  SELECT CASE WHEN n <= ${roster} / 2 THEN 'T' || (1 + n % ${terminals}) ELSE 'ALL' END,
    (CASE WHEN n <= ${roster} / 2 THEN n / ${terminals} ELSE n END)::text, 'v' || n, CASE WHEN n % 10 = 0 THEN 'removed'
    WHEN n % 1000 = 1 THEN 'failed' ELSE 'present' END, at, CASE WHEN n % 10 = 0 THEN at END, '["a","b"]',
    json_build_object('owner', 'ours', 'name', 'Somebody ' || n, 'meaning', 'on the terminal', 'version', repeat('x', 200),
      'facets', json_build_object('user', json_build_object('digest', md5(n::text))))::text
  FROM (${series(roster)}) AS kept`,
    `INSERT INTO :schema.offers (token, serial_number, offered_at, expires_at, served, content)
  SELECT md5(n::text), 'T' || (1 + n % ${terminals}), at, at + interval '7 days', 0, '{"name":"a.jpg","size":1000}'
  FROM (${series(offers)}) AS offered`,
  ]
}

/**
 * Fills the tables of a schema, which are empty, with what came until a moment, and looks after them
 * as PostgreSQL itself does in time.
 *
 * @param {{ query(text: string): Promise<{ rows: unknown[] }> }} client one connection
 * @param {string} schema
 * @param {Amounts} amounts
 * @param {Date} end
 */
export async function fillHistory(client, schema, amounts, end) {
  const quoted = `"${schema}"`
  // Indexes are made sooner than they grow.
  const { rows } = await client.query(
    `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = '${schema}' AND indexname NOT LIKE '%_pkey'`,
  )
  const indexes = /** @type {{ indexname: string, indexdef: string }[]} */ (rows)
  for (const { indexname } of indexes) await client.query(`DROP INDEX ${quoted}.${indexname}`)
  for (const statement of statements(amounts)) {
    const text = statement.replaceAll(':schema', quoted).replaceAll(':end', end.toISOString())
    await client.query(text)
  }
  for (const { indexdef } of indexes) await client.query(indexdef)
  const tables = ['commands', 'attendance', 'uploads', 'unparsed', 'terminals', 'roster', 'offers']
  for (const table of tables) await client.query(`VACUUM ANALYZE ${quoted}.${table}`)
}

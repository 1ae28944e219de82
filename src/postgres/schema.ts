// The tables and their migrations: each version runs once, however many processes start at the same
// moment.

/**
 * What one version adds; `:schema` is the schema's quoted name. A version that was released is
 * never changed.
 */
const VERSIONS: readonly string[] = [
  `
  CREATE TABLE :schema.commands (
    serial_number    text COLLATE "C" NOT NULL,
    -- The id, or a digest of one too long for an index.
    id_key           text COLLATE "C" NOT NULL,
    command_id       text COLLATE "C" NOT NULL,
    position         bigint GENERATED ALWAYS AS IDENTITY,
    command          jsonb,
    -- attempts, replyWithin, …; missing if the app hands the command out itself.
    terms            jsonb,
    issued_at        timestamptz,
    -- Its place in lists: when it was issued, or when its reply came if nobody issued it.
    listed_at        timestamptz NOT NULL,
    attempts_made    integer NOT NULL DEFAULT 0,
    sent_at          timestamptz,
    reply_due_at     timestamptz,
    open_until       timestamptz NOT NULL DEFAULT 'infinity',
    cancelled_at     timestamptz,
    cancelled_reason text,
    replied_at       timestamptz,
    return_code      bigint,
    command_name     text,
    outcome          text,
    meaning          text,
    fields           jsonb,
    raw              bytea,
    content          bytea,
    -- How many of raw's last bytes are the content.
    content_length   integer,
    reply_digest     text,
    PRIMARY KEY (serial_number, id_key)
  );
  CREATE INDEX commands_open ON :schema.commands (serial_number, open_until)
    WHERE terms IS NOT NULL AND replied_at IS NULL AND cancelled_at IS NULL;
  CREATE INDEX commands_listed ON :schema.commands (listed_at DESC, position DESC);
  CREATE INDEX commands_listed_of ON :schema.commands (serial_number, listed_at DESC, position DESC);
  CREATE INDEX commands_replied ON :schema.commands (replied_at DESC) WHERE replied_at IS NOT NULL;
  CREATE INDEX commands_failed ON :schema.commands (listed_at DESC, position DESC)
    WHERE outcome IN ('failed', 'unknown');

  CREATE TABLE :schema.unparsed (
    serial_number text COLLATE "C" NOT NULL,
    digest        text COLLATE "C" NOT NULL,
    line          bytea NOT NULL,
    received_at   timestamptz NOT NULL,
    PRIMARY KEY (serial_number, digest)
  );
  CREATE INDEX unparsed_received ON :schema.unparsed (received_at DESC);

  CREATE TABLE :schema.terminals (
    serial_number text COLLATE "C" PRIMARY KEY,
    family        text,
    address       text,
    firmware      text,
    model         text,
    push_version  text,
    users         bigint,
    fingers       bigint,
    faces         bigint,
    records       bigint,
    utc_offset    integer,
    options       jsonb,
    stamps        jsonb,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL
  );

  CREATE TABLE :schema.attendance (
    line_key      text COLLATE "C" PRIMARY KEY,
    serial_number text COLLATE "C" NOT NULL,
    pin           text NOT NULL,
    -- The terminal's wall clock as it came, and the moment if its zone is known.
    local_time    text COLLATE "C" NOT NULL,
    instant       timestamptz,
    status        text NOT NULL,
    verify        text NOT NULL,
    work_code     text NOT NULL,
    rest          jsonb NOT NULL,
    raw           bytea NOT NULL,
    received_at   timestamptz NOT NULL,
    -- Its place within its upload.
    place         integer NOT NULL
  );
  CREATE INDEX attendance_received ON :schema.attendance (received_at, place);
  CREATE INDEX attendance_local ON :schema.attendance (local_time);
  CREATE INDEX attendance_of_pin ON :schema.attendance (pin, local_time);
  CREATE INDEX attendance_of_terminal ON :schema.attendance (serial_number, received_at, place);

  CREATE TABLE :schema.uploads (
    line_key       text COLLATE "C" PRIMARY KEY,
    serial_number  text COLLATE "C" NOT NULL,
    kind           text NOT NULL,
    type           text NOT NULL,
    command_id     text,
    -- The members of the record; its fields as pairs, in the order of the terminal.
    record         jsonb NOT NULL,
    instant        timestamptz,
    raw            bytea NOT NULL,
    content_length integer,
    received_at    timestamptz NOT NULL,
    place          integer NOT NULL
  );
  CREATE INDEX uploads_received ON :schema.uploads (received_at, place);
  CREATE INDEX uploads_of_terminal ON :schema.uploads (serial_number, received_at, place);
  CREATE INDEX uploads_of_command ON :schema.uploads (serial_number, command_id) WHERE kind = 'packet';

  CREATE FUNCTION :schema.refuse_reuse(serial_number text, command_id text) RETURNS jsonb LANGUAGE plpgsql AS $reuse$
  BEGIN
    RAISE EXCEPTION 'command id % was used before for %', command_id, serial_number
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'command_id_reused', DETAIL = json_build_array(serial_number, command_id)::text;
  END $reuse$;
  `,
]

// Any number, the same in every process that shares the database.
const LOCK = 4_370_011_609

/**
 * The statement that brings a schema up to date. It is one statement, so that any connection of a
 * pool can run it, and a transaction-level lock makes other processes wait.
 */
export function migration(schema: string): string {
  const quoted = `"${schema}"`
  const steps = VERSIONS.map((statements, index) => {
    const version = index + 1
    return `
      IF current_version < ${version} THEN
        ${statements.replaceAll(':schema', quoted)}
        INSERT INTO ${quoted}.versions (version) VALUES (${version});
      END IF;`
  })
  return `
    DO $migrate$
    DECLARE current_version integer;
    BEGIN
      PERFORM pg_advisory_xact_lock(${LOCK});
      -- IF NOT EXISTS would ask for the right to create schemas even if this one exists.
      IF to_regnamespace('${quoted}') IS NULL THEN
        CREATE SCHEMA ${quoted};
      END IF;
      CREATE TABLE IF NOT EXISTS ${quoted}.versions (
        version integer PRIMARY KEY,
        migrated_at timestamptz NOT NULL DEFAULT now()
      );
      SELECT coalesce(max(version), 0) INTO current_version FROM ${quoted}.versions;
      ${steps.join('')}
    END $migrate$`
}

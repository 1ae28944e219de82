// The tables of version 1. Every key begins with the serial number, so that an app can partition
// them by it.

/** Commands that the queue may still send, or whose last attempt waits for its reply. */
export const OPEN_PHASES = "('waiting', 'expiring', 'sent', 'ending')"

const COMMANDS = `
  -- What was issued or kept later has a higher position.
  CREATE SEQUENCE :schema.positions;

  CREATE TABLE :schema.commands (
    serial_number    text COLLATE "C" NOT NULL,
    -- The id, or a digest of one too long for an index.
    id_key           text COLLATE "C" NOT NULL,
    command_id       text COLLATE "C" NOT NULL,
    position         bigint NOT NULL DEFAULT nextval(':schema.positions'),
    -- Missing if nobody issued it: a reply came.
    text             text,
    -- The app's own.
    members          jsonb,
    -- attempts, replyWithin, …; missing if the app hands the command out itself.
    terms            jsonb,
    key              text COLLATE "C",
    urgent           boolean NOT NULL DEFAULT false,
    attempts         integer,
    expires_at       timestamptz,
    -- The person it is about.
    pin              text COLLATE "C",
    issued_at        timestamptz,
    -- Its place in lists: when it was issued, or when its reply came if nobody issued it.
    listed_at        timestamptz NOT NULL,
    attempts_made    integer NOT NULL DEFAULT 0,
    sent_at          timestamptz,
    reply_due_at     timestamptz,
    open_until       timestamptz NOT NULL DEFAULT 'infinity',
    cancelled_at     timestamptz,
    cancelled_reason text COLLATE "C",
    replied_at       timestamptz,
    return_code      bigint,
    -- How many rows concluded a query without a reply.
    rows             integer,
    command_name     text,
    outcome          text COLLATE "C",
    meaning          text,
    fields           jsonb,
    raw              bytea,
    content          bytea,
    -- How many of raw's last bytes are the content.
    content_length   integer,
    reply_digest     text,
    -- Its state, but for the clock: 'expiring' is waiting until ends_at and expired from then on,
    -- 'ending' is sent and then unanswered; 'handed' is sent by the app itself; 'pending' has a
    -- pending reply, and 'withdrawn' was closed besides.
    phase            text COLLATE "C" NOT NULL GENERATED ALWAYS AS (CASE
      WHEN outcome <> 'pending' THEN outcome
      WHEN outcome = 'pending' AND cancelled_reason IS NOT NULL THEN 'withdrawn'
      WHEN outcome = 'pending' THEN 'pending'
      WHEN cancelled_reason IS NOT NULL THEN cancelled_reason
      WHEN terms IS NULL THEN 'handed'
      WHEN attempts_made = 0 THEN
        CASE WHEN least(expires_at, open_until) = 'infinity' THEN 'waiting' ELSE 'expiring' END
      WHEN attempts_made >= attempts OR least(expires_at, open_until) < 'infinity' THEN 'ending'
      ELSE 'sent' END) STORED,
    -- When its reply came, when it was closed, or when its time is over.
    ends_at          timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(replied_at, cancelled_at, CASE
      WHEN attempts_made = 0 THEN least(expires_at, open_until)
      WHEN attempts_made >= attempts THEN coalesce(reply_due_at, '-infinity')
      ELSE greatest(reply_due_at, least(expires_at, open_until)) END)) STORED,
    PRIMARY KEY (serial_number, id_key)
  -- Each command leaves several dead rows behind, at the head of its terminal's queue.
  ) WITH (autovacuum_vacuum_scale_factor = 0.05);
  -- Each change of a command goes into every index that it is in, so most hold only what they are for.
  CREATE INDEX commands_open ON :schema.commands (serial_number, position) WHERE phase IN ${OPEN_PHASES} AND NOT urgent;
  CREATE INDEX commands_urgent ON :schema.commands (serial_number, position) WHERE phase IN ('waiting', 'expiring') AND urgent;
  CREATE INDEX commands_unsent ON :schema.commands (serial_number, key, position)
    WHERE phase IN ('waiting', 'expiring') AND key IS NOT NULL;
  CREATE INDEX commands_listed ON :schema.commands (phase, listed_at DESC, position DESC);
  CREATE INDEX commands_listed_of ON :schema.commands (serial_number, phase, listed_at DESC, position DESC);
  CREATE INDEX commands_ended ON :schema.commands (phase, ends_at DESC, position DESC) WHERE ends_at < 'infinity';
  CREATE INDEX commands_ended_of ON :schema.commands (serial_number, phase, ends_at DESC, position DESC)
    WHERE ends_at < 'infinity';
  CREATE INDEX commands_ahead ON :schema.commands (sent_at) WHERE phase = 'ending';
  CREATE INDEX commands_key ON :schema.commands (key, listed_at DESC, position DESC) WHERE key IS NOT NULL;
  CREATE INDEX commands_pin ON :schema.commands (pin, listed_at DESC, position DESC) WHERE pin IS NOT NULL;
  CREATE INDEX commands_members ON :schema.commands USING gin (members jsonb_path_ops) WHERE members IS NOT NULL;

  CREATE FUNCTION :schema.refuse_reuse(serial_number text, command_id text) RETURNS text LANGUAGE plpgsql AS $reuse$
  BEGIN
    RAISE EXCEPTION 'command id % was used before for %', command_id, serial_number
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'command_id_reused', DETAIL = json_build_array(serial_number, command_id)::text;
  END $reuse$;

  -- The last number that a terminal's counter gave.
  CREATE TABLE :schema.numbers (
    serial_number text COLLATE "C" PRIMARY KEY,
    last          bigint NOT NULL
  );

  CREATE TABLE :schema.unparsed (
    serial_number text COLLATE "C" NOT NULL,
    digest        text COLLATE "C" NOT NULL,
    position      bigint NOT NULL DEFAULT nextval(':schema.positions'),
    line          bytea NOT NULL,
    received_at   timestamptz NOT NULL,
    PRIMARY KEY (serial_number, digest)
  );
  CREATE INDEX unparsed_received ON :schema.unparsed (received_at DESC, position DESC);
  CREATE INDEX unparsed_received_of ON :schema.unparsed (serial_number, received_at DESC, position DESC);`

const UPLOADS = `
  CREATE TABLE :schema.attendance (
    serial_number text COLLATE "C" NOT NULL,
    line_key      text COLLATE "C" NOT NULL,
    position      bigint NOT NULL,
    pin           text COLLATE "C" NOT NULL,
    -- The terminal's wall clock as it came, and the moment if its zone is known.
    local_time    text COLLATE "C" NOT NULL,
    instant       timestamptz,
    status        text NOT NULL,
    verify        text NOT NULL,
    work_code     text NOT NULL,
    rest          jsonb NOT NULL,
    raw           bytea NOT NULL,
    received_at   timestamptz NOT NULL,
    PRIMARY KEY (serial_number, line_key)
  );
  CREATE INDEX attendance_received ON :schema.attendance (received_at DESC, position DESC);
  CREATE INDEX attendance_received_of ON :schema.attendance (serial_number, received_at DESC, position DESC);
  CREATE INDEX attendance_pin ON :schema.attendance (pin, received_at DESC, position DESC);
  -- A day and the blank behind it.
  CREATE INDEX attendance_day ON :schema.attendance (left(local_time, 11), received_at DESC, position DESC);
  CREATE INDEX attendance_day_of ON :schema.attendance (serial_number, left(local_time, 11), received_at DESC, position DESC);

  CREATE TABLE :schema.uploads (
    serial_number  text COLLATE "C" NOT NULL,
    line_key       text COLLATE "C" NOT NULL,
    position       bigint NOT NULL,
    kind           text COLLATE "C" NOT NULL,
    type           text NOT NULL,
    -- The type, or a digest of one too long for an index.
    type_key       text COLLATE "C" NOT NULL,
    -- The person it is about.
    pin            text COLLATE "C",
    -- Of a packet: which result it belongs to, and which part of it it is.
    packet_set     text COLLATE "C",
    packet_index   integer,
    -- The members of the record; its fields as pairs, in the order of the device.
    record         jsonb NOT NULL,
    instant        timestamptz,
    raw            bytea NOT NULL,
    content_length integer,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (serial_number, line_key)
  );
  CREATE INDEX uploads_kind ON :schema.uploads (kind, received_at DESC, position DESC);
  CREATE INDEX uploads_kind_of ON :schema.uploads (serial_number, kind, received_at DESC, position DESC);
  CREATE INDEX uploads_type ON :schema.uploads (type_key, received_at DESC, position DESC);
  CREATE INDEX uploads_type_of ON :schema.uploads (serial_number, type_key, received_at DESC, position DESC);
  CREATE INDEX uploads_pin ON :schema.uploads (pin, received_at DESC, position DESC) WHERE pin IS NOT NULL;
  CREATE INDEX uploads_packet ON :schema.uploads (serial_number, packet_set, packet_index, position DESC)
    WHERE packet_set IS NOT NULL;

  -- The latest moment before which things were deleted.
  CREATE TABLE :schema.forgotten (
    id     boolean PRIMARY KEY DEFAULT true CHECK (id),
    before timestamptz NOT NULL
  );`

const TERMINALS = `
  CREATE TABLE :schema.terminals (
    serial_number text COLLATE "C" PRIMARY KEY,
    family        text,
    family_rank   integer,
    address       text,
    firmware      text,
    model         text,
    push_version  text,
    users         bigint,
    fingers       bigint,
    faces         bigint,
    records       bigint,
    utc_offset    integer,
    clock_drift   bigint,
    clock_drift_at timestamptz,
    options       jsonb,
    stamps        jsonb,
    -- By table: 'asked' or 'answered'.
    resend        jsonb,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL
  -- Lists don't read options: longer ones are stored beside the table.
  ) WITH (toast_tuple_target = 256);

  -- What \`authorize\` refused, for people to approve: a thousand rows at most.
  CREATE TABLE :schema.refused (
    serial_number text COLLATE "C" NOT NULL,
    address       text COLLATE "C" NOT NULL,
    model         text,
    times         bigint NOT NULL,
    first_at      timestamptz NOT NULL,
    last_at       timestamptz NOT NULL,
    PRIMARY KEY (serial_number, address)
  );`

const ROSTER = `
  -- A row for each terminal and PIN.
  CREATE TABLE :schema.roster (
    serial_number text COLLATE "C" NOT NULL,
    pin           text COLLATE "C" NOT NULL,
    version       text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    changed_at    timestamptz NOT NULL,
    removed_at    timestamptz,
    command_ids   jsonb NOT NULL,
    content       text NOT NULL,
    PRIMARY KEY (serial_number, pin)
  );
  CREATE INDEX roster_pin ON :schema.roster (pin, serial_number);
  CREATE INDEX roster_state ON :schema.roster (state, serial_number, pin);
  CREATE INDEX roster_state_of ON :schema.roster (serial_number, state, pin);
  CREATE INDEX roster_left ON :schema.roster (changed_at) WHERE state = 'removed';
  CREATE INDEX roster_removed ON :schema.roster (removed_at, state) WHERE removed_at IS NOT NULL;`

const OFFERS = `
  -- Files that terminals may fetch; their bytes are the app's.
  CREATE TABLE :schema.offers (
    token         text COLLATE "C" PRIMARY KEY,
    serial_number text COLLATE "C" NOT NULL,
    offered_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    served        bigint NOT NULL,
    served_at     timestamptz,
    content       jsonb NOT NULL
  );
  CREATE INDEX offers_offered ON :schema.offers (offered_at, token);
  CREATE INDEX offers_of ON :schema.offers (serial_number, offered_at, token);
  CREATE INDEX offers_expired ON :schema.offers (expires_at);`

const EVENTS = `
  -- What was stored, for readers of events. An entry that was forgotten is empty.
  CREATE TABLE :schema.events (
    shard         integer NOT NULL,
    -- 1, 2, 3, … in each part, without gaps.
    place         bigint NOT NULL,
    serial_number text COLLATE "C" NOT NULL,
    written_at    timestamptz NOT NULL,
    body          text NOT NULL,
    PRIMARY KEY (shard, place)
  );

  -- Each statement in it sees what was committed before it: a place that is taken is waited for, and the
  -- next one tried. No others can take the places behind it before this transaction is done.
  CREATE FUNCTION :schema.log_events(part integer, terminal text, at timestamptz, bodies text[])
  RETURNS bigint LANGUAGE plpgsql AS $log$
  DECLARE
    free bigint;
  BEGIN
    LOOP
      SELECT coalesce(max(place), 0) + 1 INTO free FROM :schema.events WHERE shard = part;
      INSERT INTO :schema.events (shard, place, serial_number, written_at, body)
        VALUES (part, free, terminal, at, bodies[1]) ON CONFLICT DO NOTHING;
      EXIT WHEN FOUND;
    END LOOP;
    INSERT INTO :schema.events (shard, place, serial_number, written_at, body)
      SELECT part, free + number - 1, terminal, at, text FROM unnest(bodies) WITH ORDINALITY AS own (text, number)
      WHERE number > 1;
    RETURN free + cardinality(bodies) - 1;
  END $log$;`

/** The tables and indexes; `:schema` is the schema's quoted name. */
export const TABLES: string = COMMANDS + UPLOADS + TERMINALS + ROSTER + OFFERS + EVENTS

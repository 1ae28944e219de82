// Commands: issued in order, claimed conditionally, closed. One statement each, so that any pool
// works.
import { assertIssuable, type IssuedCommand, keyOf, usedId } from '../command.js'
import type { Claim, CommandStorage, QueuedCommand } from '../queue/storage.js'
import type { Family, FamilyOfTerminal } from '../reply/outcome.js'
import { COMMAND_ROW, type CommandRow, listCommands, recordOf } from './command-row.js'
import { type Database, moment } from './query.js'
import { idKeyOf, restored, restoredJson, storable, storableJson } from './text.js'

/** Commands in PostgreSQL. */
export interface PostgresCommands<Issued extends IssuedCommand>
  extends Required<CommandStorage<Issued>> {
  /** Stores commands for the queue to hand out: see `CommandStorage`. */
  issue(commands: readonly QueuedCommand<Issued>[]): Promise<void>
  /**
   * Stores a command that the app sends to its terminal itself, so that its reply finds it. The
   * queue never hands it out. Await it before the terminal gets the command.
   */
  issue<Given extends Issued>(command: Given): Promise<void>
  findCommand(serialNumber: string, commandId: string): Promise<Issued | undefined>
  findCommands(serialNumber: string, commandIds: readonly string[]): Promise<Issued[]>
}

const ISSUE = `
  INSERT INTO :schema.commands AS kept
    (serial_number, id_key, command_id, command, terms, issued_at, listed_at, open_until)
  SELECT serial_number, id_key, command_id, command, terms, ${moment('issued_at')}, ${moment('issued_at')},
    coalesce(${moment('open_until')}, 'infinity')
  FROM jsonb_to_recordset($1::jsonb) AS issued (place integer, serial_number text, id_key text, command_id text,
    command jsonb, terms jsonb, issued_at bigint, open_until bigint)
  ORDER BY place
  ON CONFLICT (serial_number, id_key) DO UPDATE SET command =
    CASE WHEN kept.replied_at IS NULL AND kept.command ->> 'text' = excluded.command ->> 'text' THEN kept.command
      ELSE :schema.refuse_reuse(excluded.serial_number, excluded.command_id) END`

// Rows are locked in the same order, so that concurrent claims don't deadlock. Once a row is
// locked, no other claim can change it, and claims are granted up to the first that can't be.
const CLAIM = `
  WITH claims AS (
    SELECT * FROM jsonb_to_recordset($2::jsonb)
      AS claims (place integer, id_key text, attempt integer, sent_at bigint, reply_due_at bigint, open_until bigint)
  ), locked AS (
    SELECT * FROM :schema.commands
    WHERE serial_number = $1 AND id_key IN (SELECT id_key FROM claims) ORDER BY position FOR UPDATE
  ), granted AS (
    SELECT claims.*, bool_and(coalesce(attempts_made = attempt - 1 AND terms IS NOT NULL AND replied_at IS NULL
      AND cancelled_at IS NULL AND locked.open_until > ${moment('claims.sent_at')}, false)) OVER (ORDER BY place) AS is_granted
    FROM claims LEFT JOIN locked USING (id_key)
  )
  UPDATE :schema.commands AS kept
  SET attempts_made = attempt, sent_at = ${moment('granted.sent_at')}, reply_due_at = ${moment('granted.reply_due_at')},
    open_until = coalesce(${moment('granted.open_until')}, 'infinity')
  FROM granted
  WHERE kept.serial_number = $1 AND kept.id_key = granted.id_key AND is_granted
  RETURNING json_build_array(place, kept.command_id)::text AS row`

const OPEN = `
  SELECT ${COMMAND_ROW} AS row FROM :schema.commands
  WHERE serial_number = $1 AND terms IS NOT NULL AND replied_at IS NULL AND cancelled_at IS NULL
    AND open_until > ${moment('$2')}
  ORDER BY position LIMIT $3`

const RELEASE = `
  UPDATE :schema.commands SET reply_due_at = ${moment('$2')}
  WHERE serial_number = $1 AND terms IS NOT NULL AND replied_at IS NULL AND cancelled_at IS NULL
    AND open_until > ${moment('$2')} AND reply_due_at > ${moment('$2')}`

// A pending reply doesn't settle a command, so it can still be cancelled.
const CANCEL = `
  UPDATE :schema.commands SET cancelled_at = ${moment('$3')}, cancelled_reason = $4
  WHERE serial_number = $1 AND id_key = ANY ($2::text[]) AND command IS NOT NULL AND cancelled_at IS NULL
    AND (replied_at IS NULL OR outcome = 'pending')
    AND ($4 = 'cancelled' OR (attempts_made = 0 AND replied_at IS NULL))
  RETURNING to_json(command_id)::text AS row`

const FIND = `
  SELECT ${COMMAND_ROW} AS row FROM :schema.commands WHERE serial_number = $1 AND id_key = ANY ($2::text[])`

const FIND_ISSUED = `
  SELECT command::text AS row FROM :schema.commands
  WHERE serial_number = $1 AND id_key = ANY ($2::text[]) AND command IS NOT NULL`

/** The calls that hand commands out, on the tables of `migrate`. */
export function commandsOn<Issued extends IssuedCommand>(
  database: Database,
  family: Family | FamilyOfTerminal,
): PostgresCommands<Issued> {
  const findRows = (serialNumber: string, ids: readonly string[]) =>
    database.rows<CommandRow<Issued>>(FIND, [storable(serialNumber), idKeys(ids)])
  const findCommands = async (serialNumber: string, ids: readonly string[]) => {
    const values = [storable(serialNumber), idKeys(ids)]
    return (await database.rows<Issued>(FIND_ISSUED, values)).map(restoredJson)
  }
  return {
    async issue(issued: Issued | readonly QueuedCommand<Issued>[]) {
      const commands = isList(issued) ? issued : [{ command: issued, issuedAt: new Date() }]
      for (const { command } of commands) assertIssuable(command)
      const rows = distinct(commands).map(issuedRow)
      if (rows.length > 0) await database.rows(ISSUE, [storableJson(rows)]).catch(explainReuse)
    },
    async openCommands(serialNumber, now, limit) {
      const values = [storable(serialNumber), now.getTime(), limit]
      return (await database.rows<CommandRow<Issued>>(OPEN, values)).map(recordOf)
    },
    async claim(serialNumber, claims) {
      if (claims.length === 0) return []
      const rows = claims.map(claimRow)
      const values = [storable(serialNumber), storableJson(rows)]
      const granted = await database.rows<[place: number, commandId: string]>(CLAIM, values)
      return granted.sort(([one], [other]) => one - other).map(([, commandId]) => commandId)
    },
    async release(serialNumber, at) {
      await database.rows(RELEASE, [storable(serialNumber), at.getTime()])
    },
    async cancel(serialNumber, commandIds, at, reason) {
      if (commandIds.length === 0) return []
      const values = [storable(serialNumber), idKeys(commandIds), at.getTime(), reason]
      return (await database.rows<string>(CANCEL, values)).map(restored)
    },
    async findRecord(serialNumber, commandId) {
      const [row] = await findRows(serialNumber, [commandId])
      return row && recordOf(row)
    },
    async findCommand(serialNumber, commandId) {
      return (await findCommands(serialNumber, [commandId]))[0]
    },
    findCommands,
    commands: (filter, now) => listCommands(database, filter, now, family),
  }
}

function idKeys(ids: readonly string[]): string[] {
  return ids.map((id) => storable(idKeyOf(id)))
}

/** A command to store; without terms it is one that the app sends itself. */
type Given<Issued extends IssuedCommand> = Omit<QueuedCommand<Issued>, 'terms'> &
  Partial<Pick<QueuedCommand<Issued>, 'terms'>>

function isList<Issued extends IssuedCommand>(
  issued: Issued | readonly QueuedCommand<Issued>[],
): issued is readonly QueuedCommand<Issued>[] {
  return Array.isArray(issued)
}

// A statement can't touch a row twice: the same command twice counts as one, and another text under
// the same id is refused.
function distinct<Issued extends IssuedCommand>(
  commands: readonly Given<Issued>[],
): Given<Issued>[] {
  const byKey = new Map<string, Given<Issued>>()
  for (const given of commands) {
    const key = keyOf(given.command.serialNumber, given.command.commandId)
    const first = byKey.get(key) ?? given
    if (first.command.text !== given.command.text) throw usedId(given.command)
    byKey.set(key, first)
  }
  return [...byKey.values()]
}

function issuedRow<Issued extends IssuedCommand>(
  { command, terms, issuedAt, openUntil }: Given<Issued>,
  place: number,
): object {
  return {
    place,
    serial_number: command.serialNumber,
    id_key: idKeyOf(command.commandId),
    command_id: command.commandId,
    command,
    terms,
    issued_at: issuedAt.getTime(),
    open_until: openUntil?.getTime(),
  }
}

function claimRow(
  { commandId, attempt, sentAt, replyDueAt, openUntil }: Claim,
  place: number,
): object {
  return {
    place,
    id_key: idKeyOf(commandId),
    attempt,
    sent_at: sentAt.getTime(),
    reply_due_at: replyDueAt.getTime(),
    open_until: openUntil?.getTime(),
  }
}

function explainReuse(error: unknown): never {
  const { constraint, detail } = error as { constraint?: unknown; detail?: unknown }
  if (constraint !== 'command_id_reused') throw error
  const [serialNumber = '', commandId = ''] = JSON.parse(String(detail)) as string[]
  throw usedId({ serialNumber: restored(serialNumber), commandId })
}

// Commands: issued in order, found, and counted by their terminals. One statement each, so that any
// pool will do.
import { distinctCommands, type IssuedCommand, keyOf, usedId } from '../command.js'
import { personIn } from '../queue/person.js'
import type { CommandStorage, QueuedCommand } from '../queue/storage.js'
import type { ReplyStorage } from '../reply/storage.js'
import { beginningsOn } from './beginning.js'
import {
  commandOf,
  RECORD,
  type RecordRow,
  recordOf,
  SUMMARY,
  type SummaryRow,
  summaryOf,
} from './command-row.js'
import { type Database, Json, moment } from './query.js'
import { keyOfText, restoredJson } from './text.js'

const ISSUE = `
  INSERT INTO :schema.commands AS kept
    (serial_number, id_key, command_id, text, members, terms, key, urgent, attempts, expires_at, pin, issued_at, listed_at,
      attempts_made, sent_at, open_until)
  SELECT serial_number, id_key, command_id, text, members, terms, key, urgent, attempts, ${moment('expires_at')}, pin,
    ${moment('issued_at')}, ${moment('issued_at')}, attempts_made, ${moment('sent_at')},
    coalesce(${moment('open_until')}, 'infinity')
  FROM jsonb_to_recordset($1::jsonb) AS issued (place integer, serial_number text, id_key text, command_id text, text text,
    members jsonb, terms jsonb, key text, urgent boolean, attempts integer, expires_at bigint, pin text, issued_at bigint,
    attempts_made integer, sent_at bigint, open_until bigint)
  ORDER BY place
  ON CONFLICT (serial_number, id_key) DO UPDATE SET text =
    CASE WHEN kept.replied_at IS NULL AND kept.text = excluded.text THEN kept.text
      ELSE :schema.refuse_reuse(excluded.serial_number, excluded.command_id) END
  RETURNING 'true' AS row`

const FIND = `SELECT ${RECORD} FROM :schema.commands WHERE serial_number = $1 AND id_key = $2`

const FIND_ISSUED = `
  SELECT json_build_object('commandId', command_id, 'text', text, 'members', members)::text AS row
  FROM :schema.commands WHERE serial_number = $1 AND id_key = ANY ($2::text[]) AND text IS NOT NULL`

// A row each by its key, whatever the planner believes of the table.
const FIND_SUMMARIES = `
  SELECT found.row FROM unnest($1::text[], $2::text[]) AS asked (serial_number, id_key)
  CROSS JOIN LATERAL (SELECT json_build_object(${SUMMARY})::text AS row FROM :schema.commands AS kept
    WHERE kept.serial_number = asked.serial_number AND kept.id_key = asked.id_key LIMIT 1) AS found`

const COUNT_ON = `
  INSERT INTO :schema.numbers AS counter (serial_number, last) VALUES ($1, $2::bigint)
  ON CONFLICT (serial_number) DO UPDATE SET last = counter.last + excluded.last
  RETURNING (last - $2::bigint + 1)::text AS row`

/** What commands are issued and found by. */
export interface PostgresCommands<Issued extends IssuedCommand>
  extends Required<
      Pick<
        CommandStorage<Issued>,
        'issue' | 'recordSent' | 'findRecord' | 'findBeginning' | 'findSummaries' | 'nextNumbers'
      >
    >,
    Required<Pick<ReplyStorage<Issued>, 'findCommand' | 'findCommands'>> {}

/** Issues and finds commands: see `CommandStorage`. */
export function commandsOn<Issued extends IssuedCommand>(
  database: Database,
): PostgresCommands<Issued> {
  const keep = async (commands: readonly Kept<Issued>[]) => {
    // A statement can't touch a row twice.
    const rows = distinctCommands(commands).map(issuedRow)
    if (rows.length > 0) await database.rows(ISSUE, [new Json(rows)]).catch(explainReuse)
  }
  const findCommands = async (serialNumber: string, commandIds: readonly string[]) => {
    const values = [serialNumber, commandIds.map(keyOfText)]
    const rows = await database.rows<Omit<RecordRow<Issued>, 'serialNumber'>>(FIND_ISSUED, values)
    return rows.map((row) => commandOf({ ...row, serialNumber }) as Issued)
  }
  return {
    issue: keep,
    async recordSent(command) {
      const sentAt = new Date()
      await keep([{ command, issuedAt: sentAt, sentAt }])
    },
    async findRecord(serialNumber, commandId) {
      const values = [serialNumber, keyOfText(commandId)]
      const [row] = await database.rows<RecordRow<Issued>>(FIND, values)
      return row && recordOf(row)
    },
    ...beginningsOn<Issued>(database),
    // A whole record would read a reply that came before, however long it is.
    async findCommand(serialNumber, commandId) {
      return (await findCommands(serialNumber, [commandId]))[0]
    },
    findCommands,
    async findSummaries(identities) {
      const asked = new Map(
        identities.map(({ serialNumber, commandId }) => {
          return [keyOf(serialNumber, commandId), { serialNumber, commandId }]
        }),
      )
      const rows = await database.rows<SummaryRow<Issued>>(FIND_SUMMARIES, [
        [...asked.values()].map(({ serialNumber }) => serialNumber),
        [...asked.values()].map(({ commandId }) => keyOfText(commandId)),
      ])
      return rows.map(summaryOf)
    },
    async nextNumbers(serialNumber, count) {
      const [first] = await database.rows<number>(COUNT_ON, [serialNumber, count])
      return first as number
    },
  }
}

/** A command to store; one that the app sends itself has no terms. */
interface Kept<Issued extends IssuedCommand>
  extends Omit<QueuedCommand<Issued>, 'terms'>,
    Partial<Pick<QueuedCommand<Issued>, 'terms'>> {
  sentAt?: Date
}

function issuedRow<Issued extends IssuedCommand>(
  { command, terms, issuedAt, sentAt, openUntil }: Kept<Issued>,
  place: number,
): object {
  const { serialNumber, commandId, text, ...members } = command
  return {
    place,
    serial_number: serialNumber,
    id_key: keyOfText(commandId),
    command_id: commandId,
    text,
    members: Object.keys(members).length > 0 ? members : undefined,
    terms,
    key: terms?.key,
    urgent: terms?.urgent ?? false,
    attempts: terms?.attempts,
    expires_at: terms?.expiresAt?.getTime(),
    pin: personIn(text),
    issued_at: issuedAt.getTime(),
    attempts_made: sentAt === undefined ? 0 : 1,
    sent_at: sentAt?.getTime(),
    open_until: openUntil?.getTime(),
  }
}

function explainReuse(error: unknown): never {
  const { constraint, detail } = error as { constraint?: unknown; detail?: unknown }
  if (constraint !== 'command_id_reused') throw error
  const [serialNumber = '', commandId = ''] = restoredJson<string[]>(String(detail))
  throw usedId({ serialNumber, commandId })
}

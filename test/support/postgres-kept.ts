// Everything that a PostgreSQL database has kept, whole, as the contract asks for it.
import type { UploadedLine } from '../../src/contract.js'
import { restoredJson } from '../../src/postgres/text.js'
import type { PostgresAdapter, PostgresPool } from '../../src/postgres.js'
import type { CommandReply } from '../../src/reply/reply.js'
import type { UploadRecord } from '../../src/upload/upload.js'
import { contentIn } from './stored-content.js'

const ATTENDED = `SELECT json_build_object('serialNumber', serial_number, 'raw', encode(raw, 'base64'), 'instant', instant,
  'record', json_build_object('kind', 'attendance', 'type', 'attlog', 'pin', pin, 'time', local_time, 'status', status,
    'verify', verify, 'workCode', work_code, 'rest', rest))::text AS row FROM :schema.attendance ORDER BY position`

const UPLOADED = `SELECT json_build_object('serialNumber', serial_number, 'raw', encode(raw, 'base64'), 'instant', instant,
  'record', record, 'contentLength', content_length)::text AS row FROM :schema.uploads ORDER BY position`

interface LineRow {
  serialNumber: string
  raw: string
  instant: string | null
  record: { kind: string; fields?: [key: string, value: string][] }
  contentLength?: number | null
}

/** Reads the tables of a schema. */
export function keptIn(pool: PostgresPool, schema: string, adapter: PostgresAdapter) {
  const rowsOf = async <Row>(statement: string): Promise<Row[]> => {
    const { rows } = await pool.query(statement.replaceAll(':schema', `"${schema}"`))
    return rows.map((row) => restoredJson<Row>((row as { row: string }).row))
  }
  return {
    async replies(): Promise<CommandReply[]> {
      const answered = await rowsOf<[serialNumber: string, commandId: string]>(
        `SELECT json_build_array(serial_number, command_id)::text AS row FROM :schema.commands
        WHERE replied_at IS NOT NULL ORDER BY replied_at`,
      )
      const records = await Promise.all(answered.map((each) => adapter.findRecord(...each)))
      return records.flatMap((record) => record?.reply ?? [])
    },
    async unparsed(): Promise<{ serialNumber: string; line: Buffer }[]> {
      const lines = await rowsOf<[serialNumber: string, line: string]>(
        `SELECT json_build_array(serial_number, encode(line, 'base64'))::text AS row FROM :schema.unparsed`,
      )
      return lines.map(([serialNumber, line]) => {
        return { serialNumber, line: Buffer.from(line, 'base64') }
      })
    },
    async lines(): Promise<UploadedLine[]> {
      const rows = [...(await rowsOf<LineRow>(ATTENDED)), ...(await rowsOf<LineRow>(UPLOADED))]
      return rows.map(lineOf)
    },
  }
}

function lineOf({ serialNumber, raw, instant, record, contentLength }: LineRow): UploadedLine {
  const bytes = Buffer.from(raw, 'base64')
  if (record.kind === 'unparsed') return { serialNumber, line: bytes }
  const { fields, ...members } = record
  const line = {
    ...members,
    ...(fields !== undefined && { fields: fieldsOf(fields) }),
    ...(instant !== null && { instant: new Date(instant) }),
    ...(typeof contentLength === 'number' && {
      content: contentIn(bytes, contentLength, members),
    }),
    raw: bytes,
  }
  return { serialNumber, line: line as unknown as UploadRecord }
}

function fieldsOf(pairs: readonly [key: string, value: string][]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  for (const [key, value] of pairs) fields[key] = value
  return fields
}

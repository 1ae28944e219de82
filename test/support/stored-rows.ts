// Everything that an adapter over SQL has stored, read from its tables.
import type { UploadedLine } from '../../src/contract.js'
import type { CommandReply } from '../../src/index.js'
import { identityOf, RECORD } from '../../src/sql/command-row.js'
import { wholeOf } from '../../src/sql/packet.js'
import { replyOf } from '../../src/sql/reply-row.js'
import type { Row } from '../../src/sql/step.js'
import { bytes, fieldsOf, moment, number, unascii, unpack } from '../../src/sql/text.js'
import { contentIn } from './stored-content.js'

type Query = (sql: string) => Promise<readonly Row[]> | readonly Row[]

/** The ways out that the contract needs. */
export function storedRows(query: Query) {
  return {
    async replies(): Promise<CommandReply[]> {
      const rows = await query(`SELECT ${RECORD} FROM iclock_commands WHERE replied_at IS NOT NULL`)
      return rows.map((row) => {
        const { serialNumber, commandId } = identityOf(row)
        return replyOf(row, serialNumber, commandId)
      })
    },
    async unparsed() {
      const rows = await query('SELECT serial_number, raw, raw_tail FROM iclock_unparsed')
      return rows.map((row) => ({ serialNumber: serialNumberOf(row), line: wholeOf(row) }))
    },
    async lines(): Promise<UploadedLine[]> {
      const attendance = await query('SELECT * FROM iclock_attendance')
      const others = await query('SELECT * FROM iclock_uploads')
      return [...attendance.map(attendanceOf), ...others.map(otherOf)]
    },
  }
}

function serialNumberOf({ serial_number }: Row): string {
  return unascii(String(serial_number))
}

function attendanceOf(row: Row): UploadedLine {
  const text = (column: string) => unascii(String(row[column]))
  const instant = moment(row.instant)
  const columns = {
    ...{ pin: text('pin'), time: text('local_time'), status: text('status') },
    ...{ verify: text('verify'), workCode: text('work_code'), rest: [] },
  }
  const record = { kind: 'attendance', type: 'attlog', ...columns, raw: bytes(row.raw) } as const
  const further = unpack(row.record) as object
  const line = { ...record, ...further, ...(instant !== undefined && { instant }) }
  return { serialNumber: serialNumberOf(row), line }
}

function otherOf(row: Row): UploadedLine {
  const serialNumber = serialNumberOf(row)
  const raw = wholeOf(row)
  if (row.kind === 'unparsed') return { serialNumber, line: raw }
  const { fields, ...members } = unpack(row.record) as { fields?: [string, string][] }
  const [instant, length] = [moment(row.instant), number(row.content_length)]
  const line = {
    ...members,
    ...{ kind: row.kind, type: unascii(String(row.long_type ?? row.type_key)), raw },
    ...(fields !== undefined && { fields: fieldsOf(fields) }),
    ...(instant !== undefined && { instant }),
    ...(length !== undefined && { content: contentIn(raw, length, members) }),
  }
  return { serialNumber, line: line as unknown as Exclude<UploadedLine['line'], Buffer> }
}

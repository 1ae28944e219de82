// Attendance, in the app's own table.
import type { AttendanceRecord } from 'express-iclock'
import type { Database } from './database.js'

/** A row of the table. */
export interface Coming {
  time: string
  status: string
  terminal: string
}

export interface Attendance {
  /** Creates the table unless it exists. */
  migrate(): Promise<void>
  /** Stores a record; a duplicate changes nothing, because terminals repeat unanswered records. */
  keep(serialNumber: string, record: AttendanceRecord): Promise<void>
  /** The records of an employee, in order. */
  of(pin: string): Promise<Coming[]>
}

export function attendanceOn(database: Database): Attendance {
  return {
    async migrate() {
      await database.query(`
        CREATE TABLE IF NOT EXISTS hr_attendance (
          serial_number text, pin text, local_time text, status text, instant timestamptz,
          PRIMARY KEY (serial_number, pin, local_time, status)
        )`)
    },
    async keep(serialNumber, { pin, time, status, instant }) {
      await database.query(
        'INSERT INTO hr_attendance VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
        [serialNumber, pin, time, status, instant?.toISOString() ?? null],
      )
    },
    async of(pin) {
      const { rows } = await database.query<Coming>(
        `SELECT local_time AS time, status, serial_number AS terminal
        FROM hr_attendance WHERE pin = $1 ORDER BY local_time`,
        [pin],
      )
      return rows
    },
  }
}

// An access terminal as a device: options, clock, tables, restart.
import { BIO_TYPE } from '../biodata.js'
import { type BuiltCommand, CLOCK, QUERY, RESTART } from '../built.js'
import { build, type Field, fixed, optional, required, row } from '../line.js'
import { getting, setting } from '../option.js'
import { TIME_CODE, time } from '../time.js'
import { PIN } from '../value.js'
import { TABLE, type Table } from './table.js'

export type { Table }

/** Which rows of a table: all of them if nothing but the table is given. */
export interface Selection {
  /** The table, in exactly this letter case. */
  table: Table
  /** `Pin`. */
  pin?: string
  /** `Type`, as in `Biodata`; newer terminals want it for biodata and biophoto. */
  type?: number
  /** `starttime`, `YYYY-MM-DD hh:mm:ss`: for `transaction`, where the terminal supports it. Unproven. */
  from?: string
  /** `endtime`, as `from`. */
  to?: string
}

const CONDITIONS: readonly Field[] = [
  optional('Type', 'type', BIO_TYPE),
  optional('Pin', 'pin', PIN),
  optional('starttime', 'from', time()),
  optional('endtime', 'to', time()),
]

function tableQuery(builder: string, table: unknown, filter: string): BuiltCommand {
  const fields = [
    required('tablename', 'table', TABLE),
    fixed('fielddesc', '*'),
    fixed('filter', filter || '*'),
  ]
  const shape = { head: 'DATA QUERY', fields, nature: QUERY, between: ',' }
  return build(builder, { ...shape, intent: 'text' }, { table })
}

/**
 * Has rows of a table posted to `querydata` (`DATA QUERY tablename=…`). The reply follows with the number of
 * rows; on some models it never comes.
 *
 * @example
 * access.query({ table: 'user' })
 */
export function query(selection: Selection): BuiltCommand {
  const { table, ...conditions } = selection ?? {}
  return tableQuery('access.query', table, row('access.query', CONDITIONS, conditions))
}

/** Has the events posted that were not yet uploaded (`DATA QUERY … filter=NewRecord`). */
export function queryNewEvents(): BuiltCommand {
  return tableQuery('access.queryNewEvents', 'transaction', 'NewRecord')
}

/** Counts a table (`DATA COUNT`): the number is posted to `querydata`. Newer terminals want `type` for biodata. */
export function count(selection: { table: Table; type?: number }): BuiltCommand {
  const fields = [required('', 'table', TABLE), optional('Type', 'type', BIO_TYPE)]
  const shape = { head: 'DATA COUNT', fields, nature: QUERY, between: ' ' }
  return build('access.count', { ...shape, intent: 'text' }, selection)
}

/**
 * Sets options (`SET OPTIONS a=1,b=2`). Replied with 0 or more, -612 if they cannot be saved. A wrong address
 * of the server leaves the terminal out of reach. Values are never shown in an error.
 *
 * @example
 * access.setOptions({ Door1Drivetime: '5', Door1Detectortime: '15' })
 */
export function setOptions(options: Readonly<Record<string, string>>): BuiltCommand {
  return setting('access.setOptions', 'SET OPTIONS', options)
}

/** Asks for options (`GET OPTIONS a,b`): they are posted to `querydata`, the reply follows. */
export function getOptions(names: readonly string[]): BuiltCommand {
  return getting('access.getOptions', 'GET OPTIONS', names)
}

/**
 * Sets the clock to the terminal's local time (`SET OPTIONS DateTime=`). Replied with 0 or more. Some
 * terminals ask `rtdata?type=time` right after. Handed out once, and only within 15 s.
 */
export function setClock(clock: { time: string }): BuiltCommand {
  const fields = [required('DateTime', 'time', TIME_CODE)]
  const command = build('access.setClock', { head: 'SET OPTIONS', fields, nature: CLOCK }, clock)
  return { ...command, key: 'SET OPTIONS DateTime' }
}

/**
 * Restarts the terminal (`CONTROL DEVICE 03000000`). Replied with 0 or more, -615 if it fails. Handed out
 * once, and as the last of an answer.
 */
export function reboot(): BuiltCommand {
  const shape = { head: 'CONTROL DEVICE 03000000', nature: RESTART }
  return build('access.reboot', { ...shape, intent: 'text' })
}

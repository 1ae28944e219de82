// The access terminal itself: options, clock, tables, restart.
import { BIO_TYPE } from '../biodata.js'
import { type BuiltCommand, DATA, QUERY, RESTART } from '../built.js'
import { type BuilderName, build, row, type TextOptions } from '../line.js'
import { getting, setting, settingClock } from '../option.js'
import { type Period, periodQuery } from '../period.js'
import { type Field, fixed, optional, plain, required } from '../shape.js'
import { time } from '../time.js'
import { flag, PIN } from '../value.js'
import { TABLE, type Table } from './table.js'

export type { Period, Table }

/** Which rows of a table: all of them by default. */
export interface Selection {
  /** The table; its letter case matters. */
  table: Table
  /** `Pin`. */
  pin?: string
  /** `Type` (see `Biodata`); newer terminals need it for biodata and biophoto. */
  type?: number
  /** `starttime`, `YYYY-MM-DD hh:mm:ss`: for `transaction`, on some terminals. Unproven. */
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

function tableQuery(builder: BuilderName, table: unknown, filter: string): BuiltCommand {
  const fields = [
    required('tablename', 'table', TABLE),
    fixed('fielddesc', '*'),
    fixed('filter', filter || '*'),
  ]
  const shape = { head: 'DATA QUERY', fields, nature: QUERY, between: ',' }
  return build(builder, { ...shape, intent: 'text' }, { table })
}

/**
 * Requests rows of a table, posted to `querydata` (`DATA QUERY tablename=…`). The reply follows
 * with the number of rows; some models never send it.
 *
 * @example
 * access.query({ table: 'user' })
 */
export function query(selection: Selection): BuiltCommand {
  const { table, ...conditions } = selection ?? {}
  return tableQuery('access.query', table, row('access.query', CONDITIONS, conditions))
}

/**
 * Requests the events that were not uploaded yet, posted to `querydata` (`DATA QUERY …
 * filter=NewRecord`).
 */
export function queryNewEvents(): BuiltCommand {
  return tableQuery('access.queryNewEvents', 'transaction', 'NewRecord')
}

/**
 * Counts a table (`DATA COUNT`): the number is posted to `querydata`. Newer terminals need `type`
 * for biodata.
 */
export function count(selection: { table: Table; type?: number }): BuiltCommand {
  const fields = [required('', 'table', TABLE), optional('Type', 'type', BIO_TYPE)]
  const shape = { head: 'DATA COUNT', fields, nature: QUERY, between: ' ' }
  return build('access.count', { ...shape, intent: 'text' }, selection)
}

/**
 * Sets options (`SET OPTIONS a=1,b=2`). Reply: 0 or more, -612 if they cannot be saved. A
 * wrong server address puts the terminal out of reach. Values are never shown in an error.
 *
 * @example
 * access.setOptions({ Door1Drivetime: '5', Door1Detectortime: '15' })
 */
export function setOptions(
  values: Readonly<Record<string, string>>,
  options?: TextOptions,
): BuiltCommand {
  return setting('access.setOptions', 'SET OPTIONS', values, options)
}

/**
 * Makes the terminal ask the server before it opens a door, or ends that (`SET OPTIONS
 * AutoServerFunOn=,AutoServerMode=`; security PUSH manual, "Background verification"). Set the
 * option `verification` of the router first: without it, every question is denied.
 *
 * @example
 * access.setBackgroundVerification({ enabled: true })
 */
export function setBackgroundVerification(verification: { enabled: boolean }): BuiltCommand {
  const fields = [
    required('AutoServerFunOn', 'enabled', flag()),
    required('AutoServerMode', 'enabled', flag()),
  ]
  const head = 'SET OPTIONS'
  const shape = { head, fields, nature: DATA, between: ',' }
  const command = build('access.setBackgroundVerification', shape, verification)
  return { ...command, key: `${head} AutoServerFunOn,AutoServerMode` }
}

/** Asks for options (`GET OPTIONS a,b`): they are posted to `querydata`, the reply follows. */
export function getOptions(names: readonly string[]): BuiltCommand {
  return getting('access.getOptions', 'GET OPTIONS', names)
}

/**
 * Sets the clock to the terminal's local time (`SET OPTIONS DateTime=`). Reply: 0 or more.
 * Some terminals ask `rtdata?type=time` right after. Sent once, and only within 15 s.
 */
export function setClock(clock: { time: string }): BuiltCommand {
  return settingClock('access.setClock', 'SET OPTIONS', clock)
}

/**
 * Requests the events of a period again, for comparison with those that were kept (`ACCOUNT
 * transaction`); controllers know it. The reply has `RecordSum`, their number.
 */
export function auditEvents(selection: Period): BuiltCommand {
  return periodQuery('access.auditEvents', 'ACCOUNT transaction', selection)
}

/** Asks for the charge of the battery (`CONTROL DEVICE 05000000`). Reply: 0 or more. */
export function queryBattery(): BuiltCommand {
  return build('access.queryBattery', plain('CONTROL DEVICE 05000000', QUERY))
}

/**
 * Restarts the terminal (`CONTROL DEVICE 03000000`). Reply: 0 or more, -615 if it fails.
 * Sent once, and last in an answer.
 */
export function reboot(): BuiltCommand {
  return build('access.reboot', plain('CONTROL DEVICE 03000000', RESTART))
}

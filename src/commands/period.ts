// A period of records, which both families write alike.
import { type BuiltCommand, QUERY } from './built.js'
import { type BuilderName, build } from './line.js'
import { refused } from './refusal.js'
import { required } from './shape.js'
import { time } from './time.js'

/** A period in the terminal's local time, both ends included. */
export interface Period {
  /** `StartTime`, `YYYY-MM-DD hh:mm:ss`. */
  from: string
  /** `EndTime`, `YYYY-MM-DD hh:mm:ss`. */
  to: string
}

/** A query of a period. It has no key: each asks for records that another may have missed. */
export function periodQuery(builder: BuilderName, head: string, selection: Period): BuiltCommand {
  const fields = [required('StartTime', 'from', time()), required('EndTime', 'to', time())]
  const command = build(builder, { head, fields, nature: QUERY }, selection)
  const { from, to } = selection
  if (from <= to) return command
  throw refused(builder, 'to', `is ${to}; expected a time from ${from} on`)
}

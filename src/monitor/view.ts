// The views of the page by their names.
import type { Activity } from './activity.js'
import type { LoadView } from './feed.js'
import type { MonitorSettings } from './option.js'
import { attendanceView } from './view/attendance.js'
import { commandView } from './view/command.js'
import { failuresView } from './view/failures.js'
import { terminalView } from './view/terminal.js'
import { terminalsView } from './view/terminals.js'

type Read = (
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
  activity: Activity,
) => Promise<object>

const VIEWS: Readonly<Record<string, Read>> = {
  terminals: (settings, _query, now, activity) => terminalsView(settings, activity, now),
  terminal: terminalView,
  command: commandView,
  failures: failuresView,
  attendance: attendanceView,
}

/** Creates a function that reads the view named by a query's `view`. */
export function viewReader(settings: MonitorSettings, activity: Activity): LoadView {
  return async (query) => {
    const name = query.get('view') ?? ''
    if (!Object.hasOwn(VIEWS, name)) return undefined
    return VIEWS[name]?.(settings, query, new Date(), activity)
  }
}

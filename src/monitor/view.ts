// The views of the page by their names, and what a query may ask of each.

import { ownOf } from '../check.js'
import { OPEN_STATES } from '../queue/state.js'
import type { Activity } from './activity.js'
import type { LoadView } from './feed.js'
import type { MonitorSettings } from './option.js'
import { type Member, viewQuery } from './query.js'
import { attendanceView } from './view/attendance.js'
import { commandView } from './view/command.js'
import { commandsView, FAILURES } from './view/commands.js'
import { decisionsView } from './view/decisions.js'
import { filesView } from './view/files.js'
import { personView } from './view/person.js'
import { refusedView } from './view/refused.js'
import { sendView } from './view/send.js'
import { sendingView } from './view/sending.js'
import { terminalView } from './view/terminal.js'
import { terminalsView } from './view/terminals.js'

type Read = (
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
  activity: Activity,
) => Promise<object>

interface View {
  members: readonly Member[]
  read: Read
}

const LIST: readonly Member[] = ['q', 'person', 'state', 'since', 'before', 'after']
const VIEWS: Readonly<Record<string, View>> = {
  terminals: { members: ['q', 'show', 'after'], read: terminalsView },
  terminal: { members: ['sn', 'tab', 'standing', ...LIST], read: terminalView },
  person: { members: ['pin', 'tab', ...LIST], read: personView },
  decisions: {
    members: ['sn', 'q', 'person', 'verdict', 'since', 'before', 'after'],
    read: decisionsView,
  },
  files: { members: ['sn', 'q', 'after'], read: filesView },
  refused: { members: ['after'], read: refusedView },
  command: { members: ['sn', 'id'], read: commandView },
  send: { members: ['q', 'show'], read: sendView },
  sending: { members: ['id', 'state', 'after'], read: sendingView },
  commands: { members: LIST, read: commandsView() },
  work: { members: LIST, read: commandsView(OPEN_STATES) },
  failures: { members: LIST, read: commandsView(FAILURES) },
  attendance: { members: ['day', 'tab', 'sn', 'q', 'person', 'after'], read: attendanceView },
}

/**
 * The query of a view, checked, with the members that the view knows; undefined if there is no
 * such view.
 *
 * @throws QueryError that names a member with a wrong value
 */
export function queryOf(asked: URLSearchParams): URLSearchParams | undefined {
  const name = asked.get('view') ?? ''
  const view = ownOf(VIEWS, name)
  return view && viewQuery(name, asked, view.members)
}

/** Creates a function that reads the view that a checked query names. */
export function viewReader(settings: MonitorSettings, activity: Activity): LoadView {
  return async (query) => {
    const view = VIEWS[query.get('view') ?? '']
    return view?.read(settings, query, new Date(), activity)
  }
}

// The view of who came and went on a day.
import type { MonitorSettings } from '../option.js'
import type { Page } from '../page.js'
import { type Choices, personIn, terminalIn } from './choice.js'
import { type PunchRow, punchPage } from './sent.js'
import { type TerminalRow, terminalBook } from './terminal-row.js'

/** The attendance of a day. */
export interface AttendanceView {
  day: string
  /** Missing if storage doesn't list it. */
  list?: Page<PunchRow>
  /** The terminals of these records. */
  terminals: TerminalRow[]
  /** People or terminals that the words may mean, if they mean several. */
  choices?: Choices
}

/**
 * Reads the view from storage. `day` of the query names the day, `person` a person, `sn` a terminal
 * and `q` words of one.
 */
export async function attendanceView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<AttendanceView> {
  const day = query.get('day') ?? now.toISOString().slice(0, 10)
  const [terminal, person] = await Promise.all([
    terminalIn(settings, query, now),
    personIn(settings, query),
  ])
  if ('choices' in terminal || 'choices' in person) {
    const choices = { ...chosenOf(terminal), ...chosenOf(person) }
    return { day, list: { rows: [], isLater: false }, terminals: [], choices }
  }
  const list = await punchPage(settings, { day, ...terminal, ...person }, query)
  const rows = list?.rows ?? []
  const terminals = await terminalBook(settings, now)(rows.map((row) => row.serialNumber))
  return { day, ...(list && { list }), terminals: [...terminals.values()] }
}

function chosenOf(found: object | { choices: Choices }): Choices {
  return 'choices' in found ? found.choices : {}
}

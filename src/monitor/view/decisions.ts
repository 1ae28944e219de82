// The view of what terminals asked before they opened a door, and what the app answered.
import type { KeptUpload } from '../../kept.js'
import { punchOf } from '../../punch/punch.js'
import { DECISION, type Decided, decidedIn } from '../../verification/decision.js'
import { questionIn, type VerificationQuestion } from '../../verification/question.js'
import { cut } from '../bytes.js'
import type { MonitorSettings } from '../option.js'
import { type Page, pageOf, type Source } from '../page.js'
import { type Choices, personIn, terminalIn, withPeople } from './choice.js'
import type { PunchRow } from './punch.js'
import { timesIn } from './sent.js'
import { type TerminalRow, terminalBook } from './terminal-row.js'

/** A question with its answer. Moments are milliseconds. */
export interface DecisionRow
  extends Pick<PunchRow, 'serialNumber' | 'time' | 'instant' | 'direction' | 'ways' | 'at'> {
  /** The person; missing if the terminal didn't know the card. */
  pin?: string
  person?: string
  card?: string
  /** Where somebody stood; missing if the question named neither. */
  door?: number
  reader?: number
  /** What happened there, in words. */
  event?: string
  verdict: Decided['verdict']
  /** The door that was opened, and for how long in seconds. */
  opens?: number
  seconds?: number
  /** The text on the terminal's screen. */
  tip?: string
}

/** The newest decisions. */
export interface DecisionsView {
  /** Missing if storage doesn't list uploads. */
  list?: Page<DecisionRow>
  /** The terminals that asked. */
  terminals: TerminalRow[]
  /** People or terminals that the words may mean, if they mean several. */
  choices?: Choices
}

const LONGEST = 150

/**
 * Reads the view from storage. `person` of the query names a person, `sn` a terminal and `q` words
 * of one; of a `verdict` it searches a bounded number of rows.
 */
export async function decisionsView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<DecisionsView> {
  const { adapter } = settings
  if (adapter.listUploads === undefined) return { terminals: [] }
  const [terminal, person] = await Promise.all([
    terminalIn(settings, query, now),
    personIn(settings, query),
  ])
  if ('choices' in terminal || 'choices' in person) {
    const choices = [terminal, person].map((one) => ('choices' in one ? one.choices : {}))
    const list = { rows: [], isLater: false }
    return { list, terminals: [], choices: Object.assign({}, ...choices) }
  }
  const filter = { ...terminal, ...person, ...timesIn(query), type: DECISION }
  const source: Source<DecisionRow> = async (asked) => {
    const { rows, ...rest } = (await adapter.listUploads?.({ ...filter, ...asked })) ?? { rows: [] }
    return { ...rest, rows: rows.flatMap(decisionRows) }
  }
  const verdict = query.get('verdict')
  const matches = (row: DecisionRow) => row.verdict === verdict
  const list = await pageOf(query, [source], verdict === null ? {} : { matches })
  const rows = await withPeople(settings, list.rows)
  const terminals = await terminalBook(settings, now)(rows.map((row) => row.serialNumber))
  return { list: { ...list, rows }, terminals: [...terminals.values()] }
}

function decisionRows({ serialNumber, raw, size, ...kept }: KeptUpload): DecisionRow[] {
  const decided = decidedIn(raw)
  if (decided === undefined) return []
  const { line, verdict, door: opens, seconds, tip } = decided
  // Half a value would be a wrong one.
  const whole = raw.length === size ? line : line.subarray(0, Math.max(line.lastIndexOf('\t'), 0))
  const question = questionIn(whole, serialNumber, 'utf-8', undefined)
  const { instant, receivedAt } = kept
  const row: DecisionRow = {
    serialNumber,
    ...(question === undefined ? unread(kept) : asked(question)),
    ...(instant && { instant: instant.getTime() }),
    verdict,
    ...(opens !== undefined && { opens }),
    ...(seconds !== undefined && { seconds }),
    ...(tip !== undefined && { tip: cut(tip, LONGEST) }),
    at: receivedAt.getTime(),
  }
  return [row]
}

type Asked = Omit<DecisionRow, 'serialNumber' | 'verdict' | 'at'>

// A list shows only the beginning of a long line.
function unread({ pin }: Pick<KeptUpload, 'pin'>): Asked {
  const known = pin !== undefined && pin !== '0'
  return { time: '', direction: 'unknown', ways: [], ...(known && { pin: cut(pin, LONGEST) }) }
}

function asked(question: VerificationQuestion): Asked {
  const { serialNumber, record, time, direction, pin, card, door, reader } = question
  const { verification, event } = punchOf(record, { serialNumber }) ?? {}
  const { ways = [], code = '' } = verification ?? {}
  return {
    time: cut(time, LONGEST),
    ...(pin !== undefined && { pin: cut(pin, LONGEST) }),
    ...(card !== undefined && { card: cut(card, LONGEST) }),
    ...(door !== undefined && { door }),
    ...(reader !== undefined && { reader }),
    direction,
    ways: ways.length > 0 ? ways : [[cut(code, LONGEST)]],
    ...(event && { event: cut(event.words ?? event.code, LONGEST) }),
  }
}

// The view of who came and went on a day: each punch, or each person's first and last.
import type { CountedDay } from '../day.js'
import type { MonitorSettings } from '../option.js'
import type { Page } from '../page.js'
import { type Choices, namedPunches, personIn, terminalIn, withPeople } from './choice.js'
import { choiceOf, type PunchRow, type PunchScope, punchSources } from './punch.js'
import { type TerminalRow, terminalBook } from './terminal-row.js'

/** A person's day. */
export interface DayRow {
  pin: string
  person?: string
  first: PunchRow
  last: PunchRow
  count: number
}

/** The attendance of a day. */
export interface AttendanceView {
  day: string
  /** Each punch; missing if storage doesn't list them, and if people are shown. */
  list?: Page<PunchRow>
  /** Each person, if people are shown. */
  people?: {
    rows: DayRow[]
    /** How many came last: by their last punch. */
    isIn: number
    /** How many punches were read, if the day has more. */
    readAtMost?: number
    /** How many people are shown, if there are more. */
    shownAtMost?: number
  }
  /** The records of each of the last days, if no one person or terminal is asked for. */
  days?: CountedDay[]
  /** The terminals of these punches. */
  terminals: TerminalRow[]
  /** People or terminals that the words may mean, if they mean several. */
  choices?: Choices
}

const MOST_READ = 1000
const MOST_PEOPLE = 150

/**
 * Reads the view from storage. `day` of the query names the day, `person` a person, `sn` a terminal
 * and `q` words of one; `tab=people` shows people.
 */
export async function attendanceView(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<AttendanceView> {
  const scope = await dayScope(settings, query, now)
  const { day } = scope
  if ('choices' in scope) {
    const { choices } = scope
    return { day, list: { rows: [], isLater: false }, terminals: [], choices }
  }
  const isByPerson = query.get('tab') === 'people' && settings.adapter.listAttendance !== undefined
  const people = isByPerson ? await peopleOn(settings, scope) : undefined
  const list = isByPerson ? undefined : await namedPunches(settings, scope, query)
  const rows = [...(list?.rows ?? []), ...(people?.rows.map(({ last }) => last) ?? [])]
  const isOfAll = ['q', 'sn', 'person', 'after'].every((name) => !query.has(name))
  const [terminals, days] = await Promise.all([
    terminalBook(settings, now)(rows.map((row) => row.serialNumber)),
    isOfAll ? settings.countDays(day) : undefined,
  ])
  return {
    day,
    ...(days && { days }),
    ...(list && { list }),
    ...(people && { people }),
    terminals: [...terminals.values()],
  }
}

/** Whose punches a query asks for, with the day; or what its words may mean. */
export async function dayScope(
  settings: MonitorSettings,
  query: URLSearchParams,
  now: Date,
): Promise<(PunchScope & { day: string }) | { day: string; choices: Choices }> {
  const [day, terminal, person] = await Promise.all([
    query.get('day') ?? shownDay(settings, now),
    terminalIn(settings, query, now),
    personIn(settings, query),
  ])
  if ('choices' in terminal || 'choices' in person) {
    return { day, choices: { ...chosenOf(terminal), ...chosenOf(person) } }
  }
  return { day, ...terminal, ...person }
}

function chosenOf(found: object | { choices: Choices }): Choices {
  return 'choices' in found ? found.choices : {}
}

/** Today by the clock of the terminal that sent the newest record, or the day of that record. */
async function shownDay({ adapter }: MonitorSettings, now: Date): Promise<string> {
  const [newest] = (await adapter.listAttendance?.({ limit: 1 }))?.rows ?? []
  const wall = newest === undefined ? Number.NaN : Date.parse(`${newest.time.replace(' ', 'T')}Z`)
  if (newest === undefined || Number.isNaN(wall)) return now.toISOString().slice(0, 10)
  const offset = newest.instant === undefined ? 0 : wall - newest.instant.getTime()
  const today = new Date(now.getTime() + offset).toISOString().slice(0, 10)
  const [one] = (await adapter.listAttendance?.({ day: today, limit: 1 }))?.rows ?? []
  return one === undefined ? newest.time.slice(0, 10) : today
}

/** The people of a day, from its newest punches; whoever is refused at a door didn't come. */
async function peopleOn(
  settings: MonitorSettings,
  scope: PunchScope,
): Promise<AttendanceView['people']> {
  const { matches = () => true } = choiceOf(scope)
  const sources = punchSources(settings.adapter, scope)
  const pages = await Promise.all(sources.map((list) => list({ limit: MOST_READ })))
  const punches = pages.flatMap(({ rows }) => rows.filter(matches))
  const days = new Map<string, DayRow>()
  for (const punch of punches) {
    if (punch.granted === false) continue
    const { pin } = punch
    const day = days.get(pin)
    if (day === undefined) days.set(pin, { pin, first: punch, last: punch, count: 1 })
    else {
      day.count++
      if (punch.time < day.first.time) day.first = punch
      if (punch.time > day.last.time) day.last = punch
    }
  }
  const all = [...days.values()].sort((one, other) => (one.first.time < other.first.time ? -1 : 1))
  const shown = all.slice(0, MOST_PEOPLE)
  const named = await withPeople(
    settings,
    shown.map(({ last }) => last),
  )
  const rows = shown.map((row, index) => {
    const name = named[index]?.person
    return name === undefined ? row : { ...row, person: name }
  })
  return {
    rows,
    isIn: all.filter(({ last }) => last.direction === 'in').length,
    ...(pages.some(({ next }) => next !== undefined) && { readAtMost: MOST_READ }),
    ...(all.length > MOST_PEOPLE && { shownAtMost: MOST_PEOPLE }),
  }
}

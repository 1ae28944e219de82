// Who came and went on a day.
import { dayChart } from './days.js'
import { empty, heading, html, t, table } from './element.js'
import {
  choiceLinks,
  emptyList,
  pager,
  personLink,
  searchField,
  terminalField,
  terminalLink,
} from './list.js'
import { punchTable, statusOf, timeOf } from './punch.js'

export function attendance(view, { params }, { change, link }, title) {
  const { day, list, people, terminals, choices, days } = view
  const known = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const terminalOf = (sn) => known.get(sn)
  const isFiltered = ['q', 'person', 'sn'].some((name) => params.get(name))
  const rows = people?.rows ?? list?.rows ?? []
  const tab = people === undefined ? 'punches' : 'people'
  return html`
    ${heading(title)}
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      <label>${t('attendance.day')}
        <input type="date" value=${day} onChange=${({ target }) => change({ day: target.value })} />
      </label>
      ${terminalField(params, change)}
      ${searchField(t('field.person'), params.get('person') ?? '', (person) => change({ person }))}
    </form>
    ${days?.some(({ count }) => count !== 0) && dayChart(days, link)}
    <nav class="tabs" aria-label=${t('attendance.lists')}>
      ${['punches', 'people'].map((name) => {
        const href = link({ day, tab: name === 'people' ? name : '' })
        return html`<a href=${href} aria-current=${name === tab ? 'page' : undefined}>${t(`attendance.${name}`)}</a>`
      })}
    </nav>
    ${choiceLinks(choices, link)}
    ${list === undefined && people === undefined && empty(t('list.unsupported'), '')}
    ${(list ?? people) && rows.length === 0 && !choices && emptyList(list ?? {}, isFiltered, t('attendance.empty'), t('attendance.emptyNext'))}
    ${people && peopleOf(people, terminalOf)}
    ${list?.rows.length > 0 && punchTable(title, list.rows, terminalOf, true)}
    ${list && pager(list, link)}
    ${
      rows.length > 0 &&
      html`
        <p class="actions">
          <a href=${csvOf(day, params)} download>${t('attendance.csv')}</a>
          <button type="button" onClick=${() => print()}>${t('attendance.print')}</button>
        </p>
      `
    }
  `
}

function csvOf(day, params) {
  const query = new URLSearchParams({ day })
  for (const name of ['q', 'person', 'sn']) if (params.get(name)) query.set(name, params.get(name))
  return `attendance.csv?${query}`
}

function peopleOf({ rows, isIn, readAtMost, shownAtMost }, terminalOf) {
  if (rows.length === 0) return undefined
  return html`
    <p role="status">${t('attendance.isIn', { n: isIn })}</p>
    ${readAtMost && html`<p class="note">${t('attendance.readAtMost', { n: readAtMost })}</p>`}
    ${table(
      t('attendance.people'),
      ['person', 'first', 'last', 'status', 'terminal', 'count'].map((name) => t(`column.${name}`)),
      rows.map(({ pin, person, first, last, count }) => ({
        key: pin,
        cells: [
          personLink(pin, person),
          timeOf(first),
          timeOf(last),
          statusOf(last),
          terminalLink(last.serialNumber, terminalOf(last.serialNumber)?.name),
          count,
        ],
      })),
    )}
    ${shownAtMost && html`<p class="note">${t('attendance.shownAtMost', { n: shownAtMost })}</p>`}
  `
}

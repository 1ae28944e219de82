// Who came and went on a day.
import { empty, heading, html, t } from './element.js'
import { choiceLinks, emptyList, pager, searchField } from './list.js'
import { punchTable } from './punch.js'

export function attendance({ day, list, terminals, choices }, { params }, { change, link }, title) {
  const known = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const isFiltered = ['q', 'person', 'sn'].some((name) => params.get(name))
  return html`
    ${heading(title)}
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      <label>${t('attendance.day')}
        <input type="date" value=${day} onChange=${({ target }) => change({ day: target.value })} />
      </label>
      ${searchField(t('attendance.terminal'), params.get('q') ?? params.get('sn') ?? '', (q) => change({ q, sn: '' }))}
      ${searchField(t('field.person'), params.get('person') ?? '', (person) => change({ person }))}
    </form>
    ${choiceLinks(choices, link)}
    ${list === undefined && empty(t('list.unsupported'), '')}
    ${list?.rows.length === 0 && !choices && emptyList(list, isFiltered, t('attendance.empty'), t('attendance.emptyNext'))}
    ${list?.rows.length > 0 && punchTable(title, list.rows, (sn) => known.get(sn), true)}
    ${list && pager(list, link)}
  `
}

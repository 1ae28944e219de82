// All terminals.
import { hourChart, stateChart } from './chart.js'
import { badge, empty, heading, html, said, t, table } from './element.js'
import { choiceField, emptyList, pager, searchField, terminalLink } from './list.js'
import { ago, moment } from './time.js'

const COLUMNS = ['terminal', 'state', 'lastSeen', 'firmware', 'holds']

export function terminals({ list, activity, states }, { params }, { change, link, may }, title) {
  const isFiltered = ['q', 'show'].some((name) => params.get(name))
  const isEmpty = list.rows.length === 0
  if (isEmpty && !isFiltered && !list.isLater) {
    const { hostname, port, protocol } = location
    const usual = protocol === 'https:' ? 443 : 80
    const next = t('terminals.emptyNext', { host: hostname, port: port || usual })
    return html`${heading(title)}${empty(t('terminals.empty'), next)}`
  }
  return html`
    ${heading(title)}
    <div class="charts">${hourChart(activity)}${stateChart(states)}</div>
    ${terminalFilters(params, change)}
    ${may.actions.has('give') && html`<p><a href=${`#/send?${sendQuery(params)}`}>${t('terminals.send')}</a></p>`}
    ${isEmpty && emptyList(list, isFiltered, '', '')}
    ${
      !isEmpty &&
      table(
        title,
        COLUMNS.map((column) => t(`column.${column}`)),
        list.rows.map(rowOf),
      )
    }
    ${pager(list, link, 'list.first', 'list.next')}
  `
}

/** The fields by which terminals are chosen. */
export function terminalFilters(params, change) {
  const choices = ['online', 'silent'].map((show) => [show, t(`terminals.${show}`)])
  return html`
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      ${searchField(t('list.search'), params.get('q') ?? '', (q) => change({ q }))}
      ${choiceField(
        t('terminals.show'),
        params.get('show') ?? '',
        [['', t('terminals.all')], ...choices],
        (show) => change({ show }),
      )}
    </form>
  `
}

// The same terminals.
function sendQuery(params) {
  const chosen = ['q', 'show'].filter((name) => params.get(name))
  return new URLSearchParams(chosen.map((name) => [name, params.get(name)]))
}

function rowOf(one) {
  const { serialNumber, name, lastSeenAt } = one
  return {
    key: serialNumber,
    cells: [
      terminalLink(serialNumber, name),
      badge(one.isOnline ? 'online' : 'silent'),
      html`<span class="ago">${ago(lastSeenAt)}</span> <small>${moment(lastSeenAt, one)}</small>`,
      said([one.model, one.firmware].filter(Boolean).join(' · ') || '–'),
      [one.users, one.fingers, one.records].map((count) => count ?? '–').join(' / '),
    ],
  }
}

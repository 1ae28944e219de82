// All terminals.
import { hourChart, stateChart } from './chart.js'
import { badge, empty, heading, html, said, t, table } from './element.js'
import { choiceField, searchField, terminalLink } from './list.js'
import { ago, moment } from './time.js'

const SIZE = 50
const COLUMNS = ['terminal', 'state', 'lastSeen', 'firmware', 'holds', 'waiting']

export function terminals(view, { params }, { change }, title) {
  if (view.terminals.length === 0) {
    const { hostname, port, protocol } = location
    const usual = protocol === 'https:' ? 443 : 80
    const next = t('terminals.emptyNext', { host: hostname, port: port || usual })
    return html`${heading(title)}${empty(t('terminals.empty'), next)}`
  }
  const words = (params.get('q') ?? '').toLowerCase()
  const show = params.get('show') ?? ''
  const found = view.terminals.filter((one) => {
    if (show !== '' && one.isOnline !== (show === 'online')) return false
    const { serialNumber, name, firmware, model, address } = one
    return [serialNumber, name, firmware, model, address].join('\n').toLowerCase().includes(words)
  })
  const page = Number(params.get('page')) || 0
  const shown = found.slice(page * SIZE, (page + 1) * SIZE)
  return html`
    ${heading(title)}
    <div class="charts">${hourChart(view.activity)}${stateChart(view.states, view.countedAtMost)}</div>
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      ${searchField(t('list.search'), params.get('q') ?? '', (q) => change({ q }))}
      ${choiceField(
        t('terminals.show'),
        show,
        [
          ['', t('terminals.all')],
          ['online', t('terminals.online')],
          ['silent', t('terminals.silent')],
        ],
        (value) => change({ show: value }),
      )}
      <p class="note" role="status">${t('terminals.count', { n: found.length, all: view.terminals.length })}</p>
    </form>
    ${
      found.length === 0
        ? empty(t('list.nothingFound'), '')
        : table(
            title,
            COLUMNS.map((column) => t(`column.${column}`)),
            shown.map(rowOf),
          )
    }
    ${
      found.length > SIZE &&
      html`
        <nav class="pages" aria-label=${t('list.pages')}>
          <button disabled=${page === 0} onClick=${() => change({ page: page - 1 || '' })}>‹</button>
          <span>${t('list.page', { n: page + 1 })}</span>
          <button disabled=${(page + 1) * SIZE >= found.length} onClick=${() => change({ page: page + 1 })}>›</button>
        </nav>
      `
    }
  `
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
      one.waiting,
    ],
  }
}

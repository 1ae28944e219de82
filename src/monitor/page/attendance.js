// Who came and went on a day.
import { empty, heading, html, said, t, table, word } from './element.js'
import { choiceField, pager, searchField, terminalLink } from './list.js'
import { localTime, moment } from './time.js'

export function attendance({ day, list, terminals }, { params }, { change }, title) {
  const known = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const names = terminals.map(({ serialNumber, name }) => [serialNumber, name ?? serialNumber])
  const isFiltered = ['q', 'sn'].some((name) => params.get(name))
  const columns = ['time', 'person', 'status', 'verify', 'workCode', 'terminal', 'received']
  return html`
    ${heading(title)}
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      <label>${t('attendance.day')}
        <input type="date" value=${day} onChange=${({ target }) => change({ day: target.value })} />
      </label>
      ${choiceField(t('attendance.terminal'), params.get('sn') ?? '', [['', t('attendance.all')], ...names], (sn) => change({ sn }))}
      ${searchField(t('attendance.person'), params.get('q') ?? '', (q) => change({ q }))}
    </form>
    ${list === undefined && empty(t('list.unsupported'), '')}
    ${list?.rows.length === 0 && (isFiltered ? empty(t('list.nothingFound'), '') : empty(t('attendance.empty'), t('attendance.emptyNext')))}
    ${
      list?.rows.length > 0 &&
      table(
        title,
        columns.map((column) => t(`column.${column}`)),
        list.rows.map((row, index) => {
          const terminal = known.get(row.serialNumber)
          return {
            key: `${row.serialNumber} ${row.receivedAt} ${index}`,
            cells: [
              timeOf(row),
              said(row.pin),
              said(word('status', row.status)),
              said(word('verify', row.verify)),
              said(row.workCode === '0' ? '' : row.workCode),
              terminalLink(row.serialNumber, terminal?.name),
              moment(row.receivedAt, terminal),
            ],
          }
        }),
      )
    }
    ${list && pager(list, change)}
  `
}

// The terminal's own clock is what it recorded; the moment is known only if its zone is.
function timeOf({ time, instant }) {
  if (instant === undefined) return said(time)
  const here = localTime(instant)
  if (here === time) return html`<time datetime=${new Date(instant).toISOString()}>${here}</time>`
  const shown = here.slice(0, 10) === time.slice(0, 10) ? time.slice(11) : time
  return html`
    <time datetime=${new Date(instant).toISOString()}>${here}</time>
    ${' '}<span class="beside">${said(t('time.local', { time: shown }))}</span>
  `
}

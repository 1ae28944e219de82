// One person: where they are, and lists of what is stored about them.
import { badge, empty, html, said, saidHeading, t, table, word } from './element.js'
import { beforeField, commandTable, emptyList, pager, terminalLink } from './list.js'
import { punchTable } from './punch.js'
import { moment } from './time.js'

const TABS = ['punches', 'commands', 'uploads']

export function person(
  { pin, tab, list, standings, terminals },
  { params },
  { change, link },
  title,
) {
  const known = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const terminalOf = (sn) => known.get(sn)
  const isFiltered = Boolean(params.get('before'))
  const label = t(`person.${tab}`)
  return html`
    ${saidHeading(title)}
    ${standings && standingsOf(standings, terminalOf)}
    <nav class="tabs" aria-label=${t('person.lists')}>
      ${TABS.map((name) => {
        const href = `#/person/${encodeURIComponent(pin)}?tab=${name}`
        return html`<a href=${href} aria-current=${name === tab ? 'page' : undefined}>${t(`person.${name}`)}</a>`
      })}
    </nav>
    <h2 class="hidden">${label}</h2>
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>${beforeField(params, change)}</form>
    ${list === undefined && empty(t('list.unsupported'), '')}
    ${list?.rows.length === 0 && emptyList(list, isFiltered, t('person.nothing'), t('person.nothingNext'))}
    ${list?.rows.length > 0 && ROWS[tab](label, list.rows, terminalOf)}
    ${list && pager(list, link)}
  `
}

const ROWS = {
  punches: (label, rows, terminalOf) => punchTable(label, rows, terminalOf, true),
  commands: (label, rows, terminalOf) => commandTable(label, rows, terminalOf, true),
  uploads: (label, rows, terminalOf) =>
    table(
      label,
      ['kind', 'terminal', 'received', 'size'].map((column) => t(`column.${column}`)),
      rows.map(({ serialNumber, type, at, size }, index) => ({
        key: `${serialNumber} ${at} ${index}`,
        cells: [
          said(word('type', type)),
          terminalLink(serialNumber, terminalOf(serialNumber)?.name),
          moment(at, terminalOf(serialNumber)),
          size,
        ],
      })),
    ),
}

// Where the roster says that the person is.
function standingsOf({ rows, hasMore }, terminalOf) {
  const label = t('person.standings')
  return html`
    <h2>${label}</h2>
    ${rows.length === 0 && html`<p>${t('person.nowhere')}</p>`}
    ${
      rows.length > 0 &&
      table(
        label,
        ['terminal', 'state', 'result', 'since'].map((column) => t(`column.${column}`)),
        rows.map(({ serialNumber, state, meaning, since }) => ({
          key: serialNumber,
          cells: [
            terminalLink(serialNumber, terminalOf(serialNumber)?.name),
            badge(state, 'standing'),
            said(meaning),
            moment(since, terminalOf(serialNumber)),
          ],
        })),
      )
    }
    ${hasMore && html`<p class="note">${t('person.more', { n: rows.length })}</p>`}
  `
}

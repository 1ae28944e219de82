// One terminal with its lists.
import { badge, empty, facts, heading, hexOf, html, said, t, table } from './element.js'
import { formOf } from './form.js'
import { beforeField, choiceField, commandLink, commandTable, pager, searchField } from './list.js'
import { ago, localTime, moment, serverNow, terminalTime } from './time.js'

const TABS = ['commands', 'replies', 'uploads', 'unparsed']
const STATES = [
  ...['waiting', 'sent', 'succeeded', 'failed', 'unknown', 'unanswered', 'expired'],
  ...['cancelled', 'superseded'],
]
const NOTHING = {
  commands: ['terminal.noCommands', 'terminal.noCommandsNext'],
  replies: ['terminal.noReplies', 'terminal.noRepliesNext'],
  uploads: ['terminal.noUploads', 'terminal.noUploadsNext'],
  unparsed: ['terminal.noUnparsed', 'terminal.noUnparsedNext'],
}

export function terminal(view, { params }, actions, title) {
  const sn = params.get('sn') ?? ''
  const { terminal: known, tab, list, forms } = view
  return html`
    ${heading(said(title))}
    ${known === undefined ? empty(t('terminal.unknown'), t('terminal.unknownNext')) : about(known)}
    ${forms && known && formOf(forms, sn, actions)}
    <nav class="tabs" aria-label=${t('terminal.lists')}>
      ${TABS.map((name) => {
        const href = `#/terminal/${encodeURIComponent(sn)}?tab=${name}`
        return html`<a href=${href} aria-current=${name === tab ? 'page' : undefined}>${t(`terminal.${name}`)}</a>`
      })}
    </nav>
    <h2 class="hidden">${t(`terminal.${tab}`)}</h2>
    ${list === undefined ? empty(t('list.unsupported'), '') : listOf(tab, list, known, sn, params, actions)}
  `
}

function about(one) {
  const clock = terminalTime(serverNow(), one)
  return html`
    <p>
      ${badge(one.isOnline ? 'online' : 'silent')} ${ago(one.lastSeenAt)}, ${moment(one.lastSeenAt, one)}
    </p>
    ${facts([
      [t('fact.serialNumber'), said(one.serialNumber)],
      [t('fact.model'), one.model && said(one.model)],
      [t('fact.firmware'), one.firmware && said(one.firmware)],
      [t('fact.pushVersion'), one.pushVersion && said(one.pushVersion)],
      [t('fact.address'), one.address && said(one.address)],
      [t('fact.users'), one.users],
      [t('fact.fingers'), one.fingers],
      [t('fact.faces'), one.faces],
      [t('fact.records'), one.records],
      [t('fact.clock'), clock && `${clock.slice(0, 16)}${one.zone ? ` (${one.zone})` : ''}`],
      [t('fact.firstSeenAt'), localTime(one.firstSeenAt)],
    ])}
    ${
      one.options.length + one.stamps.length > 0 &&
      html`
        <details>
          <summary>${t('terminal.options')} (${one.options.length + one.stamps.length})</summary>
          ${facts([...one.stamps, ...one.options].map(([name, value]) => [said(name), said(value)]))}
        </details>
      `
    }
  `
}

function listOf(tab, list, known, sn, params, { change }) {
  const q = params.get('q') ?? ''
  const isFiltered = ['q', 'state', 'before'].some((name) => params.get(name))
  const label = t(`terminal.${tab}`)
  const states = [['', t('terminals.all')], ...STATES.map((state) => [state, t(`state.${state}`)])]
  const nothing = NOTHING[tab].map((key) => t(key))
  const isEmpty = list.rows.length === 0
  return html`
    ${
      (!isEmpty || isFiltered) &&
      html`
        <form class="filters" onSubmit=${(event) => event.preventDefault()}>
          ${searchField(t('list.search'), q, (words) => change({ q: words }))}
          ${
            tab === 'commands' &&
            html`
              ${choiceField(t('column.state'), params.get('state') ?? '', states, (state) => change({ state }))}
              ${beforeField(params, change)}
            `
          }
        </form>
      `
    }
    ${isEmpty ? empty(isFiltered ? t('list.nothingFound') : nothing[0], isFiltered ? '' : nothing[1]) : ROWS[tab](label, list.rows, known, sn)}
    ${pager(list, change)}
  `
}

const ROWS = {
  commands: (label, rows, known) => commandTable(label, rows, () => known),
  replies: (label, rows, known, sn) =>
    table(
      label,
      ['command', 'state', 'result', 'code', 'received'].map((column) => t(`column.${column}`)),
      rows.map((row) => ({
        key: row.commandId,
        cells: [
          commandLink(sn, row.commandId, `${row.commandName || '?'} ${row.commandId}`),
          badge(row.outcome),
          said(row.meaning),
          row.returnCode ?? '–',
          moment(row.at, known),
        ],
      })),
    ),
  uploads: sentTable,
  unparsed: sentTable,
}

function sentTable(label, rows, known) {
  return table(
    label,
    ['received', 'kind', 'data', 'size'].map((column) => t(`column.${column}`)),
    rows.map((row, index) => ({
      key: `${row.at} ${index}`,
      cells: [moment(row.at, known), said(row.type || row.kind), dataOf(row), row.size],
    })),
  )
}

function dataOf({ text, hex, isCut }) {
  return html`
    <div class="data">
      ${text !== undefined && html`<code>${said(isCut ? `${text}…` : text)}</code>`}
      <details>
        <summary>${t('terminal.hex')}</summary>
        <pre tabindex="0" aria-label=${t('terminal.hex')}>${hexOf(hex)}${isCut ? '\n…' : ''}</pre>
      </details>
    </div>
  `
}

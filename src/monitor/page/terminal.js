// One terminal with its lists.
import { driftOf } from './drift.js'
import { badge, empty, facts, hexOf, html, said, saidHeading, t, table } from './element.js'
import { formOf } from './form.js'
import {
  beforeField,
  choiceLinks,
  commandFilters,
  commandLink,
  commandTable,
  emptyList,
  pager,
  STATES,
  searchField,
  stateLinks,
} from './list.js'
import { punchTable } from './punch.js'
import { Plan, standingsOf, standingTable } from './roster.js'
import { ago, localTime, moment, serverNow, terminalTime } from './time.js'

const TABS = ['commands', 'people', 'punches', 'uploads', 'replies', 'unparsed', 'options']
const NOTHING = {
  commands: ['terminal.noCommands', 'terminal.noCommandsNext'],
  people: ['terminal.noPeople', 'terminal.noPeopleNext'],
  replies: ['terminal.noReplies', 'terminal.noRepliesNext'],
  punches: ['terminal.noPunches', 'terminal.noPunchesNext'],
  uploads: ['terminal.noUploads', 'terminal.noUploadsNext'],
  unparsed: ['terminal.noUnparsed', 'terminal.noUnparsedNext'],
}

export function terminal(view, { params }, actions, title) {
  const sn = params.get('sn') ?? ''
  const { terminal: known, tab, states, standings, list, choices, options = [], forms } = view
  const tabs = TABS.filter((name) => name !== 'people' || standings !== undefined)
  const offered = forms?.filter(({ name }) => actions.may.forms.has(name)) ?? []
  const hrefOf = (name, query = '') => `#/terminal/${encodeURIComponent(sn)}?tab=${name}${query}`
  return html`
    ${saidHeading(title)}
    ${known === undefined ? empty(t('terminal.unknown'), t('terminal.unknownNext')) : about(known)}
    ${tab !== 'people' && stateLinks(states, (state) => hrefOf('commands', `&state=${state}`))}
    ${offered.length > 0 && known && formOf(offered, sn, actions)}
    <nav class="tabs" aria-label=${t('terminal.lists')}>
      ${tabs.map((name) => html`<a href=${hrefOf(name)} aria-current=${name === tab ? 'page' : undefined}>${t(`terminal.${name}`)}</a>`)}
    </nav>
    <h2 class="hidden">${t(`terminal.${tab}`)}</h2>
    ${tab === 'people' && standings && peopleOf(standings, sn, hrefOf, actions)}
    ${choiceLinks(choices, actions.link)}
    ${tab === 'options' ? optionsOf(options) : list === undefined ? empty(t('list.unsupported'), '') : listOf(tab, list, known, sn, params, actions)}
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
      [t('fact.clockDrift'), driftOf(one)],
      [t('fact.firstSeenAt'), localTime(one.firstSeenAt)],
    ])}
  `
}

function peopleOf(standings, sn, hrefOf, { act, may }) {
  return html`
    ${standingsOf(standings, (state) => hrefOf('people', `&standing=${state}`))}
    <${Plan} key=${sn} serialNumber=${sn} act=${act} may=${may} />
  `
}

function optionsOf(options) {
  if (options.length === 0) return empty(t('terminal.noOptions'), t('terminal.noOptionsNext'))
  return facts(options.map(([name, value]) => [said(name), said(value)]))
}

function listOf(tab, list, known, sn, params, actions) {
  const { change, link } = actions
  const isFiltered = ['q', 'person', 'state', 'standing', 'since', 'before'].some((name) =>
    params.get(name),
  )
  const isEmpty = list.rows.length === 0
  const hasFilters = !isEmpty || isFiltered || list.isLater
  return html`
    ${hasFilters && (tab === 'commands' ? commandFilters(params, STATES, change) : sentFilters(tab, params, change))}
    ${isEmpty ? emptyList(list, isFiltered, ...NOTHING[tab].map((key) => t(key))) : ROWS[tab](t(`terminal.${tab}`), list.rows, known, sn, actions)}
    ${pager(list, link)}
  `
}

function sentFilters(tab, params, change) {
  const ofPerson = ['people', 'punches', 'uploads'].includes(tab)
  const hasText = !['people', 'punches'].includes(tab)
  return html`
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      ${hasText && searchField(t('list.search'), params.get('q') ?? '', (q) => change({ q }))}
      ${ofPerson && searchField(t('field.person'), params.get('person') ?? '', (person) => change({ person }))}
      ${tab !== 'people' && beforeField(params, change)}
    </form>
  `
}

const ROWS = {
  commands: (label, rows, known, _sn, actions) =>
    commandTable(label, rows, () => known, false, actions),
  people: standingTable,
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
  punches: (label, rows, known) => punchTable(label, rows, () => known),
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

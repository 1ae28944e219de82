// What lists share: search, filters, pages, and rows of commands.
import { commandActions, mayChange } from './command-action.js'
import { badge, empty, heading, html, said, t, table, unbroken } from './element.js'
import { moment } from './time.js'

/** Every state of a command. */
export const STATES = [
  ...['waiting', 'sent', 'succeeded', 'failed', 'unknown', 'unanswered', 'expired'],
  ...['cancelled', 'superseded'],
]

export const terminalLink = (sn, name) => html`
  <a href=${`#/terminal/${encodeURIComponent(sn)}`}>${name === undefined ? unbroken(sn) : said(name)}</a>
  ${name !== undefined && html`<small>${unbroken(sn)}</small>`}
`

export const commandLink = (sn, id, words, isText = true) =>
  html`<a class=${isText ? 'command' : ''} href=${`#/command/${encodeURIComponent(sn)}/${encodeURIComponent(id)}`}>${said(words)}</a>`

/** A search field that waits until the person stops typing. */
export function searchField(label, value, onChange) {
  let timer
  const onInput = ({ target }) => {
    clearTimeout(timer)
    timer = setTimeout(() => onChange(target.value), 250)
  }
  return html`<label>${label}<input type="search" value=${value} onInput=${onInput} /></label>`
}

export function choiceField(label, value, choices, onChange) {
  return html`
    <label>${label}
      <select value=${value} onChange=${({ target }) => onChange(target.value)}>
        ${choices.map(([choice, text]) => html`<option value=${choice} selected=${choice === value}>${text}</option>`)}
      </select>
    </label>
  `
}

/** Chooses a day, up to whose end commands are listed. */
export function beforeField(params, change) {
  const before = Number(params.get('before'))
  const day = before ? dayOf(new Date(before - 1)) : ''
  const onChange = ({ target }) => {
    const [year, month, date] = target.value.split('-').map(Number)
    change({ before: target.value ? new Date(year, month - 1, date + 1).getTime() : '' })
  }
  return html`<label>${t('list.before')}<input type="date" value=${day} onChange=${onChange} /></label>`
}

/** `2026-10-05` in the viewer's zone. */
export function dayOf(date) {
  const padded = (number) => String(number).padStart(2, '0')
  return `${date.getFullYear()}-${padded(date.getMonth() + 1)}-${padded(date.getDate())}`
}

/** Links to the first page and the next one. `toFirst` and `toNext` are their texts. */
export function pager(
  { next, isLater, searched },
  link,
  toFirst = 'list.newest',
  toNext = 'list.older',
) {
  return html`
    ${searched !== undefined && html`<p class="note">${t('list.searched', { n: searched })}</p>`}
    ${
      (isLater || next !== undefined) &&
      html`
        <nav class="pages" aria-label=${t('list.pages')}>
          ${isLater && html`<a href=${link({ after: '' })}>${t(toFirst)}</a>`}
          ${next !== undefined && html`<a href=${link({ after: next })}>${t(toNext)}</a>`}
        </nav>
      `
    }
  `
}

/** Links to the people or terminals that the words of a search may mean. */
export function choiceLinks({ people = [], terminals = [] } = {}, link) {
  if (people.length + terminals.length === 0) return undefined
  return html`
    <section class="choices">
      <p>${t('list.choices')}</p>
      <ul>
        ${people.map(({ pin, name }) => html`<li key=${pin}><a href=${link({ person: pin })}>${said(personName(pin, name))}</a></li>`)}
        ${terminals.map(({ serialNumber, name }) => html`<li key=${serialNumber}><a href=${link({ sn: serialNumber, q: '' })}>${said(name ?? serialNumber)}</a></li>`)}
      </ul>
    </section>
  `
}

/** `Ada (7)`, or the PIN alone. */
export function personName(pin, name) {
  return name === undefined ? pin : t('phrase.person', { name, pin })
}

export const personLink = (pin, name) =>
  html`<a href=${`#/person/${encodeURIComponent(pin)}`}>${said(personName(pin, name))}</a>`

/** What a command does, in words; its text if there are none. */
export function commandWords({ phrase, text, commandId, pin, person }) {
  if (phrase === undefined) return text ?? commandId
  const name = phrase.name ?? person
  const who = pin === undefined ? t('phrase.nobody') : personName(pin, name)
  return t(`phrase.${phrase.phrase}`, { person: who, what: phrase.what })
}

/** The message of a list without rows. */
export function emptyList(list, isFiltered, nothing, next) {
  if (list.searched !== undefined) return empty(t('list.notYet'), '')
  return isFiltered ? empty(t('list.nothingFound'), '') : empty(nothing, next)
}

/** The field in which terminals are searched for. */
export const terminalField = (params, change) =>
  searchField(t('attendance.terminal'), params.get('q') ?? params.get('sn') ?? '', (q) =>
    change({ q, sn: '' }),
  )

/** A list of what terminals asked or were offered, with its filters if there is anything to filter. */
export function filteredList(title, { list, choices }, link, { isFiltered, fields, words, rows }) {
  const hasRows = list?.rows.length > 0
  return html`
    ${heading(title)}
    ${
      (isFiltered || list?.isLater || hasRows) &&
      html`<form class="filters" onSubmit=${(event) => event.preventDefault()}>${fields}</form>`
    }
    ${choiceLinks(choices, link)}
    ${list === undefined && empty(t('list.unsupported'), words.unsupported)}
    ${list && !hasRows && !choices && emptyList(list, isFiltered, words.empty, words.next)}
    ${hasRows && rows()}
    ${list && pager(list, link)}
  `
}

/** How many commands have each state, each with a link to them. */
export function stateLinks(states, linkOf) {
  const known = STATES.filter((state) => states[state] !== undefined)
  return html`
    <ul class="states">
      ${known.map((state) => html`<li key=${state}><a href=${linkOf(state)}>${badge(state)} <b>${states[state]}</b></a></li>`)}
    </ul>
  `
}

/** The fields by which commands are chosen. */
export function commandFilters(params, states, change) {
  const choices = [['', t('terminals.all')], ...states.map((state) => [state, t(`state.${state}`)])]
  return html`
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      ${searchField(t('list.search'), params.get('q') ?? '', (q) => change({ q }))}
      ${searchField(t('field.person'), params.get('person') ?? '', (person) => change({ person }))}
      ${choiceField(t('column.state'), params.get('state') ?? '', choices, (state) => change({ state }))}
      ${beforeField(params, change)}
    </form>
  `
}

/** The result in a command's row. */
export function meaningOf({ state, meaning }) {
  return meaning === undefined ? t(`meaning.${state}`) : t('meaning.reply', { meaning })
}

/** Commands; `terminalOf` finds the terminal of one, `withTerminal` shows it, and `actions` are offered in the rows. */
export function commandTable(label, rows, terminalOf, withTerminal = false, actions = undefined) {
  const isActive = actions !== undefined && mayChange(actions)
  const columns = [
    ...(withTerminal ? ['column.terminal'] : []),
    ...['column.command', 'column.state', 'column.result', 'column.attempts', 'column.issued'],
    ...(isActive ? ['column.do'] : []),
  ]
  return table(
    label,
    columns.map((column) => t(column)),
    rows.map((row) => {
      const terminal = terminalOf(row.serialNumber)
      const attempts = row.attempts ? `${row.attemptsMade}/${row.attempts}` : row.attemptsMade
      return {
        key: `${row.serialNumber} ${row.commandId}`,
        cells: [
          ...(withTerminal ? [terminalLink(row.serialNumber, terminal?.name)] : []),
          commandLink(row.serialNumber, row.commandId, commandWords(row), row.phrase === undefined),
          badge(row.state),
          said(meaningOf(row)),
          attempts,
          moment(row.issuedAt, terminal),
          ...(isActive ? [commandActions(actions, row)] : []),
        ],
      }
    }),
  )
}

// What lists share: search, filters, pages, and rows of commands.
import { badge, html, said, t, table } from './element.js'
import { moment } from './time.js'

export const terminalLink = (sn, name) => html`
  <a href=${`#/terminal/${encodeURIComponent(sn)}`}>${said(name ?? sn)}</a>
  ${name !== undefined && html`<small>${said(sn)}</small>`}
`

export const commandLink = (sn, id, text) =>
  html`<a class="command" href=${`#/command/${encodeURIComponent(sn)}/${encodeURIComponent(id)}`}>${said(text)}</a>`

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

/** Newer and older. */
export function pager({ page, hasMore, endsAt }, change) {
  return html`
    ${
      (page > 0 || hasMore) &&
      html`
      <nav class="pages" aria-label=${t('list.pages')}>
        <button disabled=${page === 0} onClick=${() => change({ page: page - 1 || '' })}>${t('list.newer')}</button>
        <span>${t('list.page', { n: page + 1 })}</span>
        <button disabled=${!hasMore} onClick=${() => change({ page: page + 1 })}>${t('list.older')}</button>
      </nav>
    `
    }
    ${endsAt !== undefined && html`<p class="note">${t('list.ends', { n: endsAt })}</p>`}
  `
}

/** The result in a command's row. */
export function meaningOf({ state, meaning }) {
  return meaning === undefined ? t(`meaning.${state}`) : t('meaning.reply', { meaning })
}

/** Commands; `terminalOf` finds the terminal of one, and `withTerminal` shows it. */
export function commandTable(label, rows, terminalOf, withTerminal = false) {
  const columns = [
    ...(withTerminal ? ['column.terminal'] : []),
    ...['column.command', 'column.state', 'column.result', 'column.attempts', 'column.issued'],
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
          commandLink(row.serialNumber, row.commandId, row.text ?? row.commandId),
          badge(row.state),
          said(meaningOf(row)),
          attempts,
          moment(row.issuedAt, terminal),
        ],
      }
    }),
  )
}

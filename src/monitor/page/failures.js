// The failed commands of all terminals.
import { empty, heading, html, t } from './element.js'
import { beforeField, choiceField, commandTable, pager, searchField } from './list.js'

const STATES = ['failed', 'unknown', 'unanswered', 'expired']

export function failures({ list, terminals }, { params }, { change }, title) {
  const known = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const isFiltered = ['q', 'state', 'before'].some((name) => params.get(name))
  const states = [['', t('terminals.all')], ...STATES.map((state) => [state, t(`state.${state}`)])]
  const isEmpty = list.rows.length === 0
  return html`
    ${heading(title)}
    ${
      (!isEmpty || isFiltered) &&
      html`
        <form class="filters" onSubmit=${(event) => event.preventDefault()}>
          ${searchField(t('list.search'), params.get('q') ?? '', (q) => change({ q }))}
          ${choiceField(t('column.state'), params.get('state') ?? '', states, (state) => change({ state }))}
          ${beforeField(params, change)}
        </form>
      `
    }
    ${isEmpty && (isFiltered ? empty(t('list.nothingFound'), '') : empty(t('failures.empty'), t('failures.emptyNext')))}
    ${!isEmpty && commandTable(title, list.rows, (sn) => known.get(sn), true)}
    ${pager(list, change)}
  `
}

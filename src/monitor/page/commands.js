// Commands of all terminals: those in progress, those that failed, or any.
import { heading, html, t } from './element.js'
import { choiceLinks, commandFilters, commandTable, emptyList, pager, STATES } from './list.js'

export function commands(
  { states = STATES, list, terminals, choices },
  { name, params },
  actions,
  title,
) {
  const { change, link } = actions
  const known = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const isFiltered = ['q', 'person', 'state', 'since', 'before'].some((one) => params.get(one))
  const isEmpty = list.rows.length === 0
  return html`
    ${heading(title)}
    ${(!isEmpty || isFiltered || list.isLater) && commandFilters(params, states, change)}
    ${choiceLinks(choices, link)}
    ${isEmpty && !choices && emptyList(list, isFiltered, t(`${name}.empty`), t(`${name}.emptyNext`))}
    ${!isEmpty && commandTable(title, list.rows, (sn) => known.get(sn), true, actions)}
    ${pager(list, link)}
  `
}

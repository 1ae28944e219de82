// Who knocks: serial numbers that the app refused.
import { empty, heading, html, said, t, table, unbroken } from './element.js'
import { AskingButton } from './form.js'
import { pager } from './list.js'
import { localTime } from './time.js'

export function refused({ list }, _route, { link, act, may }, title) {
  const canDecide = ['approve', 'leave'].some((action) => may.actions.has(action))
  const columns = ['terminal', 'address', 'model', 'times', 'firstAt', 'lastAt']
  const isEmpty = list?.rows.length === 0
  return html`
    ${heading(title)}
    <p class="note">${t('refused.note')}</p>
    ${list === undefined && empty(t('list.unsupported'), '')}
    ${isEmpty && empty(t('refused.empty'), t('refused.emptyNext'))}
    ${
      list?.rows.length > 0 &&
      table(
        title,
        [...columns, ...(canDecide ? ['actions'] : [])].map((column) => t(`column.${column}`)),
        list.rows.map((row) => ({
          key: `${row.serialNumber} ${row.address}`,
          cells: [
            unbroken(row.serialNumber),
            said(row.address || '–'),
            said(row.model ?? '–'),
            row.times,
            localTime(row.firstAt),
            localTime(row.lastAt),
            ...(canDecide ? [buttons(row.serialNumber, act, may)] : []),
          ],
        })),
      )
    }
    ${list && pager(list, link)}
  `
}

const buttons = (serialNumber, act, { actions }) => html`
  <div class="actions">
    ${actions.has('approve') && html`<${AskingButton} label=${t('action.approve')} question=${t('refused.question')} onYes=${() => act({ action: 'approve', serialNumber }, 'action.approved')} />`}
    ${actions.has('leave') && html`<button type="button" onClick=${() => act({ action: 'leave', serialNumber }, 'action.left')}>${t('action.leave')}</button>`}
  </div>
`

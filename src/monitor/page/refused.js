// Who knocks: serial numbers that the app refused.
import { empty, heading, html, said, t, table } from './element.js'
import { AskingButton } from './form.js'
import { pager } from './list.js'
import { localTime } from './time.js'

export function refused({ list, canApprove }, _route, { link, act }, title) {
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
        [...columns, ...(canApprove ? ['actions'] : [])].map((column) => t(`column.${column}`)),
        list.rows.map((row) => ({
          key: `${row.serialNumber} ${row.address}`,
          cells: [
            said(row.serialNumber),
            said(row.address || '–'),
            said(row.model ?? '–'),
            row.times,
            localTime(row.firstAt),
            localTime(row.lastAt),
            ...(canApprove ? [buttons(row.serialNumber, act)] : []),
          ],
        })),
      )
    }
    ${list && pager(list, link)}
  `
}

const buttons = (serialNumber, act) => html`
  <div class="actions">
    <${AskingButton} label=${t('action.approve')} question=${t('refused.question')} onYes=${() => act({ action: 'approve', serialNumber }, 'action.approved')} />
    <button type="button" onClick=${() => act({ action: 'leave', serialNumber }, 'action.left')}>${t('action.leave')}</button>
  </div>
`

// Files that were offered to terminals, and how far each has come.
import { badge, html, said, t, table, unbroken } from './element.js'
import { filteredList, terminalField, terminalLink } from './list.js'
import { sizeOf } from './size.js'
import { moment } from './time.js'

const COLUMNS = ['file', 'terminal', 'state', 'progress', 'offered', 'expires']

export function files(view, { params }, { change, link }, title) {
  const known = new Map(view.terminals.map((terminal) => [terminal.serialNumber, terminal]))
  return filteredList(title, view, link, {
    isFiltered: ['q', 'sn'].some((name) => params.get(name)),
    fields: terminalField(params, change),
    words: {
      unsupported: t('files.unsupportedNext'),
      empty: t('files.empty'),
      next: t('files.emptyNext'),
    },
    rows: () => offerTable(title, view.list.rows, known),
  })
}

const offerTable = (label, rows, known) =>
  table(
    label,
    COLUMNS.map((column) => t(`column.${column}`)),
    rows.map((row, index) => {
      const terminal = known.get(row.serialNumber)
      return {
        key: `${row.serialNumber} ${row.name} ${row.offeredAt} ${index}`,
        cells: [
          html`${unbroken(row.name)}${row.platform !== undefined && html` <small>${said(t('files.firmware', { platform: row.platform }))}</small>`}`,
          terminalLink(row.serialNumber, terminal?.name),
          html`${badge(row.state, 'offer')} <small>${t(`offer.${row.state}Next`)}</small>`,
          progressOf(row),
          moment(row.offeredAt, terminal),
          moment(row.expiresAt, terminal),
        ],
      }
    }),
  )

function progressOf({ name, size, served }) {
  const percent = size === 0 ? 100 : Math.floor((served / size) * 100)
  const words = t('files.served', { served: sizeOf(served), size: sizeOf(size), percent })
  return html`
    <progress max=${Math.max(size, 1)} value=${size === 0 ? 1 : served} aria-label=${name}></progress>
    <small>${words}</small>
  `
}

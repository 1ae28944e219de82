// Rows of who came and went.
import { html, said, t, table, word } from './element.js'
import { personLink, terminalLink } from './list.js'
import { localTime, moment, onDemand, shortened } from './time.js'

/** Punches; `terminalOf` finds the terminal of one, and `withTerminal` shows it. */
export function punchTable(label, rows, terminalOf, withTerminal = false) {
  const columns = [
    ...['time', 'person', 'status', 'verify', 'workCode'],
    ...(withTerminal ? ['terminal'] : []),
    'received',
  ]
  return table(
    label,
    columns.map((column) => t(`column.${column}`)),
    rows.map((row, index) => {
      const terminal = terminalOf(row.serialNumber)
      return {
        key: `${row.serialNumber} ${row.at} ${index}`,
        cells: [
          timeOf(row),
          personLink(row.pin, row.person),
          statusOf(row),
          said(waysOf(row)),
          said(row.workCode ?? ''),
          ...(withTerminal ? [terminalLink(row.serialNumber, terminal?.name)] : []),
          moment(row.at, terminal),
        ],
      }
    }),
    withTerminal ? 'punches' : '',
  )
}

/** In or out, and what happened at a door. */
export function statusOf({ status, direction, door, event, granted }) {
  const shown =
    door === undefined || direction === 'unknown' ? status : { in: 0, out: 1 }[direction]
  const beside = [door !== undefined && t('attendance.door', { door }), event].filter(Boolean)
  return html`
    ${granted === false ? html`<span class="badge failed">${t('attendance.refused')}</span>` : said(word('status', shown))}
    ${beside.length > 0 && html` <span class="beside">${said(beside.join(' · '))}</span>`}
  `
}

/** How somebody was verified, in words. */
export const waysOf = ({ ways }) =>
  ways.map((way) => way.map((one) => word('verify', one)).join(' + ')).join(' / ')

/** The terminal's own clock is what it recorded; the viewer's time, if it differs, is shown on demand. */
export function timeOf({ time, instant }) {
  if (instant === undefined) return said(time)
  const here = localTime(instant)
  const own = html`<time datetime=${new Date(instant).toISOString()}>${time}</time>`
  return here === time ? own : onDemand(own, t('time.here', { time: shortened(here, time) }))
}

// What terminals asked before they opened a door, and what was answered.
import { badge, html, said, t, table, word } from './element.js'
import {
  beforeField,
  choiceField,
  filteredList,
  personLink,
  searchField,
  terminalField,
  terminalLink,
} from './list.js'
import { timeOf, waysOf } from './punch.js'

const COLUMNS = ['time', 'person', 'answer', 'door', 'verify', 'terminal']
const VERDICTS = ['allowed', 'denied', 'timeout']

export function decisions(view, { params }, { change, link }, title) {
  const known = new Map(view.terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const verdicts = [['', t('terminals.all')], ...VERDICTS.map((one) => [one, t(`verdict.${one}`)])]
  return filteredList(title, view, link, {
    isFiltered: ['q', 'sn', 'person', 'verdict', 'before'].some((name) => params.get(name)),
    fields: html`
      ${terminalField(params, change)}
      ${searchField(t('field.person'), params.get('person') ?? '', (person) => change({ person }))}
      ${choiceField(t('column.answer'), params.get('verdict') ?? '', verdicts, (verdict) => change({ verdict }))}
      ${beforeField(params, change)}
    `,
    words: { unsupported: '', empty: t('decisions.empty'), next: t('decisions.emptyNext') },
    rows: () => decisionTable(title, view.list.rows, known),
  })
}

const decisionTable = (label, rows, known) =>
  table(
    label,
    COLUMNS.map((column) => t(`column.${column}`)),
    rows.map((row, index) => ({
      key: `${row.serialNumber} ${row.at} ${index}`,
      cells: [
        timeOf(row),
        whoOf(row),
        answerOf(row),
        placeOf(row),
        said(waysOf(row)),
        terminalLink(row.serialNumber, known.get(row.serialNumber)?.name),
      ],
    })),
    'decisions',
  )

function whoOf({ pin, person, card }) {
  if (pin !== undefined) return personLink(pin, person)
  return card === undefined ? t('decisions.nobody') : said(t('decisions.card', { card }))
}

/** What the terminal read: the verdict, what it opened, and the text on its screen. */
function answerOf({ verdict, opens, seconds, tip }) {
  const beside = opens === undefined ? '' : t('decisions.opens', { door: opens, seconds })
  return html`
    ${badge(verdict, 'verdict')}
    ${beside && html` <span class="beside">${beside}</span>`}
    ${tip && html`<small>${said(tip)}</small>`}
  `
}

function placeOf({ door, reader, direction, event }) {
  const place =
    door === undefined
      ? reader === undefined
        ? '–'
        : t('decisions.reader', { reader })
      : t('attendance.door', { door })
  const beside = [direction !== 'unknown' && word('direction', direction), event].filter(Boolean)
  return html`
    ${place}
    ${beside.length > 0 && html` <small>${said(beside.join(' · '))}</small>`}
  `
}

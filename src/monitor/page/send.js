// One command to many terminals: choose them, confirm, and watch how far each of them is.
import { badge, empty, heading, html, said, t, table } from './element.js'
import { GiveForm } from './form.js'
import { commandTable, commandWords, pager, stateLinks, terminalLink } from './list.js'
import { terminalFilters } from './terminals.js'

export function send({ terminals, hasMore, forms }, { params }, { change, act, may }, title) {
  // Those that a form is for: a time clock doesn't read what a door terminal does.
  const targetOf = ({ families }) =>
    terminals.filter(({ family }) => families.includes(family)).map((one) => one.serialNumber)
  const offered = forms
    .filter(({ name }) => may.forms.has(name))
    .map((form) => {
      const label = t('send.form', { form: t(`form.${form.name}`), n: targetOf(form).length })
      return { ...form, label }
    })
  const give = async (body, serialNumbers) => {
    const done = await act({ ...body, action: 'giveMany', serialNumbers }, 'send.sent')
    if (done.ok) location.hash = `#/sending/${done.answer.sending}`
    return done
  }
  const questionOf = (serialNumbers) => t('send.question', { n: serialNumbers?.length })
  return html`
    ${heading(title)}
    ${terminalFilters(params, change)}
    <p>${t(hasMore ? 'send.first' : 'send.chosen', { n: terminals.length })}</p>
    ${offered.length > 0 && html`<div class="give"><${GiveForm} forms=${offered} give=${give} targetOf=${targetOf} questionOf=${questionOf} /></div>`}
    ${terminals.length === 0 && empty(t('list.nothingFound'), '')}
    ${
      terminals.length > 0 &&
      table(
        t('nav.terminals'),
        ['terminal', 'state'].map((column) => t(`column.${column}`)),
        terminals.map(({ serialNumber, name, isOnline }) => ({
          key: serialNumber,
          cells: [terminalLink(serialNumber, name), badge(isOnline ? 'online' : 'silent')],
        })),
      )
    }
  `
}

export function sending({ command, count, states, list, terminals }, _route, actions, title) {
  const { link } = actions
  if (command === undefined) {
    return html`${heading(title)}${empty(t('sending.unknown'), t('command.unknownNext'))}`
  }
  const known = new Map(terminals.map((terminal) => [terminal.serialNumber, terminal]))
  const open = (states.waiting ?? 0) + (states.sent ?? 0)
  const words = t('sending.over', { n: count - open, all: count })
  return html`
    ${heading(title)}
    <p>${said(commandWords(command))}</p>
    <p><progress value=${count - open} max=${count} aria-label=${words}></progress> ${words}</p>
    ${stateLinks(states, (state) => link({ state }))}
    <p><a href=${link({ state: '' })}>${t('terminals.all')}</a></p>
    ${commandTable(title, list.rows, (sn) => known.get(sn), true, actions)}
    ${pager(list, link, 'list.first', 'list.next')}
  `
}

// The views by their names: a title and a body each, whether or not their data has arrived.
import { attendance } from './attendance.js'
import { command } from './command.js'
import { commands } from './commands.js'
import { decisions } from './decisions.js'
import { empty, heading, html, t } from './element.js'
import { files } from './files.js'
import { commandWords, personName } from './list.js'
import { person } from './person.js'
import { refused } from './refused.js'
import { send, sending } from './send.js'
import { terminal } from './terminal.js'
import { terminals } from './terminals.js'

const VIEWS = {
  terminals: { title: () => t('nav.terminals'), body: terminals },
  terminal: {
    title: ({ params }, view) => view?.terminal?.name ?? params.get('sn'),
    body: terminal,
  },
  person: {
    title: ({ params }, view) => personName(params.get('pin') ?? '', view?.name),
    body: person,
  },
  command: {
    title: ({ params }, view) => {
      const known = view?.command
      return known?.phrase ? commandWords(known) : t('command.title', { id: params.get('id') })
    },
    body: command,
  },
  send: { title: () => t('send.title'), body: send },
  sending: { title: () => t('sending.title'), body: sending },
  commands: { title: () => t('commands.title'), body: commands },
  work: { title: () => t('work.title'), body: commands },
  decisions: { title: () => t('decisions.title'), body: decisions },
  files: { title: () => t('files.title'), body: files },
  refused: { title: () => t('refused.title'), body: refused },
  failures: { title: () => t('failures.title'), body: commands },
  attendance: { title: () => t('attendance.title'), body: attendance },
}

/** Whether there is a view of this name. */
export const hasView = (name) => Object.hasOwn(VIEWS, name)

/** The view of a route. `view` is its data; undefined until it arrives. */
export function viewOf(route, view, actions) {
  const found = hasView(route.name) ? VIEWS[route.name] : undefined
  if (found === undefined || view === null) {
    const title = t('failure.notFound')
    return {
      title,
      body: html`${heading(title)}${empty(html`<a href="#/">${t('nav.terminals')}</a>`, '')}`,
    }
  }
  const title = found.title(route, view)
  if (view === undefined) return { title, body: heading(title) }
  return { title, body: found.body(view, route, actions, title) }
}

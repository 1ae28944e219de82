// One command with its reply.
import { commandActions } from './command-action.js'
import { badge, empty, facts, hexOf, html, said, saidHeading, t } from './element.js'
import { meaningOf, personLink, terminalLink } from './list.js'
import { sizeOf } from './size.js'
import { moment } from './time.js'

const TIMES = ['issuedAt', 'sentAt', 'replyDueAt', 'expiresAt', 'cancelledAt', 'repliedAt']

export function command(view, { params }, actions, title) {
  const [sn, id] = [params.get('sn') ?? '', params.get('id') ?? '']
  const { terminal, command: known, cutText, terms, members = [], reply } = view
  const query = new URLSearchParams({ sn, id })
  const about = known?.pin === undefined ? undefined : personLink(known.pin, known.person)
  const back = html`<p>${terminalLink(sn, terminal?.name)}</p>`
  if (known === undefined) {
    return html`${saidHeading(title)}${back}${empty(t('command.unknown'), t('command.unknownNext'))}`
  }
  const attempts = known.attempts
    ? t('command.attemptsOf', { n: known.attemptsMade, all: known.attempts })
    : known.attemptsMade
  return html`
    ${saidHeading(title)}${back}
    ${about && html`<p>${about}</p>`}
    <p>${badge(known.state)} ${said(meaningOf(known))}</p>
    <div class="actions">
      ${commandActions(actions, known)}
    </div>
    ${known.text === undefined ? html`<p>${t('command.notIssued')}</p>` : html`<h2>${t('command.text')}</h2>${cutText && firstOf(cutText)}${block(t('command.text'), known.text)}`}
    ${cutText && download('text', query, 'command.downloadText', cutText)}
    <h2>${t('command.facts')}</h2>
    ${facts([
      [t('command.id'), said(id)],
      [t('command.attempts'), attempts],
      ...TIMES.map((name) => [t(`command.${name}`), moment(known[name], terminal)]),
      [t('command.key'), terms?.key && said(terms.key)],
    ])}
    ${members.length > 0 && html`<h2>${t('command.members')}</h2>${facts(members.map(([name, value]) => [said(name), said(value)]))}`}
    <h2>${t('command.reply')}</h2>
    ${reply === undefined ? html`<p>${t('command.noReply')}</p>` : replyOf(reply, query)}
  `
}

// What is long is shown in part, with how much there is.
const firstOf = ({ size, shown }) =>
  html`<p class="note">${t('command.shownOnly', { n: sizeOf(shown), all: sizeOf(size) })}</p>`

const download = (path, query, key, { size }) =>
  html`<p><a href=${`${path}?${query}`} download>${t(key, { n: sizeOf(size) })}</a></p>`

function replyOf({ returnCode, commandName, fields, hasMoreFields, content, raw }, query) {
  return html`
    ${facts([
      [t('command.returnCode'), returnCode ?? '–'],
      [t('command.commandName'), said(commandName || '–')],
    ])}
    ${fields.length > 0 && html`<h3>${t('command.fields')}</h3>${facts(fields.map(([name, value]) => [said(name), said(value)]))}`}
    ${hasMoreFields && html`<p class="note">${t('command.moreFields')}</p>`}
    ${content && html`<h3>${t('command.content')}</h3>${contentOf(content, query)}`}
    <h3>${t('command.raw')}</h3>
    ${raw.isCut && firstOf({ ...raw, shown: raw.hex.length / 2 })}
    ${block(t('command.raw'), hexOf(raw.hex))}
    ${download('raw', query, 'command.downloadRaw', raw)}
  `
}

function contentOf(content, query) {
  const { text, size, isCut, hex } = content
  return html`
    ${
      text === undefined
        ? html`<p>${t('command.contentSize', { n: sizeOf(size) })}</p>`
        : html`
            ${isCut && firstOf({ size, shown: hex.length / 2 })}
            ${block(t('command.content'), text)}
          `
    }
    ${download('content', query, 'command.downloadContent', content)}
  `
}

// It can be scrolled by the keyboard.
function block(label, text) {
  return html`<pre tabindex="0" role="region" aria-label=${label}>${said(text)}</pre>`
}

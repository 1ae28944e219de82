// The page: the current view, its live data, and the actions of people.
import { render } from 'preact'
import { changed } from './change.js'
import { html, t } from './element.js'
import { keyOf, linkOf, queryOf, routeIn } from './route.js'
import { TEXTS } from './texts.js'
import { setSkew } from './time.js'
import { hasView, viewOf } from './view.js'

const PARENTS = {
  ...{ terminal: 'terminals', send: 'terminals', sending: 'work' },
  ...{ command: 'work', commands: 'work', person: 'attendance' },
}

const root = /** @type {HTMLElement} */ (document.querySelector('#page'))
const NOTHING = { actions: new Set(), forms: new Set() }
/** @type {{ route: any, view: any, live: string, notice: string, may: any }} */
const state = {
  ...{ route: routeIn(location.hash), view: undefined, live: 'connecting', notice: '' },
  may: NOTHING,
}
const NAMES = ['terminals', 'attendance', 'decisions', 'work', 'failures', 'files', 'refused']
let stream
let shownKey = ''
let isFocusDue = false

function connect() {
  stream?.close()
  if (document.hidden) return
  if (!hasView(state.route.name)) {
    state.live = 'off'
    return
  }
  const opened = new EventSource(`events?${queryOf(state.route)}`)
  stream = opened
  let received
  const receive = ({ data }) => {
    if (opened !== stream) return
    const { now, view, change } = JSON.parse(data)
    setSkew(now)
    received = change === undefined ? view : changed(received, change)
    state.view = received
    state.live = 'on'
    show()
  }
  opened.addEventListener('view', receive)
  opened.addEventListener('change', receive)
  opened.addEventListener('failure', () => {
    if (state.live !== 'failing') explain(opened)
    state.live = 'failing'
    show()
  })
  opened.onerror = () => {
    if (opened !== stream) return
    state.live = 'lost'
    show()
    // A browser gives up if a login or an error page answers.
    if (opened.readyState === EventSource.CLOSED) {
      setTimeout(() => opened === stream && connect(), 5000)
      explain(opened)
    }
  }
}

// What this person may do here: nothing else is offered.
async function learn() {
  const key = keyOf(state.route)
  const { name, params } = state.route
  const asked = new URLSearchParams({ view: name })
  if (params.has('sn')) asked.set('sn', params.get('sn'))
  const answer = await fetch(`may?${asked}`).catch(() => undefined)
  const { actions = [], forms = [] } = (await answer?.json().catch(() => undefined)) ?? {}
  if (keyOf(state.route) !== key) return
  state.may = { actions: new Set(actions), forms: new Set(forms) }
  show()
}

// An address that was edited by hand may ask for what no view has.
async function explain(opened) {
  const { status } = await fetch(`view?${queryOf(state.route)}`).catch(() => ({ status: 0 }))
  if (status !== 400 || opened !== stream) return
  opened.close()
  stream = undefined
  state.view = null
  state.live = 'on'
  show()
}

function follow() {
  const before = keyOf(state.route)
  state.route = routeIn(location.hash)
  if (keyOf(state.route) !== before) {
    state.view = undefined
    state.notice = ''
    state.may = NOTHING
    void learn()
    isFocusDue = true
    scrollTo(0, 0)
  }
  state.live = 'connecting'
  connect()
  show()
}

const link = (changes) => linkOf(state.route, changes)

/** Changes parameters of the view; the first page is shown. */
function change(changes) {
  history.replaceState(undefined, '', link(changes))
  follow()
}

/** Sends an action to the app, and shows its result; `member` is the value that was refused. */
async function act(asked, done) {
  try {
    const answer = await fetch('action', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Iclock-Monitor': '1' },
      body: JSON.stringify(asked),
    })
    const body = await answer.json().catch(() => ({ error: answer.statusText }))
    const { commandId, error, member } = body
    const shown = member === undefined ? error : t('failure.field', { error })
    state.notice = answer.ok ? t(done, { id: commandId }) : t('failure.action', { error: shown })
    show()
    return { ok: answer.ok, answer: body, member, error: shown }
  } catch (error) {
    state.notice = t('failure.action', { error: String(error) })
    show()
    return { ok: false }
  }
}

function show() {
  const { route, view, live, notice, may } = state
  const shown = viewOf(route, view, { change, link, act, may })
  document.title = shown.title === TEXTS.title ? TEXTS.title : `${shown.title} · ${TEXTS.title}`
  const active = PARENTS[route.name] ?? route.name
  render(
    html`
      <a class="skip" href="#main" onClick=${skip}>${t('skip')}</a>
      <header>
        <p class="brand">${TEXTS.title}</p>
        <nav aria-label=${t('nav.label')}>
          ${NAMES.map(
            (name) =>
              html`<a href=${`#/${name}`} aria-current=${name === active ? 'page' : undefined}>${t(`nav.${name}`)}</a>`,
          )}
        </nav>
        <p class=${`live ${live}`} role="status">${t(`live.${live}`)}</p>
      </header>
      <main id="main" tabindex="-1" aria-busy=${view === undefined}>
        <p class="notice" role="status">${notice}</p>
        ${shown.body}
      </main>
      <footer>${t('nav.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</footer>
    `,
    root,
  )
  const key = keyOf(route)
  if (view !== undefined && key !== shownKey) {
    shownKey = key
    // A person who follows a link with a screen reader hears where it led.
    if (isFocusDue) root.querySelector('h1')?.focus()
    isFocusDue = false
  }
}

// The hash says which view is shown.
function skip(event) {
  event.preventDefault()
  root.querySelector('main')?.focus()
}

addEventListener('hashchange', follow)
document.addEventListener('visibilitychange', connect)
// Keeps times such as "2 min ago" current.
setInterval(show, 30_000)
connect()
void learn()
show()

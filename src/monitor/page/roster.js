// The people of a terminal: where they stand, and what a pass of the roster would do.
import { Component } from 'preact'
import { badge, html, said, t, table } from './element.js'
import { AskingButton } from './form.js'
import { personLink, personName } from './list.js'
import { moment } from './time.js'

const STATES = [
  ...['failed', 'conflict', 'waiting', 'unwanted', 'removing', 'foreign', 'present', 'removed'],
]

/** How many people are in step, and in each state; `linkOf` makes the link to those of a state. */
export function standingsOf({ states, wanted }, linkOf) {
  const known = STATES.filter((state) => states[state] !== undefined)
  return html`
    <p>${t('roster.inStep', { n: states.present ?? 0, all: wanted })}</p>
    <ul class="states">
      ${known.map((state) => html`<li key=${state}><a href=${linkOf(state)}>${badge(state, 'standing')} <b>${states[state]}</b></a></li>`)}
    </ul>
  `
}

/** The people of a terminal. */
export function standingTable(label, rows) {
  return table(
    label,
    ['person', 'state', 'result', 'since'].map((column) => t(`column.${column}`)),
    rows.map(({ pin, person, state, meaning, since, failures }) => ({
      key: pin,
      cells: [
        personLink(pin, person),
        badge(state, 'standing'),
        html`${meaning === t(`standing.${state}`) ? '–' : said(meaning)}${failures.map(([what, why]) => html`<small key=${what}>${said(`${what}: ${why}`)}</small>`)}`,
        moment(since),
      ],
    })),
  )
}

/** What a pass would do about a terminal: shown if asked for, and then carried out if confirmed. */
export class Plan extends Component {
  state = { plan: undefined, isDone: false, isNaming: false }

  render({ serialNumber, act, may }, { plan, isDone, isNaming }) {
    const run = async (body, done, isDone) => {
      const { ok, answer } = await act({ serialNumber, ...body }, done)
      this.setState({ plan: ok ? answer.plan : undefined, isDone, isNaming: false })
    }
    const show = () => run({ action: 'plan' }, 'plan.made', false)
    const removed = plan?.lists.remove.rows ?? []
    const apply = () =>
      run({ action: 'apply', pins: removed.map(({ pin }) => pin) }, 'plan.applied', true)
    const isDue = plan && !isDone && plan.lists.put.count + removed.length > 0
    return html`
      <section class="plan" aria-label=${t('plan.title')}>
        ${may.actions.has('plan') && html`<button type="button" onClick=${show}>${t('plan.show')}</button>`}
        ${plan && listsOf(plan, isDone)}
        ${
          isDue &&
          may.actions.has('apply') &&
          (isNaming
            ? removal(removed, apply, () => this.setState({ isNaming: false }))
            : html`<${AskingButton}
                label=${t('plan.apply')}
                question=${t('plan.question', { n: plan.lists.put.count, m: removed.length })}
                onYes=${removed.length > 0 ? () => this.setState({ isNaming: true }) : apply}
              />`)
        }
      </section>
    `
  }
}

// Whoever is deleted is counted and named once more.
function removal(removed, onYes, onNo) {
  const names = removed.map(({ pin, person }) => personName(pin, person)).join(', ')
  const onSubmit = (event) => {
    event.preventDefault()
    onYes()
  }
  return html`
    <form class="ask" onSubmit=${onSubmit}>
      <span role="alert">${t('plan.removal', { n: removed.length })} <b>${said(names)}</b></span>
      <button type="submit" class="yes">${t('plan.remove', { n: removed.length })}</button>
      <button type="button" onClick=${onNo}>${t('action.no')}</button>
    </form>
  `
}

function listsOf({ notice, present, lists }, isDone) {
  const known = Object.entries(lists).filter(([, { count }]) => count > 0)
  return html`
    <div class="empty lists">
      <h3>${t(isDone ? 'plan.done' : 'plan.title')}</h3>
      ${notice && html`<p>${said(notice)}</p>`}
      <p>${t('plan.present', { n: present })}</p>
      ${known.map(
        ([name, { rows, count }]) => html`
          <h4 key=${name}>${t(`plan.list.${name}`, { n: count })}</h4>
          <ul>
            ${rows.map((row) => html`<li key=${row.pin}>${said(wordsOf(name, row))}</li>`)}
            ${count > rows.length && html`<li>${t('plan.more', { n: count - rows.length })}</li>`}
          </ul>
        `,
      )}
      ${known.length === 0 && !notice && html`<p>${t('plan.nothing')}</p>`}
    </div>
  `
}

// `reason` of who is sent are the parts: `user, finger 6`.
function wordsOf(list, { pin, person, other, reason }) {
  const who = personName(pin, person)
  if (list === 'remove')
    return t(`plan.removes.${reason === 'reused' ? 'reused' : 'gone'}`, { person: who })
  if (other !== undefined) return t('plan.conflict', { person: who, other, reason })
  if (list !== 'put') return t('plan.row', { person: who, reason })
  const [first, ...others] = reason.split(', ')
  if (first === 'query') return t('plan.asks', { person: who })
  if (first !== 'user') return t('plan.sends', { person: who, what: reason })
  const added = t('phrase.putUser', { person: who })
  return others.length === 0 ? added : t('plan.with', { added, what: others.join(', ') })
}

// The form that issues commands, and the two actions on one.
import { Component } from 'preact'
import { html, t } from './element.js'

const TYPES = { text: 'text', number: 'number', moment: 'datetime-local', secret: 'password' }

/** The form that issues a command to a terminal. */
export const formOf = (forms, serialNumber, { act }) => {
  const give = (body) => act({ ...body, action: 'give', serialNumber }, 'action.issued')
  return html`
    <details class="give">
      <summary>${t('action.give')}</summary>
      <${GiveForm} key=${serialNumber} forms=${forms} give=${give} />
    </details>
  `
}

/**
 * A form that issues a command. `targetOf` says what a form is for at the moment of the question
 * that `questionOf` asks; without it, only commands that act on the world are confirmed.
 */
export class GiveForm extends Component {
  state = { label: this.props.forms[0].label, isAsking: false, wrong: undefined, target: undefined }

  render({ forms, give, targetOf, questionOf }, { label, isAsking, wrong, target }) {
    const form = forms.find((one) => labelOf(one) === label) ?? forms[0]
    const onSubmit = async (event) => {
      event.preventDefault()
      if ((form.isConfirmed || targetOf) && !isAsking) {
        return this.setState({ isAsking: true, target: targetOf?.(form) })
      }
      const element = event.target
      const values = Object.fromEntries(new FormData(element))
      this.setState({ isAsking: false })
      const { ok, member, error } = await give({ form: form.name, values }, target)
      this.setState({ wrong: ok ? undefined : { member, error } })
      if (ok) element.reset()
      else element.elements.namedItem(member ?? '')?.focus()
    }
    const choose = ({ target: { value } }) =>
      this.setState({ label: value, isAsking: false, wrong: undefined })
    return html`
      <form onSubmit=${onSubmit} autocomplete="off">
        <label>${t('action.choose')}
          <select value=${labelOf(form)} onChange=${choose}>
            ${forms.map((one) => html`<option value=${labelOf(one)}>${labelOf(one)}</option>`)}
          </select>
        </label>
        ${form.fields.map((field) => fieldOf(form, field, wrong?.member === field.name ? wrong.error : undefined))}
        ${form.fields.some(({ kind }) => kind === 'moment') && html`<p class="note">${t('action.moments')}</p>`}
        <${Buttons} isAsking=${isAsking} label=${t('action.submit')} question=${questionOf?.(target)} onNo=${() => this.setState({ isAsking: false })} />
      </form>
    `
  }
}

const labelOf = ({ name, label = t(`form.${name}`) }) => label

function fieldOf(form, { name, kind, isRequired, value = '' }, error) {
  const id = `error-${name}`
  return html`
    <label key=${`${form.name} ${name}`}>${t(`field.${name}`)}
      <input name=${name} type=${TYPES[kind]} required=${isRequired} defaultValue=${value} autocomplete=${kind === 'secret' ? 'new-password' : 'off'} aria-invalid=${error !== undefined} aria-describedby=${error && id} />
      ${error && html`<span class="wrong" id=${id}>${error}</span>`}
    </label>
  `
}

/** A button that asks for confirmation. */
export class AskingButton extends Component {
  state = { isAsking: false }

  render({ label, question, onYes }, { isAsking }) {
    const onSubmit = (event) => {
      event.preventDefault()
      if (isAsking) onYes()
      this.setState({ isAsking: !isAsking })
    }
    return html`<form class="ask" onSubmit=${onSubmit}>
      <${Buttons} isAsking=${isAsking} label=${label} question=${question} onNo=${() => this.setState({ isAsking: false })} />
    </form>`
  }
}

function Buttons({ isAsking, label, question = t('action.confirm'), onNo }) {
  if (!isAsking) return html`<button type="submit">${label}</button>`
  return html`
    <span role="alert">${question}</span>
    <button type="submit" class="yes">${t('action.yes')}: ${label}</button>
    <button type="button" onClick=${onNo}>${t('action.no')}</button>
  `
}

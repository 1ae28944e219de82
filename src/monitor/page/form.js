// The form that issues commands, and the two actions on one.
import { Component } from 'preact'
import { html, t } from './element.js'

const TYPES = { text: 'text', number: 'number', moment: 'datetime-local', secret: 'password' }

/** The form that issues a command to a terminal. */
export const formOf = (forms, serialNumber, { act }) =>
  html`<${GiveForm} key=${serialNumber} forms=${forms} serialNumber=${serialNumber} act=${act} />`

class GiveForm extends Component {
  state = { name: this.props.forms[0].name, isAsking: false }

  render({ forms, serialNumber, act }, { name, isAsking }) {
    const form = forms.find((one) => one.name === name) ?? forms[0]
    const onSubmit = async (event) => {
      event.preventDefault()
      if (form.isConfirmed && !isAsking) return this.setState({ isAsking: true })
      const element = event.target
      const values = Object.fromEntries(new FormData(element))
      this.setState({ isAsking: false })
      if (await act({ action: 'give', serialNumber, form: form.name, values }, 'action.issued')) {
        element.reset()
      }
    }
    const choose = ({ target }) => this.setState({ name: target.value, isAsking: false })
    return html`
      <details class="give">
        <summary>${t('action.give')}</summary>
        <form onSubmit=${onSubmit} autocomplete="off">
          <label>${t('action.choose')}
            <select value=${form.name} onChange=${choose}>
              ${forms.map((one) => html`<option value=${one.name}>${t(`form.${one.name}`)}</option>`)}
            </select>
          </label>
          ${form.fields.map(
            (field) => html`
              <label key=${`${form.name} ${field.name}`}>${t(`field.${field.name}`)}
                <input name=${field.name} type=${TYPES[field.kind]} required=${field.isRequired} defaultValue=${field.value ?? ''} autocomplete=${field.kind === 'secret' ? 'new-password' : 'off'} />
              </label>
            `,
          )}
          ${form.fields.some(({ kind }) => kind === 'moment') && html`<p class="note">${t('action.moments')}</p>`}
          <${Buttons} isAsking=${isAsking} label=${t('action.submit')} onNo=${() => this.setState({ isAsking: false })} />
        </form>
      </details>
    `
  }
}

/** A button that asks for confirmation. */
export class AskingButton extends Component {
  state = { isAsking: false }

  render({ label, onYes }, { isAsking }) {
    const onSubmit = (event) => {
      event.preventDefault()
      if (isAsking) onYes()
      this.setState({ isAsking: !isAsking })
    }
    return html`<form class="ask" onSubmit=${onSubmit}>
      <${Buttons} isAsking=${isAsking} label=${label} onNo=${() => this.setState({ isAsking: false })} />
    </form>`
  }
}

function Buttons({ isAsking, label, onNo }) {
  if (!isAsking) return html`<button type="submit">${label}</button>`
  return html`
    <span role="alert">${t('action.confirm')}</span>
    <button type="submit" class="yes">${t('action.yes')}: ${label}</button>
    <button type="button" onClick=${onNo}>${t('action.no')}</button>
  `
}

// What people may do with a command, on its page and in its row; each asks before it acts.
import { html, t } from './element.js'
import { AskingButton } from './form.js'

const OPEN = ['waiting', 'sent']

/** Whether any of these actions is offered. */
export const mayChange = ({ may }) => may.actions.has('cancel') || may.actions.has('retry')

/** The buttons that cancel a command or issue it again. */
export function commandActions({ act, may }, command) {
  const { serialNumber, commandId, state, issuedAt, isOfRoster } = command
  // Nobody issued it here.
  if (issuedAt === undefined) return undefined
  const action = OPEN.includes(state) ? 'cancel' : 'retry'
  if (!may.actions.has(action) || (action === 'retry' && isOfRoster)) return undefined
  const done = action === 'cancel' ? 'action.cancelled' : 'action.issued'
  const onYes = () => act({ action, serialNumber, commandId }, done)
  return html`<${AskingButton} key=${action} label=${t(`action.${action}`)} question=${t(`action.${action}Question`)} onYes=${onYes} />`
}

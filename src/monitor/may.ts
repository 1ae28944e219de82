// What a person may do in a view: asked of the app when the view is drawn, so that the page offers
// nothing else. Each action is checked again when it is done.
import type { IncomingMessage } from 'node:http'
import { ownOf } from '../check.js'
import { isAllowed, type MonitorAction } from './action.js'
import { FORM_NAMES } from './form.js'
import type { MonitorSettings } from './option.js'

type Kind = MonitorAction['action']

/** What the page may offer. */
export interface Offer {
  actions: Kind[]
  /** The forms of `give`, in views that have forms. */
  forms: string[]
}

const OF_VIEW: Readonly<Record<string, readonly Kind[]>> = {
  terminals: ['give'],
  terminal: ['give', 'plan', 'apply', 'cancel', 'retry'],
  commands: ['cancel', 'retry'],
  work: ['cancel'],
  failures: ['retry'],
  send: ['give'],
  sending: ['cancel', 'retry'],
  command: ['cancel', 'retry'],
  refused: ['approve', 'leave'],
}
const WITH_FORMS = ['terminal', 'send']

/** What the person who sends a request may do in a view, about a terminal or about many. */
export async function offerFor(
  settings: MonitorSettings,
  req: IncomingMessage,
  view: string,
  serialNumber: string | undefined,
): Promise<Offer> {
  const about = serialNumber === undefined ? {} : { serialNumber }
  const kinds = ownOf(OF_VIEW, view) ?? []
  const offered = kinds.filter((action) => isOffered(settings, action))
  const hasForms = offered.includes('give') && WITH_FORMS.includes(view)
  const asked: MonitorAction[] = [
    ...offered.filter((action) => !(hasForms && action === 'give')).map((action) => ({ action })),
    ...(hasForms ? FORM_NAMES.map((form) => ({ action: 'give' as const, form })) : []),
  ].map((one) => ({ ...about, ...one }))
  const answers = await Promise.all(asked.map((one) => isAllowed(settings, req, one)))
  const allowed = asked.filter((_, index) => answers[index])
  return {
    actions: [...new Set(allowed.map(({ action }) => action))],
    forms: allowed.flatMap(({ form }) => (form === undefined ? [] : [form])),
  }
}

// What the app gave the page no option for is not asked.
function isOffered({ commands, roster, approve }: MonitorSettings, action: Kind): boolean {
  if (action === 'plan' || action === 'apply') return roster !== undefined
  if (action === 'approve' || action === 'leave') return approve !== undefined
  return commands !== undefined
}

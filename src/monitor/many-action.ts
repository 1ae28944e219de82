// The action on many terminals: one command of a form for each of them, all or none.

import { newCommandId } from '../queue/id.js'
import type { Issue, NewCommand } from '../queue/issue.js'
import type { TerminalSummary } from '../terminal/storage.js'
import {
  type Act,
  FORBIDDEN,
  failed,
  isAllowed,
  isRefusal,
  NOT_OFFERED,
  refusedBy,
} from './action.js'
import { commandOf } from './form.js'

/** To how many terminals one command is sent at once. */
export const MOST_TERMINALS = 200

/** Issues the command of a form to many terminals; their commands have the same member `sending`. */
export const giveMany: Act = async (settings, req, { serialNumbers, form: asked, values }) => {
  const { commands, adapter } = settings
  if (commands === undefined) return NOT_OFFERED
  if (!isList(serialNumbers)) {
    return failed(400, `serialNumbers must be an array of 1 to ${MOST_TERMINALS} serial numbers`)
  }
  if (typeof values !== 'object' || values === null) return failed(400, 'values must be an object')
  const { rows } = await adapter.listTerminals({ serialNumbers, limit: MOST_TERMINALS })
  if (rows.length < new Set(serialNumbers).size) return failed(404, 'there is no such terminal')
  const form = String(asked)
  let issues: Issue[] | undefined
  try {
    issues = issuesFor(rows, form, values as Record<string, unknown>)
  } catch (error) {
    return refusedBy(error)
  }
  if (issues === undefined) return failed(404, 'there is no such form for all of these terminals')
  const answers = await Promise.all(
    issues.map(({ serialNumber, command: { text } }) => {
      return isAllowed(settings, req, { action: 'give', serialNumber, form, text })
    }),
  )
  if (answers.includes(false)) return FORBIDDEN
  const sending = newCommandId()
  try {
    await commands.issueAll(issues.map((issue) => ({ ...issue, members: { sending } })))
  } catch (error) {
    if (isRefusal(error)) return refusedBy(error)
    throw error
  }
  return { status: 200, body: { sending } }
}

/** The command for each terminal, as its family reads it; undefined if a family lacks the form. */
function issuesFor(
  terminals: readonly TerminalSummary[],
  form: string,
  values: Readonly<Record<string, unknown>>,
): Issue[] | undefined {
  const built = new Map<TerminalSummary['family'], NewCommand | undefined>()
  const issues: Issue[] = []
  for (const { serialNumber, family } of terminals) {
    if (!built.has(family)) built.set(family, commandOf(form, values, family))
    const command = built.get(family)
    if (command === undefined) return undefined
    issues.push({ serialNumber, command })
  }
  return issues
}

function isList(serialNumbers: unknown): serialNumbers is string[] {
  if (!Array.isArray(serialNumbers)) return false
  const isBounded = serialNumbers.length > 0 && serialNumbers.length <= MOST_TERMINALS
  return isBounded && serialNumbers.every((one) => typeof one === 'string' && one !== '')
}

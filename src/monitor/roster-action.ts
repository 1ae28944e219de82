// The actions on the people of a terminal: see what the roster would do, and have it done.
import { IclockError } from '../endpoint/errors.js'
import { type Act, FORBIDDEN, failed, isAllowed, NOT_OFFERED, refusedBy } from './action.js'
import { MOST_REMOVED, planOf } from './plan.js'

/** Runs a dry pass: it sends and writes nothing, and says what a pass would do that deletes. */
export const plan: Act = async (settings, req, asked) => {
  const { roster, people } = settings
  if (roster === undefined) return NOT_OFFERED
  const serialNumber = String(asked.serialNumber ?? '')
  if (!(await isAllowed(settings, req, { action: 'plan', serialNumber }))) return FORBIDDEN
  const result = await roster.reconcile(serialNumber, { dryRun: true })
  return { status: 200, body: { plan: await planOf(result, people) } }
}

/** Runs a pass that deletes nobody but the people whom somebody was shown by name. */
export const apply: Act = async (settings, req, asked) => {
  const { roster, people } = settings
  if (roster === undefined) return NOT_OFFERED
  const serialNumber = String(asked.serialNumber ?? '')
  const { pins } = asked
  if (!isListOfPins(pins)) {
    return failed(400, `pins must be an array of at most ${MOST_REMOVED} PINs`)
  }
  const action = { action: 'apply', serialNumber, pins } as const
  if (!(await isAllowed(settings, req, action))) return FORBIDDEN
  try {
    const result = await roster.reconcile(serialNumber, { deletes: pins })
    return { status: 200, body: { plan: await planOf(result, people) } }
  } catch (error) {
    const isTooMany = error instanceof IclockError && error.code === 'DELETES_EXCEEDED'
    if (isTooMany) return refusedBy(error, error.status)
    throw error
  }
}

function isListOfPins(pins: unknown): pins is string[] {
  const isList = Array.isArray(pins) && pins.length <= MOST_REMOVED
  return isList && pins.every((pin) => typeof pin === 'string')
}

// The actions on the people of a terminal: see what the roster would do, and have it done.
import { IclockError, type IclockErrorCode } from '../endpoint/errors.js'
import {
  type Act,
  type ActionAnswer,
  FORBIDDEN,
  failed,
  isAllowed,
  NOT_OFFERED,
  refusedBy,
} from './action.js'
import { MOST_REMOVED, planOf } from './plan.js'

/** Runs a dry pass: it sends and writes nothing, and says what a pass would do that deletes. */
export const plan: Act = async (settings, req, asked) => {
  const { dryRun, people } = settings
  if (dryRun === undefined) return NOT_OFFERED
  const serialNumber = String(asked.serialNumber ?? '')
  if (!(await isAllowed(settings, req, { action: 'plan', serialNumber }))) return FORBIDDEN
  try {
    return { status: 200, body: { plan: await planOf(await dryRun(serialNumber), people) } }
  } catch (error) {
    return refusedAs('BUSY', error)
  }
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
    return refusedAs('DELETES_EXCEEDED', error)
  }
}

/** The answer to a refusal that people may meet; throws any other error. */
function refusedAs(code: IclockErrorCode, error: unknown): ActionAnswer {
  if (error instanceof IclockError && error.code === code) return refusedBy(error, error.status)
  throw error
}

function isListOfPins(pins: unknown): pins is string[] {
  const isList = Array.isArray(pins) && pins.length <= MOST_REMOVED
  return isList && pins.every((pin) => typeof pin === 'string')
}

// The actions on a terminal that was refused.
import { type Act, FORBIDDEN, failed, isAllowed, NOT_OFFERED } from './action.js'

/** Lets in a terminal that was refused, or takes it off the list. */
export const decide: Act = async (settings, req, asked) => {
  const { adapter, approve } = settings
  if (approve === undefined) return NOT_OFFERED
  const serialNumber = String(asked.serialNumber ?? '')
  const action = asked.action === 'approve' ? 'approve' : 'leave'
  const refused = (await adapter.listRefused?.()) ?? []
  const isKnown = refused.some((one) => one.serialNumber === serialNumber)
  if (!isKnown) return failed(404, 'no such terminal was refused')
  if (!(await isAllowed(settings, req, { action, serialNumber }))) return FORBIDDEN
  if (action === 'approve') await approve(serialNumber, req)
  await adapter.forgetRefused?.({ serialNumber })
  return { status: 200, body: { serialNumber } }
}

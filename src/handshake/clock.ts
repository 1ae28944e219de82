// GET rtdata, and cdata with type=time: a terminal sets its clock.
import { ok } from '../endpoint/answer.js'
import type { Exchange } from '../endpoint/endpoint.js'
import { contactOf } from '../terminal/facts.js'
import type { ArrivalSettings } from './arrival.js'
import { clockAnswer, timeAnswer } from './handshake.js'

/**
 * `GET rtdata?type=time`: an access terminal sets its clock (access manual, "Synchronize the
 * time").
 */
export function timeExchange({ contacts, offsetOf }: ArrivalSettings): Exchange {
  return async (serialNumber, request, deadline) => {
    // Time clocks ask it as well.
    const contact = contactOf(serialNumber, request, 'handshake')
    const utcOffset = await offsetOf(serialNumber, contact.at, deadline)
    contacts.writeIfDue({ ...contact, utcOffset })
    return ok(timeAnswer(contact.at, utcOffset))
  }
}

/** `GET cdata?type=time`: a terminal sets its clock (PUSH SDK 3.2.0). */
export function clockExchange({ contacts, offsetOf }: ArrivalSettings): Exchange {
  return async (serialNumber, request, deadline) => {
    const contact = contactOf(serialNumber, request, 'ping')
    const utcOffset = await offsetOf(serialNumber, contact.at, deadline)
    contacts.writeIfDue(contact)
    return ok(clockAnswer(contact.at, utcOffset))
  }
}

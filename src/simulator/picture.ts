// Sends a picture over one connection, again and again until the server closes it.
import { deliver, type SendOptions } from './delivery.js'
import type { Exchange } from './exchange.js'
import { askOver, type Question, type Session } from './session.js'
import { openWire, type Wire } from './wire.js'

/** @throws DeliveryError if it gives up */
export async function deliverPicture(
  session: Session,
  question: Question,
  options: SendOptions | undefined,
): Promise<Exchange[]> {
  let wire: Wire | undefined
  try {
    return await deliver(session.identity, options, (attempt) => {
      if (wire === undefined || wire.hasEnded || wire.socket.destroyed) {
        wire = openWire(session.targetOf())
      }
      return askOver(wire, session, question, attempt, 'keep-alive')
    })
  } finally {
    wire?.socket.destroy()
  }
}

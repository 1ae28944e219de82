// exchange: a terminal wants to encrypt, which is refused.
import { quoted } from '../check.js'
import type { Exchange } from '../endpoint/endpoint.js'
import { IclockError } from '../endpoint/errors.js'
import { plain } from '../terminal/facts.js'
import type { ArrivalSettings } from './arrival.js'
import { findKnown } from './known.js'

/** `exchange`: a terminal wants to encrypt. */
export function encryptionExchange({ adapter }: ArrivalSettings): Exchange {
  return async (serialNumber, { target }, deadline) => {
    const known = await findKnown(adapter, serialNumber, deadline)
    const pushVersion = plain(target.value('pushver')) ?? known?.pushVersion
    const error = new IclockError(
      'ENCRYPTION_UNSUPPORTED',
      `Terminal ${quoted(serialNumber)} wants to exchange keys for encryption, which is not supported. Turn encrypted ` +
        'communication off where the address of the server is set on the terminal, usually under Comm. > Cloud Server Setting, ' +
        'and use HTTPS instead.',
    )
    throw pushVersion === undefined ? error : Object.assign(error, { pushVersion })
  }
}

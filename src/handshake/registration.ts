// The registration of an access terminal: a derived code and session, and the token that proves
// both.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { wrong } from '../check.js'

/** The code and session that an access terminal gets (access manual, "Registration"). */
export interface Registration {
  /** `RegistryCode`: 32 hexadecimal digits. */
  registryCode: string
  /** `SessionID`: 32 hexadecimal digits. */
  sessionId: string
}

// Registration without a secret proves nothing, but it has to be the same in every process and
// after every restart.
const NO_SECRET = 'express-iclock'
const TOKEN = /(?:^|;)\s*token="?([0-9a-f]{32})"?\s*(?:;|$)/i

/**
 * The registration of a terminal. It is derived from the secret and the serial number, so that it
 * is the same in every process with this secret and survives restarts; nothing is stored.
 *
 * @param secret unguessable text; without it anybody can compute the registration from the serial
 * number
 */
export function registrationOf(serialNumber: string, secret: string = NO_SECRET): Registration {
  const derive = (what: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([what, serialNumber]))
      .digest('hex')
  return {
    registryCode: derive('RegistryCode').slice(0, 32),
    sessionId: derive('SessionID').slice(0, 32),
  }
}

/**
 * The token that a registered terminal sends as a cookie: the MD5 of code, serial number and
 * session, in hexadecimal digits.
 */
export function tokenOf(serialNumber: string, { registryCode, sessionId }: Registration): string {
  return createHash('md5').update(`${registryCode}${serialNumber}${sessionId}`).digest('hex')
}

/**
 * Whether a request carries the token of this terminal (access manual, "Registration"), for
 * `authorize`. Only access terminals have one, not all of them send it, and none has it before it
 * has registered: require it of terminals that are known to send it, and not in a handshake, which
 * is where they get it. Anyone who completes a handshake gets the token of the serial number it
 * claims: let `authorize` verify by other means who that is, such as the address or a secret in the
 * path.
 *
 * @example
 * authorize: (serialNumber, req) => isHandshake(req) || carriesToken(serialNumber, req, secret)
 *
 * @param secret the `secret` option of the router
 */
export function carriesToken(serialNumber: string, req: IncomingMessage, secret: string): boolean {
  checkSecret(secret)
  const token = TOKEN.exec(req.headers.cookie ?? '')?.[1]
  if (token === undefined) return false
  const expected = tokenOf(serialNumber, registrationOf(serialNumber, secret))
  return timingSafeEqual(Buffer.from(token.toLowerCase()), Buffer.from(expected))
}

/** @throws TypeError if a secret isn't text, or is so short that it can be guessed */
export function checkSecret(secret: unknown): asserts secret is string {
  if (typeof secret === 'string' && secret.length >= 16) return
  const expected = 'text of 16 characters or more that nobody can guess'
  if (typeof secret !== 'string') throw wrong('secret', secret, expected)
  // Not shown: it may be a password.
  throw new TypeError(
    `express-iclock: option "secret" has ${secret.length} characters; expected ${expected}`,
  )
}

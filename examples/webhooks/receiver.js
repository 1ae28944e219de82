// Takes webhooks: what isn't signed with the secret, or is old, is refused.
import { createHmac, timingSafeEqual } from 'node:crypto'

const TOLERANCE = 5 * 60

/** The webhook of a request; undefined if it isn't one. Its id is the same each time it is sent. */
export function webhookOf(headers, body, secret) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers
  const isRecent = Math.abs(Date.now() / 1000 - Number(time)) <= TOLERANCE
  if (!id || !given || !isRecent) return undefined
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const own = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest()
  const isSigned = given.split(' ').some((signature) => {
    const bytes = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
    return bytes.length === own.length && timingSafeEqual(bytes, own)
  })
  return isSigned ? { id, ...JSON.parse(body) } : undefined
}

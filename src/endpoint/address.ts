// The address that a request comes from.
import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6, SocketAddress } from 'node:net'

const MAPPED = '::ffff:'

/**
 * The address that a request comes from, in a form that can be compared: `req.ip` of Express, which
 * respects `trust proxy`, otherwise the socket's. IPv4 is always `'192.0.2.1'`, never
 * `'::ffff:192.0.2.1'` as on a server that listens on IPv6 too; IPv6 has its shortest form, in
 * lower case. It is `''` if the connection is gone.
 *
 * @example
 * authorize: (serialNumber, req) => terminals.get(serialNumber)?.address === addressOf(req)
 */
export function addressOf(req: IncomingMessage & { ip?: unknown }): string {
  return comparable(typeof req.ip === 'string' ? req.ip : (req.socket?.remoteAddress ?? ''))
}

/** An address in the form that `addressOf` has. */
export function comparable(address: string): string {
  const mapped = mappedIPv4(address)
  if (mapped !== undefined) return mapped
  const [plain = '', ...zone] = address.split('%')
  if (!isIPv6(plain)) return address
  const shortest = new SocketAddress({ address: plain, family: 'ipv6' }).address
  return mappedIPv4(shortest) ?? [shortest, ...zone].join('%')
}

function mappedIPv4(address: string): string | undefined {
  if (!address.startsWith(MAPPED)) return undefined
  const inner = address.slice(MAPPED.length)
  return isIPv4(inner) ? inner : undefined
}

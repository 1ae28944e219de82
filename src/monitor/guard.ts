// Protects the page from other sites and from hostile texts.
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * The header that actions must have: a form or script of another site can't send it without a
 * preflight request.
 */
export const ACTION_HEADER = 'x-iclock-monitor'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Sets the headers of every answer. */
export function protect(res: ServerResponse): void {
  res.setHeader('Content-Security-Policy', POLICY)
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Referrer-Policy', 'no-referrer')
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  res.setHeader('Cache-Control', 'no-store')
}

/**
 * Why an action is refused, in words; undefined if it comes from the page. Browsers tell where a
 * request comes from: `Sec-Fetch-Site` over HTTPS and on localhost, `Origin` everywhere.
 */
export function refusalOf({ headers }: IncomingMessage): string | undefined {
  if (headers[ACTION_HEADER] === undefined) return `the header ${ACTION_HEADER} is missing`
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' ? undefined : 'it comes from another site'
  const { origin } = headers
  if (origin === undefined) return undefined
  const host = hostOf(origin)
  const hosts = [headers.host, headers['x-forwarded-host']].flat()
  if (host !== undefined && hosts.includes(host)) return undefined
  return (
    'its Origin is not the host that the app is asked for; if a proxy stands before the app, let it pass on the Host ' +
    '(nginx: proxy_set_header Host $http_host)'
  )
}

/**
 * Whether a request is for a host that the page answers to: another site can point its own name at
 * the app's address, and then reads the page as its own.
 *
 * @param hosts names without a port match any port
 */
export function isForHost({ headers }: IncomingMessage, hosts: readonly string[]): boolean {
  const host = headers.host?.toLowerCase() ?? ''
  const name = host.replace(/:\d+$/, '')
  return hosts.some((one) => [host, name].includes(one.toLowerCase()))
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}

// The server's address, and how to open a connection to it.
import { connect, isIP, type Server, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, Server as TlsServer } from 'node:tls'

interface Address {
  url?: string | URL
  server?: Server
  tls?: ConnectionOptions
}

/** Where to connect, and the path to request there. */
export interface Target {
  /** `host:port`, for the Host header. */
  host: string
  /** The path that precedes the one of the endpoint. */
  prefix: string
  open(): Socket
}

// Loopback addresses for servers bound to all interfaces.
const LOOPBACK = new Map([
  ['::', '::1'],
  ['0.0.0.0', '127.0.0.1'],
])

/**
 * A server of this process is looked up when the terminal sends, since it may start later; a URL
 * immediately.
 */
export function targetFinder({ url, server, tls }: Address): () => Target {
  if (server !== undefined) return () => targetAt(server, tls)
  const target = targetOf(new URL(String(url)), tls)
  return () => target
}

function targetAt(server: Server, tls: ConnectionOptions | undefined): Target {
  const address = server.address()
  if (address === null || typeof address === 'string') {
    throw new Error(
      'express-iclock/simulator: the server is not listening on a port (yet): call listen() first',
    )
  }
  const { port } = address
  const host = LOOPBACK.get(address.address) ?? address.address
  const place = { host, port }
  return {
    host: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    prefix: '',
    open: () => (server instanceof TlsServer ? connectTls({ ...place, ...tls }) : connect(place)),
  }
}

function targetOf(url: URL, tls: ConnectionOptions | undefined): Target {
  const { protocol, hostname, host, port, pathname } = url
  const isSecure = protocol === 'https:'
  // node:net and node:tls expect an IPv6 address without brackets.
  const bare = hostname.replace(/^\[|\]$/g, '')
  const place = { host: bare, port: Number(port) || (isSecure ? 443 : 80) }
  const servername = isIP(bare) ? '' : bare
  return {
    host,
    prefix: pathname.replace(/\/$/, ''),
    open: () => (isSecure ? connectTls({ ...place, servername, ...tls }) : connect(place)),
  }
}

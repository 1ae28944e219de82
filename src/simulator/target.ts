// Where the server is, and how a connection to it is opened.
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, Server as TlsServer } from 'node:tls'
import type { VirtualDeviceOptions } from './options.js'

export interface Target {
  /** `host:port`, as the Host header says it. */
  host: string
  /** The path before that of the endpoint. */
  prefix: string
  open(): Socket
}

export function targetFinder(options: VirtualDeviceOptions): () => Target {
  const { url, server, tls } = options
  if (server !== undefined) {
    return () => {
      const address = server.address()
      if (address === null || typeof address === 'string') {
        throw new Error(
          'express-iclock/simulator: the server listens at no port (yet): call listen() first',
        )
      }
      const anywhere = new Map([
        ['::', '::1'],
        ['0.0.0.0', '127.0.0.1'],
      ])
      const { port } = address
      const host = anywhere.get(address.address) ?? address.address
      const place = { host, port }
      return {
        host: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
        prefix: '',
        open: () =>
          server instanceof TlsServer ? connectTls({ ...place, ...tls }) : connect(place),
      }
    }
  }
  const { protocol, hostname, host, port, pathname } = new URL(String(url))
  const isSecure = protocol === 'https:'
  // node:net and node:tls take an IPv6 address without its brackets.
  const bare = hostname.replace(/^\[|\]$/g, '')
  const place = { host: bare, port: Number(port) || (isSecure ? 443 : 80) }
  const servername = isIP(bare) ? '' : bare
  const target: Target = {
    host,
    prefix: pathname.replace(/\/$/, ''),
    open: () => (isSecure ? connectTls({ ...place, servername, ...tls }) : connect(place)),
  }
  return () => target
}

// A request as the endpoints see it, independent of the server.
import type { Target } from './query.js'

/** A terminal's request. */
export interface TerminalRequest {
  /** The method, in capitals. */
  readonly method: string
  /** Path and query, below the mount path of the endpoint. */
  readonly target: Target
  /** The requested path, without its query. */
  readonly path: string
  /** The address of the connection. */
  readonly peer: string | undefined
  /**
   * The address of the terminal, from the app if it knows better than the connection; `''` if
   * unknown.
   */
  readonly address: string
  /** The server's own request, for `authorize`. */
  readonly raw: unknown
  /** How many bytes the body has by what its headers say; undefined if they don't. */
  readonly size: number | undefined
  /** A header, by its name in lower case. */
  header(name: string): string | undefined
  /**
   * The bytes of the body. Only an endpoint that needs them calls it, and once.
   *
   * @param limit the largest body in bytes
   * @throws errors with `status` 413 if the body is larger, and 400 if it isn't whole
   */
  body(limit: number): Promise<Buffer>
}

// The response to a terminal: the answer it needs, or an error in one line.
import { STATUS_CODES } from 'node:http'
import { statusOf } from './errors.js'

/** A body that is read only as fast as it is sent. */
export interface Pieces {
  /** The next bytes; undefined at the end. Rejects if the rest can't be had. */
  read(): Promise<Uint8Array | undefined>
  /** Called when all of it was sent, or when no more of it will be. */
  close(isSent: boolean): void
}

/** An answer, independent of the server. */
export interface Answer {
  status: number
  /** All headers that matter to a terminal, in their order. */
  headers: Readonly<Record<string, string>>
  body: string | Buffer | Pieces
}

/** Whether a body comes in pieces. */
export function inPieces(body: Answer['body']): body is Pieces {
  return typeof body === 'object' && 'read' in body
}

/** Status 200 with the headers that the manual prints; the terminal sets its clock by `Date`. */
export function ok(body: string | Buffer): Answer {
  return {
    status: 200,
    headers: {
      // An app may have switched Node's own off.
      Date: new Date().toUTCString(),
      'Content-Type': 'text/plain',
      'Content-Length': String(Buffer.byteLength(body)),
      Pragma: 'no-cache',
      'Cache-Control': 'no-store',
    },
    body,
  }
}

/** An error without a framework: its status, or 500, and one line of text. */
export function errorAnswer(error: object): Answer {
  const status = statusOf(error)
  const { expose, message } = error as { expose?: unknown; message?: unknown }
  const isShown = expose === true && typeof message === 'string' && message !== ''
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: `${isShown ? message : (STATUS_CODES[status] ?? 'Error')}\n`,
  }
}

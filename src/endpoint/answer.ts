// The response to a terminal: the answer it needs, or an error in one line.
import { type ServerResponse, STATUS_CODES } from 'node:http'
import { statusOf } from './errors.js'

/** Answers 200 with the headers that the manual prints; the terminal sets its clock by `Date`. */
export function answerText(res: ServerResponse, text: string | Buffer): void {
  if (res.headersSent) return
  // Compressing middleware reads this header only now, and terminals can't decompress.
  const { headers } = res.req
  if (headers['accept-encoding'] !== undefined) delete headers['accept-encoding']
  res.writeHead(200, {
    // An app may have switched Node's own off.
    Date: new Date().toUTCString(),
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(text),
    Pragma: 'no-cache',
    'Cache-Control': 'no-store',
  })
  res.end(text)
}

/** Answers an error without a framework: its status, or 500, and one line of text. */
export function answerError(res: ServerResponse, error: object): void {
  if (res.headersSent) {
    res.destroy()
    return
  }
  const status = statusOf(error)
  const { expose, message } = error as { expose?: unknown; message?: unknown }
  const isShown = expose === true && typeof message === 'string' && message !== ''
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  res.end(`${isShown ? message : (STATUS_CODES[status] ?? 'Error')}\n`)
}

// What a device reads: the answer it needs, or an error in one line.
import { type ServerResponse, STATUS_CODES } from 'node:http'

/** Answers 200 with the headers that the manual prints; the device sets its clock by `Date`. */
export function answerText(res: ServerResponse, text: string): void {
  if (res.headersSent) return
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

/** What errors say about the answer: this package's, and those of http-errors. */
interface HttpError extends Error {
  status: number
  statusCode: number
  expose: boolean
}

/** Answers an error without a framework: its status, or 500, and one line of text. */
export function answerError(res: ServerResponse, error: unknown): void {
  if (res.headersSent) {
    res.destroy()
    return
  }
  const { statusCode, status = statusCode, expose, message } = error as Partial<HttpError>
  const isStatus = status !== undefined && status >= 400 && status < 600
  const answered = isStatus ? status : 500
  const line = expose === true && message ? message : STATUS_CODES[answered]
  res.writeHead(answered, { 'Content-Type': 'text/plain; charset=utf-8' })
  res.end(`${line}\n`)
}

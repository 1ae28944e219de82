// Octets beyond a Content-Length: bytes that a terminal sends after its body must not spoil the
// answer in flight.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Duplex } from 'node:stream'

interface Exchange {
  req: IncomingMessage
  res: ServerResponse
}

const tolerant = new WeakSet<Server | SecureServer>()

/**
 * Lets the answers to complete requests go out even if octets that are not a request follow, or the
 * terminal has closed its half of the connection.
 *
 * The manual's own example sends more octets than it declares: it says 143 and carries 147. Node
 * mistakes the surplus for another request and answers 400 instead of the answer in flight, and the
 * terminal sends the same again forever. With this, the answer goes out and then the connection
 * closes. The same goes for a terminal that half-closes after its body, such as `printf … | nc`,
 * which Node alone leaves without an answer if storage is asynchronous.
 *
 * Every other client error is treated as by Node alone, or by the app's own `clientError`
 * listeners. Call it before the first request; a second call changes nothing.
 *
 * @example
 * tolerateExtraBytes(app.listen(3000))
 */
export function tolerateExtraBytes(server: Server | SecureServer): void {
  if (tolerant.has(server)) return
  tolerant.add(server)
  Object.assign(server, { httpAllowHalfOpen: true })
  const exchanges = new WeakMap<Duplex, Exchange[]>()
  const closing = new WeakSet<Duplex>()

  // A listener could neither run before those that an app adds later nor keep an error from them.
  const { emit } = server
  server.emit = function (this: unknown, event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'request') note(args[0] as IncomingMessage, args[1] as ServerResponse)
    else if (event === 'clientError') {
      const [error, socket] = args as [NodeJS.ErrnoException, Duplex]
      if (error.code?.startsWith('HPE_') && letAnswersOut(socket)) return true
    }
    return Reflect.apply(emit, this, [event, ...args])
  }

  function note(req: IncomingMessage, res: ServerResponse): void {
    const others = exchanges.get(req.socket)?.filter(({ res }) => !res.writableFinished) ?? []
    exchanges.set(req.socket, [...others, { req, res }])
  }

  /**
   * Closes the connection after the answers to complete requests; false if there are none to wait
   * for.
   */
  function letAnswersOut(socket: Duplex): boolean {
    if (closing.has(socket)) return true
    const whole = exchanges.get(socket)?.filter(({ req, res }) => {
      return req.complete && !res.writableFinished
    })
    const last = whole?.at(-1)
    if (last === undefined) return false
    closing.add(socket)
    if (!last.res.headersSent) last.res.setHeader('Connection', 'close')
    last.res.once('finish', () => socket.end())
    return true
  }
}

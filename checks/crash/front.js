// One address before several apps: each connection goes to the next app that is up.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** @param {readonly number[]} ports */
export async function openFront(ports) {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  let turn = 0

  /** @param {import('node:net').Socket} client @param {number} tries */
  function pass(client, tries) {
    if (tries === 0) return client.destroy()
    turn = (turn + 1) % ports.length
    const app = track(connect(/** @type {number} */ (ports[turn]), '127.0.0.1'))
    let isUp = false
    app.on('error', () => (isUp ? client.destroy() : pass(client, tries - 1)))
    app.once('connect', () => {
      isUp = true
      client.pipe(app).pipe(client)
      client.once('close', () => app.destroy())
      app.once('close', () => client.destroy())
      if (client.destroyed) app.destroy()
    })
    return undefined
  }

  /** @param {import('node:net').Socket} socket */
  function track(socket) {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    return socket
  }

  const server = createServer({ allowHalfOpen: true }, (client) =>
    pass(track(client), ports.length),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

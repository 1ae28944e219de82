// The app on Bun.
import { handle } from './app.js'

/** @type {any} */
const { Bun } = globalThis
Bun.serve({
  ...{ port: Number(process.env.PORT), hostname: '127.0.0.1' },
  /** @param {Request} request @param {any} server */
  fetch: (request, server) => handle(request, { address: server.requestIP(request)?.address }),
})
console.log('listening')

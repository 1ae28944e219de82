// The app on Deno.
import { handle } from './app.js'

/** @type {any} */
const { Deno } = globalThis
Deno.serve(
  {
    ...{ port: Number(Deno.env.get('PORT')), hostname: '127.0.0.1' },
    onListen: () => console.log('listening'),
  },
  (/** @type {Request} */ request, /** @type {any} */ { remoteAddr }) =>
    handle(request, { address: remoteAddr.hostname }),
)

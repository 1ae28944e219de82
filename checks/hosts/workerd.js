// The app on workerd, the runtime of Cloudflare's Workers.
import { handle } from './app.js'

export default {
  /** @param {Request} request @param {unknown} _env @param {any} context */
  fetch(request, _env, context) {
    return handle(request, { waitUntil: (work) => context.waitUntil(work) })
  },
}

// Requests that a router misses because of where it is mounted.
import type { RequestHandler } from 'express'

/**
 * Warns once if requests miss these paths only because the router is mounted below a part of them.
 */
export function noticeMount(paths: readonly string[]): RequestHandler {
  let isNoticed = false
  return (req, _res, next) => {
    // A router at the root can't miss its own paths.
    if (isNoticed || req.baseUrl === '') return next()
    const { baseUrl } = req
    const asked = `${baseUrl}${req.path}`.toLowerCase().replace(/\/$/, '')
    const missed = paths.find((path) => {
      const surplus = asked.length - path.length
      return asked.endsWith(path.toLowerCase()) && surplus >= 0 && surplus < baseUrl.length
    })
    if (missed !== undefined) {
      isNoticed = true
      const above = `${baseUrl}${req.path}`.slice(0, asked.length - missed.length)
      process.emitWarning(
        `express-iclock: a router is mounted at ${JSON.stringify(baseUrl)} and its paths, such as ${missed}, count from ` +
          `there, so that it misses a terminal's request to ${JSON.stringify(asked)}. Mount it with ` +
          `${above === '' ? 'app.use(router)' : `app.use(${JSON.stringify(above)}, router)`}.`,
        { code: 'ICLOCK_MOUNT' },
      )
    }
    next()
  }
}

// Endpoints as an Express router, and requests that it misses because of where it is mounted.
import { type RequestHandler, Router } from 'express'
import { handlerOf } from '../endpoint/node.js'
import { type Place, pathsOf, patternOf, publishUnknown } from './place.js'

/** Creates a router of these endpoints. */
export function routerOf(places: readonly Place[]): Router {
  const router = Router()
  for (const place of places) {
    const handler = handlerOf(place.endpoint)
    // Optimization: Express tries a list of paths one by one (4 % of the CPU time of an upload).
    const pattern = patternOf(pathsOf(place), place.isFolder)
    for (const method of place.methods) router[method](pattern, handler)
  }
  router.use('/iclock', ({ method, baseUrl, path }, _res, next) => {
    publishUnknown(method, `${baseUrl}${path}`)
    next()
  })
  return router.use(noticeMount(places.flatMap(pathsOf)))
}

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

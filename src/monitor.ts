// Public API of './monitor': a page on which people watch terminals.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IssuedCommand } from './command.js'
import { writeError } from './endpoint/node.js'
import { activity } from './monitor/activity.js'
import { feed } from './monitor/feed.js'
import { isForHost } from './monitor/guard.js'
import type { MonitorOptions } from './monitor/option.js'
import { routeOf, serve } from './monitor/route.js'
import { monitorSettings } from './monitor/settings.js'
import { viewReader } from './monitor/view.js'

export type { MonitorAction } from './monitor/action.js'
export type { NamesAnswer } from './monitor/name.js'
export type { MonitorOptions } from './monitor/option.js'
export type { AskedPerson } from './monitor/person.js'
export type { MonitorStorage } from './monitor/storage.js'
export { type MonitorTexts, TEXTS } from './monitor/text.js'

/** The page as a plain function, for Express at any path, for `node:http`, and for any framework built on it. */
export interface MonitorRouter {
  (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void): void
  /** Ends all streams and stops counting, so that a server can close. */
  close(): void
}

/**
 * Creates the page. Mount it behind the app's own login: anyone who reaches it sees everything that
 * terminals sent, and with `commands` can open doors.
 *
 * Errors of storage go to `next`, or to `onError` outside a request.
 *
 * @example
 * app.use('/admin/terminals', requireAdmin, monitorRouter({ adapter }))
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 */
export function monitorRouter<Issued extends IssuedCommand = IssuedCommand>(
  options: MonitorOptions<Issued>,
): MonitorRouter {
  const settings = monitorSettings(options)
  const active = activity()
  const views = feed(viewReader(settings, active), settings.interval, settings.report)
  const streams = new Set<() => void>()
  const context = { settings, feed: views, streams }

  const { hosts } = settings
  function router(
    req: IncomingMessage,
    res: ServerResponse,
    next: (error?: unknown) => void = (error) => writeError(res, error ?? { status: 404 }),
  ): void {
    const route = routeOf(req.method ?? '', (req.url ?? '').split('?', 1)[0] ?? '')
    if (route === undefined) next()
    else if (hosts !== undefined && !isForHost(req, hosts)) {
      // 421: this server isn't the one that the request is for (RFC 9110).
      writeError(res, { status: 421 })
    } else serve(route, context, req, res).catch(next)
  }

  return Object.assign(router, {
    close() {
      active.close()
      views.close()
      for (const end of streams) end()
    },
  })
}

// The paths of the endpoints, and requests that none of them serves.
import { type Request, type Response, Router } from 'express'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { Endpoint } from '../endpoint/endpoint.js'
import { handlerOf } from '../endpoint/node.js'
import { noticeMount } from './mount.js'

/**
 * A request below `/iclock/` that no endpoint serves, as published on the channel
 * `express-iclock:unknown`.
 */
export interface UnknownEvent {
  method: string
  /** The requested path, without its query. */
  path: string
}

/** An endpoint and its name in the protocol. */
export interface Place {
  name: string
  methods: readonly ('get' | 'post')[]
  endpoint: Endpoint
}

// Terminals use the second if somebody typed the first into their server address.
const FOLDERS = ['/iclock', '/iclock/iclock']

/** Creates a router of these endpoints, each with and without `.aspx`. */
export function routerOf(places: readonly Place[]): Router {
  const router = Router()
  const all: string[] = []
  for (const { name, methods, endpoint } of places) {
    const paths = FOLDERS.flatMap((folder) => [`${folder}/${name}`, `${folder}/${name}.aspx`])
    all.push(...paths)
    // Optimization: Express tries a list of paths one by one (4 % of the CPU time of an upload).
    // Terminals double the first slash if somebody typed one into their server address.
    const pattern = new RegExp(`^/?(?:${paths.join('|').replaceAll('.', '\\.')})/?$`, 'i')
    const handler = handlerOf(endpoint)
    for (const method of methods) router[method](pattern, handler)
  }
  return router.use('/iclock', publishUnknown).use(noticeMount(all))
}

function publishUnknown(
  { method, baseUrl, path }: Request,
  _res: Response,
  next: () => void,
): void {
  if (CHANNELS.unknown.hasSubscribers) {
    const event: UnknownEvent = { method, path: `${baseUrl}${path}` }
    CHANNELS.unknown.publish(event)
  }
  next()
}

// The paths of the endpoints, and requests that none of them serves.
import { wrong } from '../check.js'
import { CHANNELS } from '../endpoint/diagnostics.js'
import type { Endpoint } from '../endpoint/endpoint.js'

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
  /** Whether it is a folder of folders with files: `<name>/<folder>/<file>`. */
  isFolder?: boolean
}

// Terminals use the second if somebody typed the first into their server address.
const FOLDERS = ['/iclock', '/iclock/iclock']
const NAME = /^[\w-]{1,64}$/

/** The paths of an endpoint, each with and without `.aspx`. */
export function pathsOf({ name, isFolder = false }: Place): string[] {
  if (isFolder) return FOLDERS.map((folder) => `${folder}/${name}`)
  return FOLDERS.flatMap((folder) => [`${folder}/${name}`, `${folder}/${name}.aspx`])
}

/** A pattern of these paths, in any letter case, with or without a slash at the end. */
export function patternOf(paths: readonly string[], isFolder = false): RegExp {
  // Terminals double the first slash if somebody typed one into their server address.
  const escaped = paths.map((path) => path.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  const below = isFolder ? '(?:/[^/]+){2}' : ''
  return new RegExp(`^/?(?:${escaped.join('|')})${below}/?$`, 'i')
}

/** Publishes a request that no endpoint serves. */
export function publishUnknown(method: string, path: string): void {
  if (!CHANNELS.unknown.hasSubscribers) return
  const event: UnknownEvent = { method, path }
  CHANNELS.unknown.publish(event)
}

/**
 * The checked option `uploadPaths`.
 *
 * @throws TypeError if it isn't a list of names
 */
export function furtherNames(names: readonly string[] = []): readonly string[] {
  const isName = (name: unknown) => typeof name === 'string' && NAME.test(name)
  if (Array.isArray(names) && names.every(isName)) return names
  throw wrong(
    'uploadPaths',
    names,
    "a list of names of letters, digits, '_' and '-', such as ['edata']",
  )
}

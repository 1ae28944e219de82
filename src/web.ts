// Everything a terminal asks for as one web-standard function, for hosts other than Express.
import { checkFunction, checkNames, type OptionNames, wrong } from './check.js'
import type { IssuedCommand } from './command.js'
import { Bodies } from './endpoint/bodies.js'
import type { Awaitable } from './endpoint/deadline.js'
import { type CommandReplyHandlerOptions, REPLY_OPTIONS, replyEndpoint } from './reply/handler.js'
import { placesOf } from './router/endpoints.js'
import { TERMINAL_OPTIONS, type TerminalOptions } from './router/options.js'
import { pathsOf, patternOf, publishUnknown } from './router/place.js'
import { fetchOf, type NotFoundOptions, type TerminalFetch } from './web/fetch.js'
import type { Asked } from './web/request.js'

export type { FetchContext, NotFoundOptions, TerminalFetch } from './web/fetch.js'

/** Whom to let in, and what to do with other requests. */
export interface FetchOptions extends NotFoundOptions {
  /**
   * Whether a terminal may report here, asked before the body is read. Serial numbers are printed
   * on the case: use the address as well, or a secret in `basePath`.
   */
  authorize?(serialNumber: string, request: Request, from: { address: string }): Awaitable<boolean>
}

/** The options of `terminalFetch`. */
export interface TerminalFetchOptions<Issued extends IssuedCommand = IssuedCommand>
  extends Omit<TerminalOptions<Issued>, 'authorize'>,
    FetchOptions {
  /** What comes before `/iclock/` in the path, such as `'/api'`; `''` by default. */
  basePath?: string
}

/** The options of `commandReplyFetch`. */
export interface CommandReplyFetchOptions<Issued extends IssuedCommand = IssuedCommand>
  extends Omit<CommandReplyHandlerOptions<Issued>, 'authorize'>,
    FetchOptions {
  /** Where terminals post; `['/iclock/devicecmd', '/iclock/devicecmd.aspx']` by default. */
  path?: string | string[]
}

type Authorizing<Options> = Omit<Options, 'authorize'> & {
  authorize?(serialNumber: string, raw: unknown): Awaitable<boolean>
}

const FETCH_OPTIONS: OptionNames<FetchOptions> = { authorize: true, notFound: true }
const TERMINAL_FETCH_OPTIONS: OptionNames<TerminalFetchOptions> = {
  ...TERMINAL_OPTIONS,
  ...FETCH_OPTIONS,
  basePath: true,
}
const REPLY_FETCH_OPTIONS: OptionNames<CommandReplyFetchOptions> = {
  ...REPLY_OPTIONS,
  ...FETCH_OPTIONS,
  path: true,
}
const REPLY_PATHS = ['/iclock/devicecmd', '/iclock/devicecmd.aspx']
const PATH = /^(\/[^/?#]+)+$/

/**
 * Creates a function that answers everything a terminal asks for (PUSH manuals), from `Request` to
 * `Response`: for Next.js, Hono, SvelteKit, Deno, Bun and Workers. The options are those of
 * `terminalRouter`, and so are the answers.
 *
 * @example
 * const terminals = terminalFetch({ adapter })
 * export default { fetch: async (request) => (await terminals(request)) ?? app(request) }
 *
 * @throws TypeError if an option is wrong, or the adapter lacks a call
 */
export function terminalFetch<Issued extends IssuedCommand>(
  options: TerminalFetchOptions<Issued>,
): TerminalFetch {
  checkNames(options, TERMINAL_FETCH_OPTIONS)
  const { basePath = '' } = options
  if (basePath !== '' && !PATH.test(basePath)) {
    throw wrong('basePath', basePath, 'a path such as "/api", without a slash at its end')
  }
  const routes = placesOf<Issued>(authorizing(options)).map((place) => ({
    methods: place.methods.map((method) => method.toUpperCase()),
    pattern: patternOf(
      pathsOf(place).map((path) => basePath + path),
      place.isFolder,
    ),
    endpoint: place.endpoint,
  }))
  const ours = `${basePath}/iclock/`.toLowerCase()
  return fetchOf(routes, options, ({ method, path }) => {
    if (path.toLowerCase().startsWith(ours)) publishUnknown(method, path)
  })
}

/**
 * Creates a function that answers `POST /iclock/devicecmd` alone (PUSH manual, "Command Reply"), from
 * `Request` to `Response`. The options are those of `commandReplyRouter`.
 *
 * @example
 * export const POST = commandReplyFetch({ adapter, path: '/api/iclock/devicecmd', notFound: true })
 *
 * @throws TypeError if an option is wrong
 */
export function commandReplyFetch<Issued extends IssuedCommand>(
  options: CommandReplyFetchOptions<Issued>,
): TerminalFetch {
  checkNames(options, REPLY_FETCH_OPTIONS)
  const paths = [options.path ?? REPLY_PATHS].flat()
  if (paths.length === 0 || !paths.every((path) => typeof path === 'string' && PATH.test(path))) {
    throw wrong('path', options.path, 'a path that begins with "/", or a list of such paths')
  }
  const endpoint = replyEndpoint<Issued>(authorizing(options), options, new Bodies(options))
  const pattern = patternOf(paths)
  return fetchOf([{ methods: ['POST', 'GET'], pattern, endpoint }], options)
}

// The endpoints give `authorize` what they got as the server's own request.
function authorizing<Options extends FetchOptions>(options: Options): Authorizing<Options> {
  const { authorize, ...others } = options
  checkFunction('authorize', authorize, 'a function (serialNumber, request, { address })')
  if (authorize === undefined) return others
  return {
    ...others,
    authorize(serialNumber, raw) {
      const { request, address } = raw as Asked
      return authorize.call(options, serialNumber, request, { address })
    },
  }
}

// The paths of the page, its files, its data and its actions, below the path that it is mounted at.
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { act } from './act.js'
import { ASSETS, type Asset } from './asset.js'
import { sendPunches } from './csv.js'
import type { Feed } from './feed.js'
import { protect } from './guard.js'
import { offerFor } from './may.js'
import type { MonitorSettings } from './option.js'
import { QueryError } from './query.js'
import { streamView } from './stream.js'
import { queryOf } from './view.js'

/** Shared state of the routes. */
export interface RouteContext {
  settings: MonitorSettings
  feed: Feed
  /** The functions that end the open streams. */
  streams: Set<() => void>
}

// Each holds a view in memory, and has storage read.
const MOST_STREAMS = 200

type Serve = (
  context: RouteContext,
  query: URLSearchParams,
  req: IncomingMessage & { originalUrl?: string },
  res: ServerResponse,
) => Promise<void> | void

/** The function that serves a method and a path; undefined if there is none. */
export function routeOf(method: string, path: string): Serve | undefined {
  if (method === 'POST') return path === '/action' ? serveAction : undefined
  if (method !== 'GET' && method !== 'HEAD') return undefined
  if (Object.hasOwn(GETS, path))
    return method === 'HEAD' && path === '/events' ? undefined : GETS[path]
  const asset = assets.get(path.slice(1))
  return asset && ((_context, _query, req, res) => sendAsset(asset, req, res))
}

const GETS: Readonly<Record<string, Serve>> = {
  '/': servePage,
  '/texts.js': ({ settings }, _query, req, res) => {
    const body = `export const TEXTS = ${JSON.stringify(settings.texts)}\n`
    sendAsset(tagged({ type: 'text/javascript', body }), req, res)
  },
  '/view': async ({ feed }, asked, _req, res) => {
    const query = queryOf(asked)
    if (query === undefined) return send(res, 404, 'application/json', '{"view":null}')
    const view = await feed.read(query)
    send(res, 200, 'application/json', `{"now":${Date.now()},"view":${view}}`)
  },
  '/events': ({ feed, streams }, asked, req, res) => {
    const query = queryOf(asked)
    if (query === undefined) return send(res, 404, 'text/plain', 'no such view\n')
    if (streams.size >= MOST_STREAMS) {
      res.setHeader('Retry-After', '10')
      return send(res, 503, 'text/plain', 'too many pages are open\n')
    }
    const end = streamView(feed, query, req, res)
    streams.add(end)
    res.once('close', () => streams.delete(end))
  },
  '/may': async ({ settings }, asked, req, res) => {
    const offer = await offerFor(
      settings,
      req,
      asked.get('view') ?? '',
      asked.get('sn') ?? undefined,
    )
    send(res, 200, 'application/json', JSON.stringify(offer))
  },
  '/attendance.csv': async ({ settings }, asked, req, res) => {
    asked.set('view', 'attendance')
    const query = queryOf(asked)
    if (query === undefined || req.method === 'HEAD') return send(res, 405, 'text/plain', '')
    await sendPunches(settings, query, res)
  },
  '/text': (context, query, _req, res) => serveBytes(context, query, res, 'text'),
  '/content': (context, query, _req, res) => serveBytes(context, query, res, 'content'),
  '/raw': (context, query, _req, res) => serveBytes(context, query, res, 'raw'),
}

interface TaggedAsset extends Asset {
  tag: string
}

const assets = new Map(Object.entries(ASSETS).map(([name, asset]) => [name, tagged(asset)]))

function tagged(asset: Asset): TaggedAsset {
  const digest = createHash('sha256').update(asset.body).digest('base64url').slice(0, 22)
  return { ...asset, tag: `"${digest}"` }
}

// All addresses of the page are relative, so that it works under any path; they count from the last slash.
function servePage(
  { settings }: RouteContext,
  _query: URLSearchParams,
  req: IncomingMessage & { originalUrl?: string },
  res: ServerResponse,
): void {
  const [path = '', query] = (req.originalUrl ?? req.url ?? '').split('?', 2)
  if (!path.endsWith('/')) {
    const last = path.slice(path.lastIndexOf('/') + 1)
    res.writeHead(302, { Location: `./${last}/${query === undefined ? '' : `?${query}`}` }).end()
    return
  }
  const { language, direction, title, noScript } = settings.texts
  const words: Record<string, string> = { language, direction, title, noScript }
  const page = assets.get('page.html')?.body ?? ''
  const body = page.replace(/\{(\w+)\}/g, (_, name) => escaped(words[name] ?? ''))
  sendAsset(tagged({ type: 'text/html', body }), req, res)
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}

function sendAsset(
  { type, body, tag }: TaggedAsset,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  res.setHeader('Cache-Control', 'no-cache')
  res.setHeader('ETag', tag)
  if (req.headers['if-none-match'] === tag) res.writeHead(304).end()
  else send(res, 200, type, body)
}

function send(res: ServerResponse, status: number, type: string, body: string): void {
  res.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
  })
  res.end(body)
}

async function serveAction(
  { settings, feed }: RouteContext,
  _query: URLSearchParams,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { status, body } = await act(settings, req)
  feed.refresh()
  send(res, status, 'application/json', JSON.stringify(body))
}

async function serveBytes(
  { settings }: RouteContext,
  query: URLSearchParams,
  res: ServerResponse,
  part: 'text' | 'content' | 'raw',
): Promise<void> {
  const [serialNumber, id] = [query.get('sn') ?? '', query.get('id') ?? '']
  const record = await settings.adapter.findRecord(serialNumber, id)
  const text = record?.command?.text
  const bytes = part === 'text' ? text && Buffer.from(text) : record?.reply?.[part]
  if (!bytes) {
    send(res, 404, 'text/plain', `${settings.texts['failure.notFound']}\n`)
    return
  }
  const name = `${serialNumber}-${id}`.replace(/[^0-9A-Za-z-]+/g, '_').slice(0, 80)
  res.writeHead(200, {
    // Nothing that a terminal sent is ever shown by the browser.
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${name}.${part === 'content' ? 'bin' : 'txt'}"`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Content-Length': bytes.length,
  })
  res.end(bytes)
}

/** Serves a request, with the headers of every answer. */
export async function serve(
  route: Serve,
  context: RouteContext,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  protect(res)
  const [, query = ''] = (req.url ?? '').split('?', 2)
  try {
    await route(context, new URLSearchParams(query), req, res)
  } catch (error) {
    if (!(error instanceof QueryError) || res.headersSent) throw error
    send(res, error.status, 'text/plain', `${error.message}\n`)
  }
}

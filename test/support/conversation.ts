// A small hand-written server for the whole conversation, so that a terminal can be tested without
// the endpoints.
import type { IncomingHttpHeaders } from 'node:http'
import { PLAIN, serving } from './server.js'

export interface Heard {
  method: string
  /** The last part of the path, such as `getrequest`. */
  endpoint: string
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: string
}

type Said = string | { status?: number; headers?: Record<string, string>; body?: string }

/** The server's answers, by endpoint; `handshake` and `time` are those of cdata. `OK` by default. */
export type Script = Record<string, (heard: Heard) => Said | undefined | Promise<Said | undefined>>

export const OPTION_BLOCK = 'GET OPTION FROM: X\nATTLOGStamp=9999\nDelay=2\nServerVer=2.4.1\n'

/** The time as the American manual prints it, in UTC. */
export const timeNow = (): string => `Time=${new Date().toISOString().slice(0, 19)}+00:00\n`

export async function conversing(script: Script = {}) {
  const heard: Heard[] = []
  const server = await serving(async (req, res) => {
    const body = Buffer.concat(await req.toArray().catch(() => [])).toString('latin1')
    const url = new URL(String(req.url), 'http://localhost')
    const endpoint = url.pathname.split('/').at(-1)?.replace('.aspx', '') ?? ''
    const { method = '', headers } = req
    const one = { method, endpoint, path: url.pathname, query: url.searchParams, headers, body }
    heard.push(one)
    const isHandshake = endpoint === 'cdata' && url.searchParams.get('options') === 'all'
    const isTime = url.searchParams.get('type') === 'time'
    const usual = isHandshake ? OPTION_BLOCK : isTime ? timeNow() : 'OK'
    const topic = isHandshake ? 'handshake' : isTime ? 'time' : endpoint
    const said = (await script[topic]?.(one)) ?? usual
    const answer = typeof said === 'string' ? { body: said } : said
    const { Date: date, ...headersSaid }: Record<string, string> = { ...PLAIN, ...answer.headers }
    if (date === '') res.sendDate = false
    res.writeHead(answer.status ?? 200, headersSaid).end(answer.body ?? 'OK')
  })
  const of = (endpoint: string) => heard.filter((one) => one.endpoint === endpoint)
  return { server, heard, of }
}

/** Hands out one list of commands a poll, numbered from c1, then `OK`. */
export function handingOut(...polls: string[][]): () => string {
  let id = 0
  const bodies = polls.map((texts) => texts.map((text) => `C:c${++id}:${text}\n`).join(''))
  return () => bodies.shift() ?? 'OK'
}

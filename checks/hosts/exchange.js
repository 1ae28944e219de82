// The requests that every host gets, over raw sockets, and what of the answers has to be the same.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { virtualTerminal } from 'express-iclock/simulator'

/** @typedef {{ name: string, method: string, path: string, headers: Record<string, string>, body: Buffer }} Request */

const fixture = (/** @type {string} */ name) =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/${name}.json`, import.meta.url), 'utf8'))

const DOOR = 'time=2026-03-01 08:15:00\tpin=7\taddrtype=2\teventaddr=3\tevent=0\r\n'

/** @type {readonly Request[]} */
export const REQUESTS = [
  ...fixture('uploads').map((/** @type {any} */ { name, method, path, headers, ...sent }) => ({
    ...{ name, method, path, headers, body: bytesOf(sent) },
  })),
  ...fixture('documented').map((/** @type {any} */ { name, query, headers, ...sent }) => ({
    ...{ name, method: 'POST', path: `/iclock/devicecmd?${query}`, headers, body: bytesOf(sent) },
  })),
  ...['CHECK', 'DATA UPDATE USERINFO PIN=7\tName=Zoë'].flatMap((text, index) => {
    const query = `sn=HOST1&id=c${index}&text=${encodeURIComponent(text)}`
    return [
      request(`command ${index} is issued`, 'POST', `/issue?${query}`),
      request(`command ${index} is polled`, 'GET', '/iclock/getrequest?SN=HOST1'),
      request(
        `command ${index} is replied to`,
        'POST',
        '/iclock/devicecmd?SN=HOST1',
        `ID=c${index}&Return=0&CMD=DATA\n`,
      ),
    ]
  }),
  request('a door asks', 'POST', '/iclock/cdata?SN=HOST1&AuthType=device', DOOR),
  request('a doubled slash', 'GET', '//iclock/getrequest?SN=HOST1'),
  request('capitals', 'GET', '/ICLOCK/GETREQUEST?SN=HOST1'),
  request('a slash at the end', 'GET', '/iclock/getrequest/?SN=HOST1'),
  request('not ours', 'GET', '/employees'),
]

/** @param {{ body?: string, bodyBase64?: string }} sent */
function bytesOf({ body = '', bodyBase64 }) {
  return bodyBase64 === undefined ? Buffer.from(body) : Buffer.from(bodyBase64, 'base64')
}

/** @param {string} name @param {string} method @param {string} path @param {string} [body] @returns {Request} */
function request(name, method, path, body = '') {
  return { name, method, path, headers: { 'Content-Type': 'text/plain' }, body: Buffer.from(body) }
}

const ANSWERED = ['content-type', 'content-length', 'pragma', 'cache-control']

/** What a host answers, in the lines that must be the same everywhere. @param {number} port @param {Request} asked */
export async function answerOf(port, { method, path, headers, body }) {
  const socket = connect(port, '127.0.0.1')
  const own = Object.entries(headers).filter(
    ([name]) => !/^(host|connection|content-length)$/i.test(name),
  )
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...own.map(([name, value]) => `${name}: ${value}`),
    ...['Host: 127.0.0.1', 'Connection: close', `Content-Length: ${body.length}`],
  ]
  socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]))
  /** @type {Buffer[]} */
  const parts = []
  socket.on('data', (part) => parts.push(part))
  socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')))
  await once(socket, 'close')
  return linesOf(Buffer.concat(parts).toString('latin1'))
}

/** @param {string} response */
function linesOf(response) {
  const end = response.indexOf('\r\n\r\n')
  const [status = '', ...lines] = response.slice(0, end).split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
    }),
  )
  const isInChunks = headers.get('transfer-encoding') === 'chunked'
  const body = isInChunks ? unchunked(response.slice(end + 4)) : response.slice(end + 4)
  // The docs say which host does that.
  if (isInChunks) headers.set('content-length', `${body.length}`)
  const isOurs = headers.has('pragma')
  return [
    status.split(' ')[1],
    ...(isOurs ? ANSWERED.map((name) => `${name}: ${headers.get(name)}`) : []),
    ...(isOurs ? [`date: ${/GMT$/.test(headers.get('date') ?? '')}`] : []),
    // A time of day is the only thing that differs.
    isOurs ? body.replace(/(?<=Time=)[\d:T-]+/, 'now') : '',
  ].join('\n')
}

/** @param {string} text */
function unchunked(text) {
  let body = ''
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (!(size > 0)) return body
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}

/** What two terminals, as strict as firmware, make of a host's answers. @param {number} port */
export async function conversationWith(port) {
  /** @type {string[]} */
  const lines = []
  for (const dialect of /** @type {const} */ (['attendance', 'access'])) {
    const terminal = virtualTerminal({
      ...{ url: `http://127.0.0.1:${port}`, serialNumber: `TALK-${dialect}`, dialect },
      onExchange: ({ kind, refusal = 'accepted' }) => lines.push(`${dialect} ${kind}: ${refusal}`),
    })
    await terminal.handshake()
    await terminal.attend({ pin: '7', time: '2026-01-01 08:00:00' })
    await terminal.photo({ pin: '7', time: '2026-01-01 08:00:00', jpeg: Buffer.from('abc') })
    await terminal.poll()
    await terminal.time()
    await terminal.ping()
  }
  return lines.join('\n')
}

// Exchanges of every endpoint over raw sockets, and the octets that they are answered with.
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type MemoryAdapter, memoryAdapter } from '../../src/index.js'
import { portOf, serving } from './server.js'

const SN = '0316144680030'
// The status of the answer to a second request on the same connection, which ends it.
const END = 299

/** Options that every endpoint of a way in gets. */
export interface GoldenOptions {
  adapter: MemoryAdapter
  authorize?(): boolean
  timeout?: number
  encoding?: string
  limit?: string
  maxRecords?: number
  maxCommands?: number
}

/** A way in: a listener that serves all endpoints. */
export type Way = (options: GoldenOptions) => RequestListener

interface Exchange {
  /** The request, without `Host` and `Content-Length`. */
  head: string
  body?: string | Buffer
  headers?: readonly string[]
  options?: Partial<GoldenOptions>
  adapter?: { [Call in keyof MemoryAdapter]?: unknown }
  /** Commands that wait for the terminal. */
  commands?: readonly string[]
  /** Whether the answer closes the connection because the request asks for it. */
  asksToClose?: boolean
  /** Whether something before the endpoint reads the body and leaves nothing. */
  isEaten?: boolean
}

const get = (path: string, more: Omit<Exchange, 'head'> = {}): Exchange => {
  return { head: `GET /iclock/${path} HTTP/1.1`, ...more }
}
const post = (path: string, body: string | Buffer, more: Omit<Exchange, 'head'> = {}): Exchange => {
  return { head: `POST /iclock/${path} HTTP/1.1`, body, ...more }
}
const poll = (more: Omit<Exchange, 'head'> = {}) => get(`getrequest?SN=${SN}`, more)
const reply = (body: string | Buffer, more: Omit<Exchange, 'head'> = {}) => {
  return post(`devicecmd?SN=${SN}`, body, more)
}
const upload = (query: string, body: string | Buffer, more: Omit<Exchange, 'head'> = {}) => {
  return post(`cdata?SN=${SN}${query}`, body, more)
}
const hello = (query: string, more: Omit<Exchange, 'head'> = {}) => {
  return get(`cdata?SN=${SN}${query}`, more)
}

const ONE = 'ID=1&Return=0&CMD=DATA'
const LINES = '7\t2026-01-01 08:00:00\t0\t1\t0\t0\n8\t2026-01-01 08:00:01\t0\t1\t0\t0\n'
const PHOTO = `PIN=20260101080000-7.jpg\nSN=${SN}\nsize=3\nCMD=uploadphoto\0abc`
const failing = (error: unknown) => () => Promise.reject(error)
const silent = () => new Promise<never>(() => {})

const POLLS = {
  'a poll that finds nothing': poll(),
  'a poll with INFO': get(`getrequest?SN=${SN}&INFO=Ver%208.0.4.3,1,2,3,192.0.2.1`),
  'a poll by POST': post(`getrequest?SN=${SN}`, ''),
  'a poll by POST with a body': post(`getrequest?SN=${SN}`, 'x=1'),
  'a poll by HEAD': { head: `HEAD /iclock/getrequest?SN=${SN} HTTP/1.1` },
  'a poll by PUT': { head: `PUT /iclock/getrequest?SN=${SN} HTTP/1.1` },
  'a poll in HTTP/1.0': {
    head: `GET /iclock/getrequest?SN=${SN} HTTP/1.0`,
    asksToClose: true,
  },
  'a poll that asks to close': poll({ headers: ['Connection: close'], asksToClose: true }),
  'a poll that accepts gzip': poll({ headers: ['Accept-Encoding: gzip'] }),
  'a poll in other letters': get(`GETREQUEST.aspx?sn=${SN}`),
  'a poll that gets a command': poll({ commands: ['CHECK'] }),
  'a poll that gets one of three': poll({ commands: ['CHECK', 'INFO', 'LOG'] }),
  'a poll that gets three': poll({
    commands: ['CHECK', 'INFO', 'REBOOT'],
    options: { maxCommands: 3 },
  }),
  'a poll that gets UTF-8': poll({ commands: ['DATA USER PIN=1\tName=Zoë'] }),
  'a poll that gets GB18030': poll({
    commands: ['DATA USER PIN=1\tName=王'],
    options: { encoding: 'gb18030' },
  }),
  'a poll for a command of another terminal': poll({
    adapter: {
      openCommands: () => {
        const terms = { attempts: 5, replyWithin: 60_000 }
        const command = { serialNumber: 'B', commandId: '1', text: 'CHECK' }
        return { records: [{ ...command, terms, attemptsMade: 0 }], more: false }
      },
    },
  }),
  'a poll while storage fails': poll({ adapter: { openCommands: failing(new Error('no disk')) } }),
  'a poll while storage is silent': poll({
    adapter: { openCommands: silent },
    options: { timeout: 100 },
  }),
}

const REPLIES = {
  'a reply': reply(ONE),
  'a reply in chunks': {
    ...reply(`5\r\nID=1&\r\n8\r\nReturn=0\r\n0\r\n\r\n`),
    headers: ['Transfer-Encoding: chunked'],
  },
  'five replies': reply([1, 2, 3, 4, 5].map((id) => `ID=${id}&Return=0&CMD=DATA`).join('\n')),
  'an empty reply': reply(''),
  'a reply after 100-continue': reply(ONE, { headers: ['Expect: 100-continue'] }),
  'a reply with a line that is not one': reply(`${ONE}\nnonsense\n`),
  'a reply that nobody takes unparsed': reply(`${ONE}\nnonsense\n`, {
    adapter: { onUnparsed: undefined },
  }),
  'too many replies': reply(`${ONE}\n${ONE}\n${ONE}`, { options: { maxRecords: 2 } }),
  'a reply over the limit': reply('x'.repeat(2000), { options: { limit: '1kb' } }),
  'a reply that says it is gzip': reply(gzipSync(ONE, { level: 0 }), {
    headers: ['Content-Encoding: gzip'],
  }),
  'a reply that a parser ate': reply(ONE, { isEaten: true }),
  'a reply by GET': get(`devicecmd?SN=${SN}&ID=1&Return=0&CMD=DATA`),
  'a reply whose ID is in the query': post(`devicecmd?SN=${SN}&ID=1`, 'Return=0&CMD=DATA'),
  'a GET without a reply': get(`devicecmd?SN=${SN}`),
  'a reply by HEAD': { head: `HEAD /iclock/devicecmd?SN=${SN}&ID=1&Return=0 HTTP/1.1` },
  'a reply by PUT': { ...reply(ONE), head: `PUT /iclock/devicecmd?SN=${SN} HTTP/1.1` },
  'a reply without SN': post('devicecmd', ONE),
  'a reply with two SN': post(`devicecmd?SN=${SN}&SN=2`, ONE),
  'a reply with an empty SN': post('devicecmd?SN=', ONE),
  'a reply with a nested SN': post('devicecmd?SN[a]=1', ONE),
  'a reply with an impossible SN': post('devicecmd?SN=%00', ONE),
  'a reply with a fragment': post(`devicecmd?SN=${SN}#x`, ONE),
  'a reply of a terminal that is refused': reply(ONE, { options: { authorize: () => false } }),
  'a reply while authorize answers anything': reply(ONE, {
    options: { authorize: () => 'yes' as never },
  }),
  'a reply while authorize throws no error': reply(ONE, {
    options: {
      authorize: () => {
        throw 'no'
      },
    },
  }),
  'a reply while authorize is silent': reply(ONE, {
    options: { authorize: silent as never, timeout: 100 },
  }),
  'a reply while storage fails': reply(ONE, {
    adapter: { onReply: failing(new Error('no disk')) },
  }),
  'a reply while storage fails with a status': reply(ONE, {
    adapter: { onReply: failing(Object.assign(new Error('later'), { status: 429, expose: true })) },
  }),
  'a reply while storage finds another command': reply(ONE, {
    adapter: {
      findRecord: () => {
        const command = { serialNumber: 'B', commandId: '1', text: 'CHECK' }
        return { command, attemptsMade: 1 }
      },
    },
  }),
  'a reply while storage is silent': reply(ONE, {
    adapter: { onReply: silent },
    options: { timeout: 100 },
  }),
}

const UPLOADS = {
  'an upload of attendance': upload('&table=ATTLOG&Stamp=9999', LINES),
  'an upload without a line': upload('&table=ATTLOG&Stamp=9999', ''),
  'an upload from before 2010': upload('&Stamp=9999', LINES),
  'an upload of operations': upload(
    '&table=OPERLOG&OpStamp=1',
    'OPLOG 4\t0\t2026-01-01 08:00:00\n',
  ),
  'an upload of rows': upload('&table=tabledata&tablename=user&count=1', 'user pin=1\tname=Ada\n'),
  'an upload of rows without a count': upload('&table=tabledata&tablename=user', 'user pin=1\n'),
  'an upload of rows without a name': upload('&table=tabledata', 'user pin=1\n'),
  'an upload of door events': upload('&table=rtlog', 'time=2026-01-01 08:00:00\tpin=1\n'),
  'an upload of options': upload('&table=options', '~DeviceName=X,FWVersion=1'),
  'an upload of a table that is unknown': upload('&table=NEW', 'a=1\tb=2\n'),
  'a photo': upload('&table=ATTPHOTO&PhotoStamp=1', PHOTO),
  'a photo by its stamp alone': upload('&PhotoStamp=1', PHOTO),
  'a photo in HTTP/1.0': {
    ...upload('', PHOTO),
    head: `POST /iclock/cdata?SN=${SN}&table=ATTPHOTO HTTP/1.0`,
    asksToClose: true,
  },
  'a photo that is refused': upload('&table=ATTPHOTO', PHOTO, {
    options: { authorize: () => false },
  }),
  'a photo by fdata': post(`fdata?SN=${SN}&table=ATTPHOTO`, PHOTO),
  'the rows of a query': post(
    `querydata?SN=${SN}&type=tabledata&tablename=user&cmdid=1&count=1&packcnt=1&packidx=1`,
    'user pin=1\n',
  ),
  'the first packet of two': post(
    `querydata?SN=${SN}&type=tabledata&tablename=user&cmdid=1&count=1&packcnt=2&packidx=1`,
    'user pin=1\n',
  ),
  'the count of a query': post(`querydata?SN=${SN}&type=count&cmdid=1`, 'user=3'),
  'replies that are uploaded': upload('', `${ONE}\n`),
  'an error that names a command': upload('&table=ERRORLOG', 'ErrCode=D01E0001\tCmdId=1\n'),
  'an upload with too many lines': upload('&table=ATTLOG', LINES + LINES, {
    options: { maxRecords: 3 },
  }),
  'an upload over the limit': upload('&table=ATTLOG', 'x'.repeat(2000), {
    options: { limit: '1kb' },
  }),
  'an upload by PUT': { ...upload('', LINES), head: `PUT /iclock/cdata?SN=${SN} HTTP/1.1` },
  'an upload while storage fails': upload('&table=ATTLOG', LINES, {
    adapter: { onUpload: failing(new Error('no disk')) },
  }),
  'an upload while storage is silent': upload('&table=ATTLOG', LINES, {
    adapter: { onUpload: silent },
    options: { timeout: 100 },
  }),
}

const HANDSHAKES = {
  'a handshake': hello('&options=all&pushver=2.4.1&language=69'),
  'a handshake of an old terminal': hello('&options=all'),
  'a handshake without options': hello(''),
  'a handshake with a serial number that is not plain': get('cdata?SN=a%20b&options=all'),
  'a handshake of a door': hello('&options=all&pushver=3.1.2&DeviceType=acc'),
  'a handshake that looks like a door': hello('&options=all&pushver=3.1.2', {
    headers: ['Accept: application/push;charset=UTF-8'],
  }),
  'a handshake by HEAD': { head: `HEAD /iclock/cdata?SN=${SN}&options=all HTTP/1.1` },
  'a handshake while storage finds another terminal': hello('&options=all', {
    adapter: { findTerminal: () => ({ serialNumber: 'B' }) },
  }),
  'a handshake while storage fails': hello('&options=all', {
    adapter: { onContact: failing(new Error('no disk')) },
  }),
  'a handshake by POST': post(`cdata?SN=${SN}&options=all&pushver=2.4.1`, '~DeviceName=X,MAC=1'),
  'a handshake by POST of a door': post(`cdata?SN=${SN}&options=all`, 'DeviceType=acc'),
  'the time by cdata': get(`cdata?SN=${SN}&type=time`),
  'another type by cdata': get(`cdata?SN=${SN}&type=other`),
  'a test': get('test'),
  'a poll below two slashes': { head: `GET //iclock/getrequest?SN=${SN} HTTP/1.1` },
  'a heartbeat by POST with a body': post(`ping?SN=${SN}`, 'x=1'),
  'a configuration with a body': post(`push?SN=${SN}`, 'x=1'),
  'a face picture': upload(
    '&table=tabledata&tablename=biophoto&count=1',
    'biophoto pin=7\tsize=0\n',
  ),
  'a user picture': upload('&table=userpic', 'userpic pin=7\tsize=0\n'),
  'a question for a person': hello('&table=RemoteAtt&PIN=7'),
  'a question for a table': hello('&table=ATTLOG'),
  'a registration': post(`registry?SN=${SN}`, 'DeviceType=acc,~DeviceName=X'),
  'a registration that is too large': post(`registry?SN=${SN}`, 'x'.repeat(70_000)),
  'a registration by GET': get(`registry?SN=${SN}`),
  'a configuration': post(`push?SN=${SN}`, ''),
  'a configuration by GET': get(`push?SN=${SN}`),
  'the time': get(`rtdata?SN=${SN}&type=time`),
  'other data': get(`rtdata?SN=${SN}&type=other`),
  'an exchange of keys': post(`exchange?SN=${SN}&type=publickey`, 'x'),
  'a heartbeat': get(`ping?SN=${SN}`),
  'a heartbeat by POST': post(`ping?SN=${SN}`, ''),
  'a heartbeat that is refused': get(`ping?SN=${SN}`, { options: { authorize: () => false } }),
  'a path that nobody serves': get(`edata?SN=${SN}`),
}

const EXCHANGES: Readonly<Record<string, Exchange>> = {
  ...POLLS,
  ...REPLIES,
  ...UPLOADS,
  ...HANDSHAKES,
}

/** What a way in answers to each exchange, as a text to compare: CR is shown as `␍`. */
export async function goldenText(way: Way): Promise<string> {
  const parts = Object.entries(EXCHANGES).map(async ([name, exchange]) => {
    return `### ${name}\n${await answerTo(way, exchange)}\n`
  })
  return (await Promise.all(parts)).join('\n')
}

async function answerTo(way: Way, exchange: Exchange): Promise<string> {
  const { head, body = '', headers = [], commands = [], options, adapter: own } = exchange
  const storage = memoryAdapter()
  storage.issue(
    commands.map((text, index) => ({
      command: { serialNumber: SN, commandId: `${index + 1}`, text },
      terms: { attempts: 5, replyWithin: 60_000, endsAnswer: false },
      issuedAt: new Date(),
    })),
  )
  const listener = way({ adapter: { ...storage, ...own } as MemoryAdapter, ...options })
  const server = await serving((req, res) => {
    if (req.url === '/end') res.writeHead(END, { Connection: 'close' }).end()
    else if (exchange.isEaten) req.resume().on('end', () => setImmediate(listener, req, res))
    else listener(req, res)
  })
  const isChunked = headers.some((line) => line.startsWith('Transfer-Encoding'))
  const length = body === '' || isChunked ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  const lines = [head, 'Host: x', ...length, ...headers, '', '']
  const octets = await answered(portOf(server), [
    Buffer.from(lines.join('\r\n')),
    Buffer.from(body),
    Buffer.from(exchange.asksToClose ? '' : 'GET /end HTTP/1.1\r\nHost: x\r\n\r\n'),
  ])
  return shown(octets)
}

function answered(port: number, sent: readonly Buffer[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat(sent)))
    socket.on('data', (bytes) => received.push(bytes))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(received)))
  })
}

// What changes from run to run: the moment of the answer, in `Date` and in the answers to
// `type=time`.
function shown(octets: Buffer): string {
  const text = octets.toString('latin1')
  const end = text.indexOf(`HTTP/1.1 ${END} `)
  const stays = end === -1 ? 'the connection closes' : 'the connection stays'
  const own = end === -1 ? text : text.slice(0, end)
  const steady = own
    .replace(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/gm, 'Date: (now)\r')
    .replace(/DateTime=\d+/, 'DateTime=(now)')
    .replace(/Time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, 'Time=(now)')
  return `${steady.replaceAll('\r', '␍')}\n(${stays})`
}
